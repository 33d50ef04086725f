/** Whose host it is: deployed APIs, custom domains and the control service are never taken for each other. */
import {
  CreateBasePathMappingCommand,
  CreateDeploymentCommand,
  CreateDomainNameCommand,
  ImportRestApiCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWhole, type Whole } from '../support/whole.ts'

let whole: Whole
let one: string
let two: string

async function api(title: string): Promise<string> {
  const answer = {
    responses: { 200: {} },
    'x-amazon-apigateway-integration': {
      type: 'mock',
      requestTemplates: { 'application/json': '{"statusCode":200}' },
      responses: { default: { statusCode: '200', responseTemplates: { 'application/json': title } } },
    },
  }
  const definition = {
    openapi: '3.0.1',
    info: { title },
    paths: { '/x': { get: answer }, '/restapis': { get: answer }, '/_edgeway/health': { get: answer } },
  }
  const { id } = await whole.client.send(
    new ImportRestApiCommand({ body: new TextEncoder().encode(JSON.stringify(definition)) }),
  )
  await whole.client.send(new CreateDeploymentCommand({ restApiId: id, stageName: 'v1' }))
  return id!
}

beforeAll(async () => {
  whole = await startWhole()
  one = await api('one')
  two = await api('two')
  await whole.client.send(
    new CreateDomainNameCommand({
      domainName: 'api.example.com',
      endpointConfiguration: { types: ['REGIONAL'] },
    }),
  )
  await whole.client.send(
    new CreateBasePathMappingCommand({ domainName: 'api.example.com', restApiId: one, stage: 'v1' }),
  )
})
afterAll(() => whole.stop())

const at = async (host: string, path: string, headers: Record<string, string> = {}) => {
  const { status, text } = await whole.call(path, { host, headers })
  return status === 200 ? text : status
}
const hostOf = (id: string) => `${id}.execute-api.us-east-1.localhost`

describe('a custom domain', () => {
  test('serves its API under every path, and nothing else', async () => {
    expect(await at('api.example.com', '/x')).toBe('one')
    expect(await at('API.EXAMPLE.COM:80', '/x')).toBe('one')
    expect(await at('api.example.com', '/restapis')).toBe('one')
    expect(await at('api.example.com', '/_edgeway/health')).toBe('one')
    expect(await at('api.example.com', `/_aws/execute-api/${two}/v1/x`)).toBe(403)
    expect(await at('api.example.com', `/restapis/${two}/v1/_user_request_/x`)).toBe(403)
    expect(await at('api.example.com', `/restapis/${one}`)).toBe(403)
  })

  test.each(['X-Forwarded-Host', 'X-Host', 'Forwarded', 'X-Original-URL', 'X-Rewrite-URL', ':authority'])(
    '%s changes nothing',
    async (name) => {
      const value =
        name === 'Forwarded' ? `host=${hostOf(two)}` : name.endsWith('URL') ? '/restapis' : hostOf(two)
      if (name.startsWith(':'))
        return expect(whole.call('/x', { headers: { [name]: value } })).rejects.toThrow()
      expect(await at('api.example.com', '/x', { [name]: value })).toBe('one')
    },
  )
})

test('a custom domain is served by its regional name too, and may be named like a service', async () => {
  const { regionalDomainName } = await whole.client.send(
    new CreateDomainNameCommand({
      domainName: 'apigateway.example.com',
      endpointConfiguration: { types: ['REGIONAL'] },
    }),
  )
  await whole.client.send(
    new CreateBasePathMappingCommand({ domainName: 'apigateway.example.com', restApiId: two, stage: 'v1' }),
  )
  for (const host of ['apigateway.example.com', regionalDomainName!]) {
    expect(await at(host, '/x')).toBe('two')
    expect(await at(host, '/restapis')).toBe('two')
    expect(await at(host, `/_aws/execute-api/${one}/v1/x`)).toBe(403)
  }
})

describe('the host of an API', () => {
  test('is that API alone', async () => {
    expect(await at(hostOf(one), '/v1/x')).toBe('one')
    expect(await at(hostOf(two), '/v1/x')).toBe('two')
    expect(await at(hostOf(one), '/v1/restapis')).toBe('one')
    expect(await at(hostOf(one), '/restapis')).toBe(403)
    expect(await at(hostOf(one), `/_aws/execute-api/${two}/v1/x`)).toBe(403)
    expect(await at(hostOf(one), '/_edgeway/health')).toBe(403)
    expect(await at(`${one}.execute-api.eu-west-1.localhost`, '/v1/x')).toBe(403)
    expect(await at(`nobody.execute-api.us-east-1.localhost`, '/v1/x')).toBe(403)
  })
})

describe('the control service', () => {
  test.each(['evil.example', 'api.example.com.evil.example', 'xapi.example.com', 'api.example.com.'])(
    'is not at %s',
    async (host) => {
      expect(await at(host, '/restapis')).toBe(403)
    },
  )

  test('is at this machine', async () => {
    expect(await at('localhost', '/restapis')).toContain(one)
    expect(await at('127.0.0.1', '/restapis')).toContain(two)
  })
})
