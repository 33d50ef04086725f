/**
 * What each way to protect a method costs: HTTP_PROXY with it against the same without, in CPU of the gateway's process.
 * Targets take turns; ratios are medians over the rounds.
 *
 *   node bench/security.mjs [--runtime=node] [--seconds=2] [--rounds=5]
 */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { openLibsql } from '../src/adapters/database-libsql.ts'
import { webcryptoRandom } from '../src/adapters/random-webcrypto.ts'
import { signRequest } from '../src/core/sigv4/sign.ts'
import { addPrincipal } from '../src/store/principals.ts'
import { load } from './support/load.mjs'
import {
  ask,
  cpuOf,
  hasNginx,
  ROOT,
  scratch,
  start,
  startEdgeway,
  startNginx,
  stop,
} from './support/processes.mjs'

const option = (name, otherwise) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise
const runtime = option('runtime', 'node')
const seconds = Number(option('seconds', 2))
const rounds = Number(option('rounds', 5))
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

const POOL = 'us-east-1_Bench1'
const { publicKey, privateKey } = await generateKeyPair('RS256')
const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
/** Stands for the user pool and for Lambda: both are asked once and then remembered. */
const helper = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  if (request.url.includes('jwks')) return response.end(JSON.stringify({ keys: [jwk] }))
  const policyDocument = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  }
  response.end(JSON.stringify({ principalId: 'bench', policyDocument }))
})
await new Promise((resolve) => helper.listen(0, '127.0.0.1', resolve))
const helperUrl = `http://127.0.0.1:${helper.address().port}`

const origin = hasNginx
  ? await startNginx()
  : await start(process.execPath, [`${ROOT}bench/support/upstream.mjs`])
const integration = {
  type: 'http_proxy',
  httpMethod: 'GET',
  uri: `http://127.0.0.1:${origin.port}/pets/1`,
}
const method = (scheme, more = {}) => ({
  get: {
    ...(scheme && { security: [{ [scheme]: [] }] }),
    responses: {},
    'x-amazon-apigateway-integration': integration,
    ...more,
  },
})
const scheme = (authtype, authorizer) => ({
  type: 'apiKey',
  name: 'Authorization',
  in: 'header',
  'x-amazon-apigateway-authtype': authtype,
  ...(authorizer && { 'x-amazon-apigateway-authorizer': authorizer }),
})
const definition = {
  swagger: '2.0',
  info: { title: 'bench', version: '1' },
  securityDefinitions: {
    api_key: { type: 'apiKey', name: 'x-api-key', in: 'header' },
    iam: scheme('awsSigv4'),
    lambda: scheme('custom', {
      type: 'token',
      authorizerUri:
        'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations',
      authorizerResultTtlInSeconds: 3600,
    }),
    pool: scheme('cognito_user_pools', {
      type: 'cognito_user_pools',
      providerARNs: [`arn:aws:cognito-idp:us-east-1:000000000000:userpool/${POOL}`],
    }),
  },
  paths: {
    '/open': method(),
    '/keyed': method('api_key'),
    '/iam': method('iam'),
    '/lambda': method('lambda'),
    '/pool': method('pool'),
  },
}

const env = {
  EDGEWAY_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  EDGEWAY_DATABASE_URL: `file:${join(scratch, 'security.db')}`,
  AWS_ENDPOINT_URL: helperUrl,
}
const gateway = await startEdgeway(runtime, definition, env)
const { id, port } = gateway
const { id: plan } = await ask(port, 'POST', '/usageplans', {
  name: 'bench',
  apiStages: [{ apiId: id, stage: 'bench' }],
})
const key = await ask(port, 'POST', '/apikeys', { enabled: true })
await ask(port, 'POST', `/usageplans/${plan}/keys`, { keyId: key.id, keyType: 'API_KEY' })

const { database, close } = await openLibsql({
  url: env.EDGEWAY_DATABASE_URL,
  migrations: `${ROOT}migrations`,
})
const credentials = { accessKeyId: 'AKIABENCHBENCHBENCH2', secretAccessKey: 'bench-secret' }
await addPrincipal(
  { database, random: webcryptoRandom, settings: { encryptionKey: env.EDGEWAY_ENCRYPTION_KEY } },
  {
    ...credentials,
    name: 'bench',
    accountId: '000000000000',
    arn: 'arn:aws:iam::000000000000:user/bench',
    userId: 'AIDABENCH',
    createdAt: Date.now(),
    tags: {},
    policies: [
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'execute-api:*', Resource: '*' }] },
    ],
  },
)
close()
const signed = async () =>
  Object.fromEntries(
    await signRequest(
      {
        method: 'GET',
        url: `http://127.0.0.1:${port}/bench/iam`,
        headers: [['Host', gateway.headers.Host]],
        body: null,
      },
      { credentials, region: 'us-east-1', service: 'execute-api', now: Date.now() },
    ),
  )
const token = await new SignJWT({ token_use: 'id', sub: 'bench', email: 'bench@example.com' })
  .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
  .setIssuer(`https://cognito-idp.us-east-1.amazonaws.com/${POOL}`)
  .setIssuedAt()
  .setExpirationTime('1h')
  .sign(privateKey)

const { headers } = gateway
const targets = [
  ['API key', '/bench/keyed', () => ({ ...headers, 'x-api-key': key.value })],
  ['Lambda authorizer, cached', '/bench/lambda', () => ({ ...headers, Authorization: 'bench' })],
  ['user pool token', '/bench/pool', () => ({ ...headers, Authorization: token })],
  ['AWS_IAM', '/bench/iam', signed],
]
let failures = 0
async function cpu(path, headers) {
  const before = cpuOf(gateway.pid)
  const { requests, errors } = await load({ port, path, headers, seconds })
  failures += errors
  if (errors > 0) console.log(`  ${path}: ${errors} ERRORS`)
  return (cpuOf(gateway.pid) - before) / requests
}
for (const [, path, make] of targets) await load({ port, path, headers: await make(), seconds: 1 })
const rows = new Map(targets.map(([name]) => [name, []]))
for (let round = 0; round < rounds; round++)
  for (const [name, path, make] of targets) {
    // the same headers to a method that asks for none of them: they have to be read and passed on there, too
    const headers = await make()
    const open = await cpu('/bench/open', headers)
    rows.get(name).push({ open, guarded: await cpu(path, headers) })
  }
console.log(`HTTP_PROXY on ${runtime}, CPU a request`)
for (const [name] of targets) {
  const of = (field) => median(rows.get(name).map((row) => row[field]))
  const share = median(rows.get(name).map(({ open, guarded }) => guarded / open - 1))
  const figures = `${of('open').toFixed(0).padStart(4)} µs unprotected ${of('guarded').toFixed(0).padStart(4)} µs`
  console.log(`  ${name.padEnd(26)} ${figures}  ${share >= 0 ? '+' : ''}${(share * 100).toFixed(0)} %`)
}
await stop(gateway)
await stop(origin)
if (failures > 0) console.log(`FAILED: ${failures} errors: the figures above do not count`)
process.exit(failures > 0 ? 1 : 0)
