/**
 * `npm run bench [name …]`: every measurement in this folder, one after the other, each in a process of its own. What names no
 * bench is handed to each: `npm run bench mock scale node -- --seconds=5`.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

const NOT_A_BENCH = new Set(['run.mjs', 'oracle-engine.mjs'])
const all = readdirSync(import.meta.dirname ?? new URL('.', import.meta.url).pathname)
  .filter((file) => file.endsWith('.mjs') && !NOT_A_BENCH.has(file))
  .map((file) => file.slice(0, -4))
  .sort()
const words = process.argv.slice(2)
const chosen = words.filter((word) => all.includes(word))
const rest = words.filter((word) => !all.includes(word))
if (chosen.length === 0 && rest.some((word) => !word.startsWith('--'))) {
  console.error(`no bench is named ${rest.join(' ')}; there are ${all.join(', ')}`)
  process.exit(2)
}

const failed = []
for (const name of chosen.length > 0 ? chosen : all) {
  console.log(`\n== ${name}`)
  const file = new URL(`${name}.mjs`, import.meta.url).pathname
  const { status } = spawnSync(process.execPath, [file, ...rest], { stdio: 'inherit' })
  if (status !== 0) failed.push(name)
}
if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
