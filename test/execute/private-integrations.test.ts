/** VPC links, integration targets, and TLS towards back ends. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { seal, sealingKey } from '../../src/core/seal.ts'
import { client } from '../support/certificates.ts'
import { type Arrived, type Backends, startBackends } from './backends.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

const TARGET = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/lb/1/2'

let backends: Backends
let gateway: TestGateway
let calls: Arrived[]
beforeAll(async () => {
  backends = await startBackends()
  calls = backends.calls
  const link = (more: object) => ({
    integration: { type: 'HTTP_PROXY', httpMethod: 'GET', connectionType: 'VPC_LINK', ...more },
  })
  const tls = (uri: string, insecureSkipVerification: boolean) => ({
    GET: {
      integration: { type: 'HTTP_PROXY', httpMethod: 'GET', uri, tlsConfig: { insecureSkipVerification } },
    },
  })
  gateway = await startGateway(
    definitionOf({
      '/linked': { GET: link({ connectionId: 'link1', uri: 'http://orders.internal:8080/echo/x?a=1' }) },
      '/root': { GET: link({ connectionId: 'link1', uri: 'http://orders.internal' }) },
      '/variable': {
        GET: link({ connectionId: '${stageVariables.link}', uri: 'http://orders.internal/echo' }),
      },
      '/target': {
        GET: link({ connectionId: 'link1', integrationTarget: TARGET, uri: 'http://orders.internal/echo' }),
      },
      '/unknown': { GET: link({ connectionId: 'link9', uri: `${backends.http}/echo` }) },
      '/dead': { GET: link({ connectionId: 'dead', uri: 'http://orders.internal/echo' }) },
      '/inherited': { GET: link({ connectionId: 'constructor', uri: `${backends.http}/echo` }) },
      '/verified': tls(`${backends.https}/echo`, false),
      '/insecure': tls(`${backends.https}/echo`, true),
      '/expired': tls(`${backends.httpsExpired}/echo`, true),
      '/elsewhere': tls(`${backends.httpsElsewhere}/echo`, true),
    }),
    {
      stage: { variables: { link: 'link1' } },
      settings: {
        vpcLinks: {
          dead: 'http://127.0.0.1:1',
          link1: `${backends.http}/`,
          [TARGET]: `${backends.http}/base`,
        },
      },
    },
  )
})
afterAll(async () => {
  await gateway.stop()
  await backends.stop()
})

const host = ({ headers }: Arrived) => headers.find(([name]) => name.toLowerCase() === 'host')?.[1]

describe('VPC links', () => {
  test.each([
    ['/dev/linked?b=2', '/echo/x?a=1&b=2', 'orders.internal:8080'],
    ['/dev/root', '/', 'orders.internal'],
    ['/dev/variable', '/echo', 'orders.internal'],
    ['/dev/target', '/base/echo', 'orders.internal'],
  ])('%s', async (path, target, name) => {
    expect((await gateway.call('GET', path)).status).toBe(200)
    expect([calls.at(-1)!.target, host(calls.at(-1)!)]).toEqual([target, name])
  })

  test.each(['/dev/unknown', '/dev/inherited', '/dev/dead'])(
    '%s: a link that nobody mapped, or nobody listens at, reaches nothing',
    async (path) => {
      const before = calls.length
      const answer = await gateway.call('GET', path)
      expect([answer.status, answer.text]).toEqual([500, '{"message": "Internal server error"}'])
      expect(calls.length).toBe(before)
    },
  )
})

describe('TLS', () => {
  test('a certificate of an unknown issuer is refused, unless verification is off; expiry and name always count', async () => {
    expect((await gateway.call('GET', '/dev/insecure')).status).toBe(200)
    for (const path of ['/dev/verified', '/dev/expired', '/dev/elsewhere']) {
      const answer = await gateway.call('GET', path)
      expect([answer.status, answer.text], path).toEqual([500, '{"message": "Internal server error"}'])
    }
  })

  describe('the stage’s client certificate', () => {
    const KEY = btoa('k'.repeat(32))
    const sketch = (base: string) =>
      definitionOf({
        '/x': {
          GET: {
            integration: {
              type: 'HTTP',
              httpMethod: 'GET',
              uri: `${base}/echo`,
              tlsConfig: { insecureSkipVerification: true },
              integrationResponses: { 200: { statusCode: '200' } },
            },
          },
        },
      })
    const start = async (base: string, encryptionKey?: string, can = true) => {
      const path = '/clientcertificates/cert01'
      const privateKey = await seal(
        client.key,
        await sealingKey(KEY),
        crypto.getRandomValues(new Uint8Array(12)),
        path,
      )
      const outbound = {
        ...socketOutbound(),
        can: { insecureSkipVerification: true, clientCertificate: can },
      }
      return startGateway(sketch(base), {
        stage: { clientCertificateId: 'cert01' },
        settings: { encryptionKey },
        platform: { outbound },
        clientCertificates: [
          {
            clientCertificateId: 'cert01',
            pemEncodedCertificate: client.cert,
            privateKey,
            createdDate: 0,
            expirationDate: 0,
          },
        ],
      })
    }

    test('is shown to TLS back ends', async () => {
      const showing = await start(backends.https, KEY)
      for (let i = 0; i < 2; i++) {
        expect((await showing.call('GET', '/dev/x')).status).toBe(200)
        expect(calls.at(-1)!.client).toBe('edgeway-client')
      }
      await showing.stop()
    })

    test('without the encryption key, or on a runtime that cannot show it, the call fails', async () => {
      for (const [key, can] of [
        [undefined, true],
        [btoa('o'.repeat(32)), true],
        [KEY, false],
      ] as const) {
        const failing = await start(backends.https, key, can)
        const before = calls.length
        expect((await failing.call('GET', '/dev/x')).status).toBe(500)
        expect(calls.length).toBe(before)
        await failing.stop()
      }
    })

    test('is no matter where there is no TLS', async () => {
      const plain = await start(backends.http, KEY, false)
      expect((await plain.call('GET', '/dev/x')).status).toBe(200)
      await plain.stop()
    })
  })

  test('a runtime that cannot turn verification off refuses', async () => {
    const outbound = {
      ...socketOutbound(),
      can: { insecureSkipVerification: false, clientCertificate: false },
    }
    const strict = await startGateway(
      definitionOf({
        '/insecure': {
          GET: {
            integration: {
              type: 'HTTP_PROXY',
              httpMethod: 'GET',
              uri: `${backends.https}/echo`,
              tlsConfig: { insecureSkipVerification: true },
            },
          },
        },
      }),
      { platform: { outbound } },
    )
    const before = calls.length
    expect((await strict.call('GET', '/dev/insecure')).status).toBe(500)
    expect(calls.length).toBe(before)
    await strict.stop()
    await outbound.close()
  })
})
