/** Tracing as a user has it: on Bun, Deno and Node, the segment of the last call is delivered before the gateway ends. */
import { mkdtempSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APIGateway } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, startCommand } from '../support/process.ts'

const definition = JSON.stringify({
  swagger: '2.0',
  info: { title: 'traced', version: '1' },
  paths: {
    '/': {
      get: {
        responses: { 200: { description: 'ok' } },
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode": 200}' },
          responses: { default: { statusCode: '200' } },
        },
      },
    },
  },
})

/** stands in for X-Ray */
let xray: Server
const documents: string[] = []
beforeAll(async () => {
  xray = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    documents.push(...JSON.parse(Buffer.concat(chunks).toString()).TraceSegmentDocuments)
    response.end('{"UnprocessedTraceSegments":[]}')
  })
  await new Promise<void>((resolve) => xray.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise((done) => xray.close(done)))

test.each([
  ['node', ['bin/edgeway.mjs']],
  ['bun', ['bin/edgeway.mjs']],
  ['deno', ['run', '-A', 'src/entry/deno.ts']],
])('on %s', async (runtime, args) => {
  documents.length = 0
  const port = await freePort()
  const data = mkdtempSync(join(tmpdir(), 'edgeway-tracing-'))
  const { stop } = await startCommand(
    join('node_modules/.bin', runtime),
    [...args, '--port', String(port), '--data', data],
    {
      ready: 'Try next',
      env: { AWS_ENDPOINT_URL_XRAY: `http://127.0.0.1:${(xray.address() as AddressInfo).port}` },
    },
  )
  const endpoint = `http://127.0.0.1:${port}`
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  const gateway = new APIGateway({ endpoint, region: 'us-east-1', credentials })
  const { id } = await gateway.importRestApi({ body: new TextEncoder().encode(definition) })
  await gateway.createDeployment({ restApiId: id, stageName: 'dev', tracingEnabled: true })
  const answer = await fetch(`${endpoint}/_aws/execute-api/${id}/dev/`)
  expect(answer.status).toBe(200)
  gateway.destroy()
  expect(await stop()).toBe(0)
  expect(documents).toHaveLength(1)
  expect(JSON.parse(documents[0]!)).toMatchObject({
    name: 'traced/dev',
    origin: 'AWS::ApiGateway::Stage',
    aws: { api_gateway: { rest_api_id: id } },
  })
})
