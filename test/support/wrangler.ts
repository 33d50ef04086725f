/** Both Workers as `npm run dev:worker` runs them, in a folder of their own: local D1, KV and Durable Objects on workerd. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Launch } from '../runtime/suite.ts'
import { freePort, startCommand } from './process.ts'

export const credentials = { accessKeyId: 'AKIAWORKERTEST000001', secretAccessKey: 'a secret of the test' }
export const principals = JSON.stringify({
  [credentials.accessKeyId]: {
    name: 'ci',
    secretAccessKey: credentials.secretAccessKey,
    policies: [
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'apigateway:*', Resource: '*' }] },
    ],
  },
})
const quiet = { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1' }
const wrangler = 'node_modules/.bin/wrangler'

/**
 * Both configurations in a folder of their own, where no developer's `.dev.vars` is: those of the test are read from there, as
 * `--var` reaches the first Worker only.
 */
function folderOf(vars: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgeway-worker-'))
  for (const config of ['wrangler.toml', 'wrangler.control.toml']) {
    const text = readFileSync(config, 'utf8')
      .replace(/^main = "/m, `main = "${process.cwd()}/`)
      .replace(/^migrations_dir = "/m, `migrations_dir = "${process.cwd()}/`)
    writeFileSync(join(folder, config), text)
  }
  const lines = Object.entries(vars).map(([name, value]) => `${name}='${value}'\n`)
  writeFileSync(join(folder, '.dev.vars'), lines.join(''))
  return folder
}

export function wranglerDev(vars: Record<string, string>): Launch {
  const folder = folderOf(vars)
  const configs = ['-c', join(folder, 'wrangler.toml')]
  const state = ['--persist-to', join(folder, 'state')]
  let migrated = false
  return async () => {
    if (!migrated) {
      const args = ['d1', 'migrations', 'apply', 'DB', '--local', ...configs, ...state]
      const applied = spawnSync(wrangler, args, { env: { ...process.env, ...quiet }, encoding: 'utf8' })
      if (applied.status !== 0) throw new Error(applied.stdout + applied.stderr)
      migrated = true
    }
    const port = await freePort()
    const args = ['dev', ...configs, '-c', join(folder, 'wrangler.control.toml'), ...state]
    args.push('--port', String(port), '--inspector-port', '0', '--show-interactive-dev-session=false')
    const { stop } = await startCommand(wrangler, args, { env: quiet, ready: 'Ready on' })
    return { endpoint: `http://127.0.0.1:${port}`, credentials, stop: async () => void (await stop()) }
  }
}
