/**
 * Mutual TLS on a custom domain name, on each runtime that terminates TLS itself: real handshakes with good and bad client
 * certificates, one host's certificate at another host, and a trust store that changes its mind.
 */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { APIGateway } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Certificate, good as server } from '../support/certificates.ts'
import * as client from '../support/client-certificates.ts'
import { freePort, startCommand } from '../support/process.ts'
import { call } from './suite.ts'

const bin = (name: string) => join('node_modules/.bin', name)
const definition = {
  openapi: '3.0.1',
  info: { title: 'mutual' },
  paths: {
    '/who': {
      get: {
        responses: { 200: {} },
        'x-amazon-apigateway-integration': {
          type: 'mock',
          requestTemplates: { 'application/json': '{"statusCode":200}' },
          responses: {
            default: {
              statusCode: '200',
              responseTemplates: {
                'application/json':
                  '$context.identity.clientCert.subjectDN|$context.identity.clientCert.issuerDN|$context.identity.clientCert.serialNumber',
              },
            },
          },
        },
      },
    },
  },
}

interface Answer {
  status: number
  body: string
}

/** One HTTP request over TLS; Host and server name may differ, as an attacker's would. */
function over(
  port: number,
  options: { servername: string; host?: string; certificate?: Certificate; path?: string },
): Promise<Answer | 'refused'> {
  const { servername, host = servername, certificate, path = '/who' } = options
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      servername,
      rejectUnauthorized: false,
      ...certificate,
    })
    let text = ''
    socket.on('secureConnect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    )
    socket.on('data', (chunk) => {
      text += chunk
    })
    const end = () => {
      const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1]
      resolve(status ? { status: Number(status), body: text.split('\r\n\r\n').slice(1).join() } : 'refused')
    }
    socket.on('error', end)
    socket.on('close', end)
  })
}

describe.each([
  ['Node', bin('node'), ['bin/edgeway.mjs']],
  ['Bun', bin('bun'), ['bin/edgeway.mjs']],
  ['Deno', bin('deno'), ['run', '-A', 'src/entry/deno.ts']],
])('%s', (_, command, args) => {
  const folder = mkdtempSync(join(tmpdir(), 'edgeway-mutual-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  let port: number
  let tlsPort: number
  let stop: () => Promise<unknown>
  let gateway: APIGateway
  let apiId: string

  beforeAll(async () => {
    port = await freePort()
    tlsPort = await freePort()
    const pair = { cert: file('server.crt', server.cert), key: file('server.key', server.key) }
    const started = await startCommand(
      command,
      [...args, '--port', String(port), '--data', join(folder, 'data')],
      {
        ready: 'Try next',
        env: { EDGEWAY_TLS: JSON.stringify({ '*': pair }), EDGEWAY_TLS_PORT: String(tlsPort) },
      },
    )
    stop = started.stop
    gateway = new APIGateway({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const { id } = await gateway.importRestApi({ body: new TextEncoder().encode(JSON.stringify(definition)) })
    apiId = id!
    await gateway.createDeployment({ restApiId: id, stageName: 'v1' })
    for (const [domainName, store] of [
      ['one.example.com', client.firstAuthority],
      ['two.example.com', client.secondAuthority],
      ['both.example.com', client.firstAuthority + client.secondAuthority],
      ['nobody.example.com', undefined],
      ['open.example.com', null],
    ] as const) {
      const truststoreUri =
        store === undefined
          ? 'file:///nowhere/store.pem'
          : store && pathToFileURL(file(`${domainName}.pem`, store)).href
      await gateway.createDomainName({
        domainName,
        endpointConfiguration: { types: ['REGIONAL'] },
        ...(truststoreUri && { mutualTlsAuthentication: { truststoreUri } }),
      })
      await gateway.createBasePathMapping({ domainName, restApiId: id, stage: 'v1' })
    }
  })
  afterAll(async () => {
    gateway.destroy()
    await stop()
  })

  const forbidden = { status: 403, body: expect.stringContaining('"Forbidden"') }

  test('a certificate of the authority opens the domain, and is told to the integration', async () => {
    const answer = (await over(tlsPort, {
      servername: 'one.example.com',
      certificate: client.good,
    })) as Answer
    expect(answer.status).toBe(200)
    expect(answer.body).toMatch(/CN=alice.*\|CN=Edgeway test CA 1\|/)
  })

  test.each([
    ['none', undefined],
    ['an expired one', client.expired],
    ["another authority's", client.wrong],
    ['one with a weak key', client.weak],
    ['one issued by a certificate that is no authority', client.child],
    ['such a one with its chain', { cert: client.child.cert + client.good.cert, key: client.child.key }],
    ['a self-signed one', server],
  ])('%s does not', async (_, certificate) => {
    const answer = await over(tlsPort, { servername: 'one.example.com', certificate })
    if (answer !== 'refused') expect(answer).toEqual(forbidden)
  })

  test('a certificate that is good at one host proves nothing at another', async () => {
    const at = (servername: string, host: string, certificate: Certificate) =>
      over(tlsPort, { servername, host, certificate })
    expect(await at('two.example.com', 'one.example.com', client.wrong)).toEqual(forbidden)
    expect(await at('one.example.com', 'two.example.com', client.good)).toEqual(forbidden)
    expect(await at('open.example.com', 'one.example.com', client.good)).toEqual(forbidden)
    expect(await at('both.example.com', 'both.example.com', client.wrong)).toMatchObject({ status: 200 })
  })

  test('plain HTTP, and headers that claim a certificate, are no way round', async () => {
    expect(
      await call(`http://127.0.0.1:${port}/who`, { headers: { host: 'one.example.com' } }),
    ).toMatchObject(forbidden)
    const claimed = await over(tlsPort, {
      servername: 'one.example.com',
      host: 'one.example.com\r\nX-Amzn-Mtls-Clientcert: x\r\nX-Client-Verify: SUCCESS\r\nX-Forwarded-Client-Cert: x',
    })
    expect(claimed).toEqual(forbidden)
  })

  test('a trust store that cannot be read trusts nobody; a domain without one asks nobody', async () => {
    expect(await over(tlsPort, { servername: 'nobody.example.com', certificate: client.good })).toEqual(
      forbidden,
    )
    expect(await over(tlsPort, { servername: 'open.example.com' })).toMatchObject({ status: 200 })
  })

  test('an integration is told of no certificate that nobody vouches for', async () => {
    const told = { status: 200, body: '||' }
    expect(await over(tlsPort, { servername: 'open.example.com', certificate: server })).toEqual(told)
    expect(await over(tlsPort, { servername: 'open.example.com', certificate: client.good })).toEqual(told)
    const mixed = { servername: 'one.example.com', host: 'open.example.com', certificate: client.good }
    expect(await over(tlsPort, mixed)).toEqual(told)
  })

  test('who leaves the trust store is out', async () => {
    const truststoreUri = pathToFileURL(file('replaced.pem', client.secondAuthority)).href
    await gateway.updateDomainName({
      domainName: 'both.example.com',
      patchOperations: [
        { op: 'replace', path: '/mutualTlsAuthentication/truststoreUri', value: truststoreUri },
      ],
    })
    expect(await over(tlsPort, { servername: 'both.example.com', certificate: client.good })).toEqual(
      forbidden,
    )
    expect(await over(tlsPort, { servername: 'both.example.com', certificate: client.wrong })).toMatchObject({
      status: 200,
    })
  })

  test('disableExecuteApiEndpoint leaves no way past the domain', async () => {
    await gateway.updateRestApi({
      restApiId: apiId,
      patchOperations: [{ op: 'replace', path: '/disableExecuteApiEndpoint', value: 'true' }],
    })
    await gateway.createDeployment({ restApiId: apiId, stageName: 'v1' })
    for (const [host, path] of [
      [`${apiId}.execute-api.us-east-1.localhost`, '/v1/who'],
      ['localhost', `/_aws/execute-api/${apiId}/v1/who`],
      ['localhost', `/restapis/${apiId}/v1/_user_request_/who`],
      ['one.example.com', `/_aws/execute-api/${apiId}/v1/who`],
    ] as const)
      expect(await over(tlsPort, { servername: 'one.example.com', host, path })).toMatchObject({
        status: 403,
      })
    expect(await over(tlsPort, { servername: 'one.example.com', certificate: client.good })).toMatchObject({
      status: 200,
    })
  })
})
