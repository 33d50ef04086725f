/** `npm run bench [name …]`: every measurement in this folder, one after the other, each in a process of its own. */
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'

const chosen = process.argv.slice(2)
const NOT_A_BENCH = new Set(['run.mjs', 'oracle-engine.mjs'])
const benches = readdirSync(import.meta.dirname ?? new URL('.', import.meta.url).pathname)
  .filter((file) => file.endsWith('.mjs') && !NOT_A_BENCH.has(file))
  .filter((file) => chosen.length === 0 || chosen.includes(file.slice(0, -4)))
  .sort()

let failed = 0
for (const file of benches) {
  console.log(`\n== ${file}`)
  const { status } = spawnSync(process.execPath, [new URL(file, import.meta.url).pathname], {
    stdio: 'inherit',
  })
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
