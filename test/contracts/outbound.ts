/**
 * What every Outbound must do, as cases that any runtime can run: plain functions that throw on failure, against the back
 * ends of test/execute/backends.ts. `outbound.test.ts` launches them on Node, Bun, Deno and workerd.
 */
import type { Outbound } from '../../src/platform.ts'
import { hostileCases } from './outbound-hostile.ts'
import {
  bytes,
  type Case,
  type Exceptions,
  echo,
  equal,
  failure,
  header,
  oneOf,
  type Send,
  stream,
  text,
  type Where,
} from './outbound-kit.ts'

export type { Exceptions, Where }

export const cases: Record<string, Case> = {
  'method, target, headers and body arrive as given': async (send, { http }) => {
    const sent = await send({
      url: `${http}/echo/a%2Fb//c?x=%20&y=a+b&y=`,
      method: 'PUT',
      headers: [
        ['content-type', 'text/plain; charset=utf-8'],
        ['x-one', 'ä'.normalize('NFC') === 'ä' ? 'plain' : ''],
      ],
      body: new TextEncoder().encode('héllo'),
    })
    equal(sent.status, 200, 'status')
    equal(header(sent.headers, 'x-back-end'), ['echo'], 'response header')
    const got = await echo(sent)
    equal([got.method, got.target, got.body], ['PUT', '/echo/a%2Fb//c?x=%20&y=a+b&y=', 'héllo'], 'request')
    equal(header(got.headers, 'content-length'), ['6'], 'content-length')
    equal(header(got.headers, 'content-type'), ['text/plain; charset=utf-8'], 'content-type')
  },
  'dot segments are left to the back end': async (send, { http }, { resolvesPaths }) => {
    const got = await echo(await send({ url: `${http}/echo/a/../b` }))
    equal(got.target, resolvesPaths ? '/echo/b' : '/echo/a/../b', 'target')
  },
  'repeated request headers are all sent': async (send, { http }) => {
    const headers: [string, string][] = [
      ['x-two', '1'],
      ['x-two', '2'],
    ]
    const got = await echo(await send({ url: `${http}/echo`, headers }))
    equal(header(got.headers, 'x-two').join(', '), '1, 2', 'values')
  },
  'the host header can be chosen': async (send, { http }, { fixedHost }) => {
    const got = await echo(await send({ url: `${http}/echo`, headers: [['host', 'api.example']] }))
    equal(header(got.headers, 'host'), [fixedHost ? new URL(http).host : 'api.example'], 'host')
  },
  'headers of the connection are not passed on': async (send, { http }) => {
    const headers: [string, string][] = [
      ['Connection', 'close, x-secret'],
      ['Expect', '100-continue'],
      ['Upgrade', 'h2c'],
      ['Keep-Alive', 'timeout=1'],
    ]
    const got = await echo(await send({ url: `${http}/echo`, headers }))
    equal([...header(got.headers, 'expect'), ...header(got.headers, 'upgrade')], [], 'left out')
  },
  'repeated response headers are kept': async (send, { http }, { joinsHeaders }) => {
    const { headers } = await send({ url: `${http}/duplicates` })
    equal(header(headers, 'set-cookie'), ['a=1', 'b=2'], 'set-cookie')
    equal(header(headers, 'x-twice'), joinsHeaders ? ['1, 2'] : ['1', '2'], 'x-twice')
  },
  'a redirect is an answer': async (send, { http }) => {
    const sent = await send({ url: `${http}/redirect` })
    equal(
      [sent.status, header(sent.headers, 'location'), await text(sent)],
      [302, ['/echo'], 'moved'],
      'answer',
    )
  },
  'bodies are not unpacked, or the headers say that they were': async (send, { http }, { decodesGzip }) => {
    const sent = await send({ url: `${http}/gzip`, headers: [['accept-encoding', 'gzip']] })
    const body = await bytes(sent)
    equal(header(sent.headers, 'content-encoding'), decodesGzip ? [] : ['gzip'], 'content-encoding')
    if (decodesGzip) equal([body.length, header(sent.headers, 'content-length')], [1400, []], 'unpacked')
    else equal([body[0], header(sent.headers, 'content-length')], [0x1f, [String(body.length)]], 'packed')
  },
  'no body is null': async (send, { http }) => {
    equal((await send({ url: `${http}/empty` })).body, null, '204')
    const head = await send({ url: `${http}/big?bytes=500000`, method: 'HEAD' })
    equal([head.body, header(head.headers, 'content-length')], [null, ['500000']], 'HEAD')
  },
  'a small body of declared length comes as bytes': async (send, { http }) => {
    const { body } = await send({ url: `${http}/say?body=abc` })
    equal(body instanceof Uint8Array && [...body], [97, 98, 99], 'body')
  },
  'a large body streams': async (send, { http }) => {
    for (const how of ['', '&chunked']) {
      const sent = await send({ url: `${http}/big?bytes=3000000${how}` })
      equal(sent.body instanceof ReadableStream, true, 'stream')
      equal((await bytes(sent)).length, 3_000_000, 'length')
    }
  },
  'a streamed response is readable before its end, and can be left': async (send, { http }) => {
    const { body } = await send({ url: `${http}/events` })
    const reader = (body as ReadableStream<Uint8Array>).getReader()
    const first = await reader.read()
    equal(new TextDecoder().decode(first.value).startsWith('data: 0'), true, 'first event')
    await reader.cancel()
  },
  'a streamed request keeps its declared length': async (send, { http }) => {
    const got = await echo(
      await send({
        url: `${http}/echo`,
        method: 'POST',
        headers: [['content-length', '11']],
        body: stream(['hello', ' ', 'world']),
      }),
    )
    equal([got.body, header(got.headers, 'content-length')], ['hello world', ['11']], 'request')
  },
  'a streamed request without a length is chunked': async (send, { http }) => {
    const got = await echo(
      await send({ url: `${http}/echo`, method: 'POST', body: stream(['hello', ' world']) }),
    )
    equal([got.body, header(got.headers, 'transfer-encoding')], ['hello world', ['chunked']], 'request')
  },
  'GET with a body is sent or refused': async (send, { http }, { noBodyWithGet }) => {
    const attempt = send({ url: `${http}/echo`, method: 'GET', body: new TextEncoder().encode('q') })
    if (noBodyWithGet) equal((await failure(attempt)).reason, 'request', 'reason')
    else equal((await echo(await attempt)).body, 'q', 'body')
  },
  'early hints are passed over': async (send, { http }) => {
    const sent = await send({ url: `${http}/early` })
    equal([sent.status, await text(sent)], [200, 'after the hints'], 'answer')
  },
  'a thousand headers are read': async (send, { http }) => {
    const { headers } = await send({ url: `${http}/headers?count=1000` })
    equal(headers.filter(([name]) => name.startsWith('x-h')).length, 1000, 'headers')
  },
  'nobody listens': async (send, { refused }) => {
    oneOf((await failure(send({ url: `${refused}/` }))).reason, ['connect', 'reset'], 'reason')
  },
  'a name that does not resolve': async (send, _, { vagueFailures }) => {
    const { reason } = await failure(send({ url: 'http://no-such-host.invalid/' }))
    equal(reason, vagueFailures ? 'connect' : 'name', 'reason')
  },
  'a connection that breaks before the answer': async (send, { http }) => {
    oneOf(
      (await failure(send({ url: `${http}/reset`, method: 'POST' }))).reason,
      ['reset', 'connect'],
      'reason',
    )
  },
  'a small body that breaks off fails the call': async (send, { http }) => {
    for (const how of ['reset-in-body', 'short'])
      oneOf((await failure(send({ url: `${http}/${how}` }))).reason, ['reset', 'protocol'], how)
  },
  'a stream that breaks off fails its reader': async (send, { http }) => {
    const sent = await send({ url: `${http}/reset-in-chunks` })
    let broken = false
    await bytes(sent).catch(() => {
      broken = true
    })
    equal(broken, true, 'broken')
  },
  'what is not HTTP is a failure': async (send, { http }) => {
    oneOf((await failure(send({ url: `${http}/garbage` }))).reason, ['protocol', 'reset'], 'reason')
  },
  'a header with a line break is never sent': async (send, { http }) => {
    const headers: [string, string][] = [['x-injected', 'a\r\nx-evil: 1']]
    equal((await failure(send({ url: `${http}/echo`, headers }))).reason, 'request', 'reason')
  },
  'the signal ends a call that hangs': async (send, { http }) => {
    for (const how of ['hang', 'hang-in-body']) {
      const controller = new AbortController()
      setTimeout(() => controller.abort(), 50)
      equal(
        (await failure(send({ url: `${http}/${how}`, signal: controller.signal }))).reason,
        'aborted',
        how,
      )
    }
    const done = AbortSignal.abort()
    equal((await failure(send({ url: `${http}/echo`, signal: done }))).reason, 'aborted', 'before the start')
  },
  'the signal ends a stream': async (send, { http }) => {
    const controller = new AbortController()
    const sent = await send({ url: `${http}/events`, signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    let broken = false
    await bytes(sent).catch(() => {
      broken = true
    })
    equal(broken, true, 'broken')
  },
  'connections are used again': async (send, { http }) => {
    for (let i = 0; i < 20; i++) await bytes(await send({ url: `${http}/say?body=abc` }))
  },
  'TLS: an unknown issuer is refused': async (send, { https }) => {
    oneOf((await failure(send({ url: `${https}/echo` }))).reason, ['tls', 'connect'], 'reason')
  },
}

/** Cases of `can`: run where the adapter says that it can. */
export const tlsCases: Record<keyof Outbound['can'], Record<string, Case>> = {
  insecureSkipVerification: {
    'TLS: insecureSkipVerification accepts any issuer': async (send, { https }) => {
      const got = await echo(await send({ url: `${https}/echo`, tls: { insecureSkipVerification: true } }))
      equal(got.method, 'GET', 'method')
    },
    'TLS: but not an expired certificate or another host name': async (send, where) => {
      for (const url of [where.httpsExpired, where.httpsElsewhere]) {
        const attempt = send({ url: `${url}/echo`, tls: { insecureSkipVerification: true } })
        equal((await failure(attempt)).reason, 'tls', url)
      }
    },
    'TLS: trust in one call is not trust in the next, nor is a session of it': async (send, { https }) => {
      // one connection more each time: a new one may take up the session of one before
      for (let calls = 1; calls < 4; calls++) {
        const insecure = () => send({ url: `${https}/echo`, tls: { insecureSkipVerification: true } })
        await Promise.all(Array.from({ length: calls }, () => insecure().then(echo)))
        oneOf((await failure(send({ url: `${https}/echo` }))).reason, ['tls', 'connect'], 'reason')
      }
    },
  },
  clientCertificate: {
    'TLS: the client certificate is shown, and only where asked': async (send, { https, client }) => {
      const insecure = { insecureSkipVerification: true }
      const shown = await send({ url: `${https}/echo`, tls: { ...insecure, clientCertificate: client } })
      equal((await echo(shown)).client, 'edgeway-client', 'with')
      const hidden = await send({ url: `${https}/echo`, tls: insecure })
      equal((await echo(hidden)).client, undefined, 'without')
    },
    'TLS: each client certificate on connections of its own': async (
      send,
      { https, client, otherClient },
    ) => {
      const insecure = { insecureSkipVerification: true }
      const tls = [
        { ...insecure, clientCertificate: client },
        insecure,
        { ...insecure, clientCertificate: otherClient },
      ]
      const names = ['edgeway-client', undefined, 'localhost']
      for (let round = 0; round < 3; round++) {
        const shown = await Promise.all(
          tls.map(async (tls) => (await echo(await send({ url: `${https}/echo`, tls }))).client),
        )
        equal(shown, names, `round ${round}`)
      }
    },
    'TLS: a client certificate that cannot be read is a failure': async (send, { https, client }) => {
      for (const broken of [
        { ...client, key: 'none' },
        { ...client, cert: 'none' },
      ]) {
        const tls = { insecureSkipVerification: true, clientCertificate: broken }
        equal((await failure(send({ url: `${https}/echo`, tls }))).reason, 'tls', 'reason')
      }
    },
  },
}

/** Cases of a process that trusts the issuers of all certificates here. */
export const trustCases: Record<string, Case> = {
  'TLS: a trusted certificate is taken, over new connections and taken up sessions': async (
    send,
    { https },
  ) => {
    for (let calls = 1; calls < 4; calls++)
      await Promise.all(Array.from({ length: calls }, () => send({ url: `${https}/echo` }).then(echo)))
  },
  'TLS: but not for another host, nor when it has expired': async (send, where) => {
    for (const url of [where.httpsExpired, where.httpsElsewhere])
      for (const tls of [
        undefined,
        { insecureSkipVerification: true },
        { clientCertificate: where.client },
        undefined,
      ])
        equal((await failure(send({ url: `${url}/echo`, tls }))).reason, 'tls', url)
  },
  'TLS: the client certificate is shown to a back end that is verified': async (send, { https, client }) => {
    for (const clientCertificate of [client, undefined, client]) {
      const shown = await echo(await send({ url: `${https}/echo`, tls: { clientCertificate } }))
      equal(shown.client, clientCertificate && 'edgeway-client', 'client')
    }
  },
}

/** Runs every case; gives name -> null, or the failure's words. */
export async function runCases(
  outbound: Outbound,
  where: Where,
  except: Exceptions,
): Promise<Record<string, string | null>> {
  const send: Send = (request) => outbound.send({ method: 'GET', headers: [], body: null, ...request })
  const all = where.trusts ? { ...trustCases } : { ...cases, ...(except.fetches ? {} : hostileCases) }
  for (const [ability, more] of Object.entries(tlsCases))
    if (outbound.can[ability as keyof Outbound['can']] && !where.trusts) Object.assign(all, more)
  const results: Record<string, string | null> = {}
  for (const [name, run] of Object.entries(all)) {
    results[name] = await run(send, where, except).then(
      () => null,
      (error: Error) => error.message,
    )
  }
  return results
}
