/** What a caller may try with a signature, case by case, with Amazon's error for each. */
import { describe, expect, test } from 'vitest'
import { signRequest } from '../../../src/core/sigv4/sign.ts'
import { type KnownKey, type SignedRequest, verifyRequest } from '../../../src/core/sigv4/verify.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0)
const KEY: KnownKey = { secretAccessKey: 'secret' }
const MINUTE = 60_000

async function signed(
  options: {
    now?: number
    region?: string
    service?: string
    path?: string
    body?: string
    token?: string
  } = {},
): Promise<SignedRequest> {
  const url = new URL(options.path ?? '/v1/pets?x=1&y=2', 'https://gw.example')
  const headers = await signRequest(
    { method: 'POST', url, headers: [['Host', url.host]], body: options.body ?? 'hello' },
    {
      credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret', sessionToken: options.token },
      region: options.region ?? 'eu-west-1',
      service: options.service ?? 'execute-api',
      now: options.now ?? NOW,
    },
  )
  return {
    method: 'POST',
    path: url.pathname,
    query: url.search.slice(1),
    headers,
    body: () => new TextEncoder().encode(options.body ?? 'hello'),
  }
}

const check = (request: SignedRequest, key: KnownKey | null = KEY) =>
  verifyRequest(request, { service: 'execute-api', region: 'eu-west-1', now: NOW, lookUp: () => key })

const withHeader = (
  request: SignedRequest,
  name: string,
  change: (value: string) => string | null,
): SignedRequest => ({
  ...request,
  headers: request.headers.flatMap(([n, value]) => {
    if (n.toLowerCase() !== name) return [[n, value] as const]
    const changed = change(value)
    return changed === null ? [] : [[n, changed] as const]
  }),
})
const authorization = (request: SignedRequest, change: (value: string) => string | null) =>
  withHeader(request, 'authorization', change)

describe('time', () => {
  test.each([
    [-5 * MINUTE, true],
    [-5 * MINUTE - 1000, false],
    [5 * MINUTE, true],
    [5 * MINUTE + 1000, false],
    [-24 * 60 * MINUTE, false],
  ])('signed %i ms from now: %s', async (offset, ok) => {
    const verdict = await check(await signed({ now: NOW + offset }))
    expect(verdict.ok).toBe(ok)
    if (!verdict.ok) expect(verdict.type).toBe('InvalidSignatureException')
  })

  test('says when it expired', async () => {
    expect(await check(await signed({ now: NOW - 10 * MINUTE }))).toEqual({
      ok: false,
      type: 'InvalidSignatureException',
      message:
        'Signature expired: 20261123T115000Z is now earlier than 20261123T115500Z (20261123T120000Z - 5 min.)',
    })
  })

  test('a fresh date on an old signature is refused', async () => {
    const old = await signed({ now: NOW - 10 * MINUTE })
    expect(await check(withHeader(old, 'x-amz-date', () => '20261123T120000Z'))).toMatchObject({
      type: 'InvalidSignatureException',
    })
  })

  test.each([
    '',
    'yesterday',
    '2026-11-23T12:00:00Z',
    '20261323T120000Z',
    '20261123T120000Z,20261123T120000Z',
  ])('date %j is malformed', async (date) => {
    expect((await check(withHeader(await signed(), 'x-amz-date', () => date))).ok).toBe(false)
  })
})

describe('scope', () => {
  test.each([
    [{ region: 'us-east-1' }, "Credential should be scoped to a valid region, not 'us-east-1'. "],
    [{ service: 'apigateway' }, "Credential should be scoped to correct service: 'execute-api'. "],
  ])('%j', async (options, message) => {
    expect(await check(await signed(options))).toEqual({
      ok: false,
      type: 'InvalidSignatureException',
      message,
    })
  })

  test.each([
    [(text: string) => text.replace('aws4_request', 'aws4_reply'), 'InvalidSignatureException'],
    [(text: string) => text.replace('AKID/20261123', 'AKID/20261122'), 'InvalidSignatureException'],
    [(text: string) => text.replace('AKID/20261123/', 'AKID/'), 'IncompleteSignatureException'],
    [(text: string) => text.replace('AKID/', 'AKID/x/'), 'IncompleteSignatureException'],
    [(text: string) => text.replace('Credential=AKID', 'Credential='), 'IncompleteSignatureException'],
  ])('altered credential %#', async (change, type) => {
    expect(await check(authorization(await signed(), change))).toMatchObject({ ok: false, type })
  })
})

describe('the Authorization header', () => {
  test('missing', async () => {
    expect(await check(authorization(await signed(), () => null))).toEqual({
      ok: false,
      type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  })

  test.each([
    ['Bearer secret-token', 'Invalid key=value pair (missing equal-sign) in Authorization header (hashed'],
    ['AWS4-HMAC-SHA256', "Authorization header requires 'Credential' parameter. "],
    ['Basic Zm9vYmFyOg==', "Authorization header requires 'Credential' parameter. "],
    ['eyJhbGci.e30.c2ln', "Authorization header requires 'Credential' parameter. "],
    ['', "Authorization header requires 'Credential' parameter. "],
    ['Bearer Credential=a, SignedHeaders=host, Signature=c', 'Invalid key=value pair'],
    ['AWS4-HMAC-SHA1 Credential=a', "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."],
    ['AWS4-HMAC-SHA256 Credential=a', "Authorization header requires 'Signature' parameter. "],
    ['AWS4-HMAC-SHA256 Credential=a, Credential=b, SignedHeaders=host, Signature=c', 'more than once'],
  ])('%s', async (value, message) => {
    const verdict = await check(authorization(await signed(), () => value))
    expect(verdict).toMatchObject({ ok: false, type: 'IncompleteSignatureException' })
    if (!verdict.ok) expect(verdict.message).toContain(message)
    if (!verdict.ok) expect(verdict.message).not.toContain('secret-token')
  })

  test('twice is refused', async () => {
    const request = await signed()
    const own = request.headers.find(([name]) => name === 'Authorization')!
    expect((await check({ ...request, headers: [...request.headers, own] })).ok).toBe(false)
  })

  test('header and query together are refused', async () => {
    const request = await signed({ path: '/?X-Amz-Signature=00' })
    expect(await check(request)).toMatchObject({ ok: false, type: 'IncompleteSignatureException' })
  })
})

describe('signed headers', () => {
  test.each([
    ['without host', (text: string) => text.replace('host;', '')],
    ['in another order', (text: string) => text.replace('host;x-amz-date', 'x-amz-date;host')],
    ['twice', (text: string) => text.replace('host;', 'host;host;')],
    ['in upper case', (text: string) => text.replace('host;', 'HOST;host;')],
    ['with a header that is not there', (text: string) => text.replace('host;', 'host;x-admin;')],
    ['with one more that is', (text: string) => text.replace('=host;', '=accept;host;')],
  ])('%s', async (_, change) => {
    const request = await signed()
    const more: SignedRequest = { ...request, headers: [...request.headers, ['accept', '*/*']] }
    expect((await check(more)).ok).toBe(true)
    expect((await check(authorization(more, change))).ok).toBe(false)
  })

  test('a second value of a signed header is refused', async () => {
    const request = await signed()
    expect(
      await check({ ...request, headers: [...request.headers, ['host', 'evil.example']] }),
    ).toMatchObject({
      type: 'InvalidSignatureException',
    })
  })
})

describe('query and path', () => {
  test.each([
    ['x=1&y=2', true],
    ['y=2&x=1', true],
    ['x=%31&y=2', true],
    ['x=1&y=2&', true],
    ['x=1&x=1&y=2', false],
    ['x=1', false],
    ['x=1&y=2&z', false],
    ['x=2&y=1', false],
    ['X=1&y=2', false],
    ['x=1%26y=2', false],
    ['x=1&y=%zz', false],
  ])('query %s: %s', async (query, ok) => {
    expect((await check({ ...(await signed()), query })).ok).toBe(ok)
  })

  test.each([
    ['/v1/pets', true],
    ['//v1//pets', true],
    ['/v1/./pets', true],
    ['/v1/x/../pets', true],
    ['/v1/pets/', false],
    ['/V1/pets', false],
    ['/v1/%70ets', false],
    ['/v1/pets%2f', false],
    ['/v1/%2e%2e/pets', false],
    ['/v1/pets;a', false],
  ])('path %s: %s', async (path, ok) => {
    expect((await check({ ...(await signed()), path })).ok).toBe(ok)
  })

  test('a raw plus is the space that it will be read as', async () => {
    const request = await signed({ path: '/?q=a%20b' })
    expect((await check({ ...request, query: 'q=a+b' })).ok).toBe(true)
    expect((await check({ ...request, query: 'q=a%2Bb' })).ok).toBe(false)
  })
})

describe('payload', () => {
  test('another body is refused', async () => {
    const request = await signed()
    expect((await check({ ...request, body: () => new Uint8Array() })).ok).toBe(false)
  })

  test.each(['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'a'.repeat(64), ''])(
    'claiming %s afterwards is refused',
    async (claim) => {
      const request = await signed()
      const headers: SignedRequest['headers'] = [...request.headers, ['x-amz-content-sha256', claim]]
      expect((await check({ ...request, headers })).ok).toBe(false)
    },
  )
})

describe('keys', () => {
  test('unknown', async () => {
    expect(await check(await signed(), null)).toEqual({
      ok: false,
      type: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    })
  })

  test.each([
    [undefined, undefined, true],
    ['t', 't', true],
    ['t', undefined, false],
    [undefined, 't', false],
    ['t', 'u', false],
  ])('token sent %s, token known %s: %s', async (token, sessionToken, ok) => {
    expect((await check(await signed({ token }), { ...KEY, sessionToken })).ok).toBe(ok)
  })

  test('expired', async () => {
    const request = await signed({ token: 't' })
    const key = { ...KEY, sessionToken: 't' }
    expect(await check(request, { ...key, expiresAt: NOW })).toMatchObject({ type: 'ExpiredTokenException' })
    expect((await check(request, { ...key, expiresAt: NOW + 1 })).ok).toBe(true)
  })

  test('the wrong secret learns nothing about the token or the expiry', async () => {
    const verdict = await check(await signed(), { secretAccessKey: 'other', sessionToken: 't', expiresAt: 0 })
    expect(verdict).toMatchObject({ type: 'InvalidSignatureException' })
  })
})

describe('presigned', () => {
  const query = (changes: Record<string, string | null> = {}) =>
    Object.entries({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKID%2F20261123%2Feu-west-1%2Fexecute-api%2Faws4_request',
      'X-Amz-Date': '20261123T120000Z',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '00',
      ...changes,
    })
      .filter(([, value]) => value !== null)
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
  const presigned = (text: string): SignedRequest => ({
    method: 'GET',
    path: '/',
    query: text,
    headers: [['host', 'gw.example']],
    body: () => new Uint8Array(),
  })

  test.each(['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders'])(
    'without %s',
    async (name) => {
      const verdict = await check(presigned(query({ [name]: null })))
      expect(verdict).toMatchObject({ ok: false, type: 'IncompleteSignatureException' })
      if (!verdict.ok) expect(verdict.message).toContain(`must include '${name}'`)
    },
  )

  test.each(['0', '-1', '604801', 'x', '1e3', ''])('expires %j', async (expires) => {
    expect(await check(presigned(query({ 'X-Amz-Expires': expires })))).toMatchObject({
      type: 'IncompleteSignatureException',
    })
  })

  test('a parameter twice', async () => {
    expect(await check(presigned(`${query()}&X-Amz-Date=20261123T120000Z`))).toMatchObject({
      type: 'IncompleteSignatureException',
    })
  })

  test('a wrong signature', async () => {
    expect(await check(presigned(query()))).toMatchObject({ type: 'InvalidSignatureException' })
  })
})
