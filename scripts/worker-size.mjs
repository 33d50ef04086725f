/** Bundles both Workers as `wrangler deploy` would and fails when one has outgrown its budget. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const BUDGET_KIB = 150
const WORKERS = { gateway: 'wrangler.toml', control: 'wrangler.control.toml' }

for (const [name, config] of Object.entries(WORKERS)) {
  const out = mkdtempSync(join(tmpdir(), 'edgeway-worker-'))
  execFileSync('wrangler', ['deploy', '-c', config, '--dry-run', '--outdir', out], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
  })
  const bundle = readdirSync(out).find((file) => file.endsWith('.js'))
  const kib = gzipSync(readFileSync(join(out, bundle)), { level: 9 }).length / 1024
  rmSync(out, { recursive: true })
  console.log(`${name} Worker: ${kib.toFixed(1)} KiB gzip of ${BUDGET_KIB}`)
  if (kib > BUDGET_KIB) process.exitCode = 1
}
