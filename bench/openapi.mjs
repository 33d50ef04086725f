/**
 * What an import costs: reading definitions of 300 paths and of 6 MB, in JSON and YAML, and the whole way through the control
 * service into a database file and a deployment. One core: `taskset -c 0 node bench/openapi.mjs`.
 */
import { compile } from '../src/core/compile.ts'
import { jacksonYaml } from '../src/core/openapi/jackson.ts'
import { readOpenApi } from '../src/core/openapi/read.ts'
import { startControl } from '../test/control/server.ts'

const LIMIT = 6 * 1024 * 1024

function operation(verb, at, models) {
  return {
    operationId: `${verb}Thing${at}`,
    summary: 'A short word on what it does',
    description: 'A longer description of what this operation does, as definitions in the wild have it.',
    parameters: [
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'page', in: 'query', schema: { type: 'integer' } },
    ],
    ...(verb === 'post' && {
      requestBody: {
        content: { 'application/json': { schema: { $ref: `#/components/schemas/Model${at % models}` } } },
      },
    }),
    responses: {
      200: {
        description: 'It went well',
        headers: { 'Access-Control-Allow-Origin': { schema: { type: 'string' } } },
        content: { 'application/json': { schema: { $ref: `#/components/schemas/Model${at % models}` } } },
      },
      404: { description: 'There is none' },
    },
    'x-amazon-apigateway-integration': {
      type: 'http',
      httpMethod: 'GET',
      uri: `https://example.com/things/${at}`,
      requestParameters: { 'integration.request.querystring.page': 'method.request.querystring.page' },
      requestTemplates: { 'application/json': '#set($root = $input.path("$"))\n{"name": "$root.name"}' },
      responses: { default: { statusCode: '200' }, '4\\d{2}': { statusCode: '404' } },
    },
  }
}

function definition(paths, models, properties = 8) {
  const schema = (at) => ({
    type: 'object',
    required: ['p0'],
    properties: Object.fromEntries(
      Array.from({ length: properties }, (_, i) => [
        `p${i}`,
        { type: 'string', description: 'Says what it is', maxLength: 40 },
      ]),
    ),
    description: `Model ${at}`,
  })
  return {
    openapi: '3.0.1',
    info: { title: 'bench', version: '1.0' },
    paths: Object.fromEntries(
      Array.from({ length: paths }, (_, at) => [
        `/group${at % 20}/things${at}/{id}`,
        { get: operation('get', at, models), post: operation('post', at, models) },
      ]),
    ),
    components: {
      schemas: Object.fromEntries(Array.from({ length: models }, (_, at) => [`Model${at}`, schema(at)])),
    },
  }
}

/** As many paths as make `bytes` of text. */
function grown(bytes, write) {
  const one = write(definition(100, 50)).length / 100
  return write(definition(Math.floor((bytes / one) * 0.98), 50))
}

const json = (value) => JSON.stringify(value, null, 2)
const options = () => {
  let count = 0
  return {
    restApiId: 'abcdefghij',
    region: 'us-east-1',
    accountId: '123456789012',
    maxTimeoutMs: 29_000,
    newId: (length) => (count++).toString(36).padStart(length, '0'),
  }
}

/** The least of several: what else the machine does only adds. */
async function least(times, work) {
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const from = performance.now()
    await work()
    best = Math.min(best, performance.now() - from)
  }
  return best
}

const cases = {
  '300 paths, JSON': json(definition(300, 100)),
  '300 paths, YAML': jacksonYaml(definition(300, 100)),
  '3 MB, JSON': grown(LIMIT / 2, json),
  '6 MB, JSON': grown(LIMIT, json),
  '3 MB, YAML': grown(LIMIT / 2, jacksonYaml),
  '6 MB, YAML': grown(LIMIT, jacksonYaml),
}

console.log('read and compile (core, no I/O)')
for (const [name, text] of Object.entries(cases)) {
  const ms = await least(5, () =>
    JSON.stringify(compile(readOpenApi(text, options()).definition, 'dep', 'us-east-1')),
  )
  console.log(`  ${name.padEnd(18)} ${(text.length / 1e6).toFixed(2)} MB  ${ms.toFixed(0).padStart(5)} ms`)
}

console.log('ImportRestApi and CreateDeployment over HTTP into a database file')
const server = await startControl()
const call = async (method, path, body) => {
  const response = await fetch(server.endpoint + path, { method, body })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}
for (const name of ['300 paths, JSON', '300 paths, YAML', '6 MB, JSON', '6 MB, YAML']) {
  let imported = Number.POSITIVE_INFINITY
  const whole = await least(3, async () => {
    const from = performance.now()
    const { id } = await call('POST', '/restapis?mode=import', cases[name])
    imported = Math.min(imported, performance.now() - from)
    await call('POST', `/restapis/${id}/deployments`, JSON.stringify({ stageName: 'prod' }))
  })
  console.log(
    `  ${name.padEnd(18)} import ${imported.toFixed(0).padStart(5)} ms, with deployment ${whole.toFixed(0).padStart(5)} ms`,
  )
}
await server.close()
