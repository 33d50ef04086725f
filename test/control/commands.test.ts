/** Every command of Amazon's client arrives at its operation, with its labels, and is answered as the client expects. */
import * as sdk from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operationTable } from '../../src/control/operations.ts'
import type { Shape, Values } from '../../src/core/shape.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())

type Command = new (input: Values) => Parameters<sdk.APIGatewayClient['send']>[0]
const commands = Object.entries(sdk)
  .filter(([name]) => /^[A-Z]\w+Command$/.test(name))
  .map(([name, command]) => [name.slice(0, -'Command'.length), command as unknown as Command] as const)

const table = operationTable()
const CLIENT_NAMES: Record<string, string> = { httpMethod: 'integrationHttpMethod' }

function sample(shape: Shape): unknown {
  if (shape.is === 'text') return shape.oneOf?.[0] ?? 'text'
  if (shape.is === 'record') return required(shape.fields)
  if (shape.is === 'list') return [sample(shape.of)]
  if (shape.is === 'map') return {}
  return shape.is === 'flag' ? true : 1
}
const required = (fields: Readonly<Record<string, Shape>>): Values =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([name]) => name.endsWith('!'))
      .map(([name, shape]) => [CLIENT_NAMES[name.slice(0, -1)] ?? name.slice(0, -1), sample(shape)]),
  )

test('the client has a command for every operation, and none beyond', () => {
  expect(commands.map(([name]) => name).sort()).toEqual([...table.keys()].sort())
})

test.each(commands)('%s', async (name, command) => {
  const { path, input } = table.get(name)!
  // an ARN among the labels shows that slashes and colons come through
  const given: Record<string, string> = { statusCode: '200', responseType: 'DEFAULT_4XX', httpMethod: 'GET' }
  const labels = Object.fromEntries(
    [...path.matchAll(/\{(\w+)\}/g)].map(([, label]) => [
      label!,
      given[label!] ?? 'arn:aws:x:us-east-1::/a/b c%2F+',
    ]),
  )
  const body = input.body === 'bytes' ? { body: new TextEncoder().encode('{}') } : required(input.body ?? {})
  const request = { ...body, ...required(input.query ?? {}), ...labels }
  const outcome = await server.client.send(new command(request)).then(
    () => 'answered',
    (error: Error) => error.name,
  )
  expect([
    'answered',
    'NotFoundException',
    'BadRequestException',
    'ConflictException',
    'ServiceUnavailableException',
  ]).toContain(outcome)
  expect(server.errors).toEqual([])
})
