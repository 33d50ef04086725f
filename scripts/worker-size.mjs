/** Bundles the Worker as `wrangler deploy` would and fails when it has outgrown its budget. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const BUDGET_KIB = 150
const out = mkdtempSync(join(tmpdir(), 'edgeway-worker-'))
execFileSync('wrangler', ['deploy', '--dry-run', '--minify', '--outdir', out], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: { ...process.env, WRANGLER_SEND_METRICS: 'false', CI: '1' },
})
const bundle = readdirSync(out).find((name) => name.endsWith('.js'))
const kib = gzipSync(readFileSync(join(out, bundle)), { level: 9 }).length / 1024
console.log(`Worker bundle: ${kib.toFixed(1)} KiB gzip of ${BUDGET_KIB}`)
if (kib > BUDGET_KIB) process.exit(1)
