/** The same suite on workerd, as `npm run dev:worker` runs it: local D1, KV and Durable Objects, no code generation. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIGatewayClient, GetRestApisCommand } from '@aws-sdk/client-api-gateway'
import { describe, expect, test } from 'vitest'
import { freePort, startCommand } from '../support/process.ts'
import { type Launch, runtimeSuite } from './suite.ts'

const credentials = { accessKeyId: 'AKIAWORKERTEST000001', secretAccessKey: 'a secret of the test' }
const principals = JSON.stringify({
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

function launcher(vars: string[]): Launch {
  const state = mkdtempSync(join(tmpdir(), 'edgeway-worker-'))
  let migrated = false
  return async () => {
    if (!migrated) {
      const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', state]
      const applied = spawnSync(wrangler, args, { env: { ...process.env, ...quiet }, encoding: 'utf8' })
      if (applied.status !== 0) throw new Error(applied.stdout + applied.stderr)
      migrated = true
    }
    const port = await freePort()
    const args = [
      'dev',
      '--port',
      String(port),
      '--inspector-port',
      '0',
      '--persist-to',
      state,
      '--show-interactive-dev-session=false',
    ]
    for (const value of vars) args.push('--var', value)
    const { stop } = await startCommand(wrangler, args, { env: quiet, ready: 'Ready on' })
    return { endpoint: `http://127.0.0.1:${port}`, credentials, stop: async () => void (await stop()) }
  }
}

describe('Workers', () => runtimeSuite(launcher([`EDGEWAY_PRINCIPALS:${principals}`])))

test('a Worker without principals lets nobody manage it', async () => {
  const { endpoint, stop } = await launcher([])()
  const client = new APIGatewayClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  await expect(client.send(new GetRestApisCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
  })
  await stop()
})
