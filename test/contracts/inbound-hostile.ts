/**
 * Clients that attack the server, are clumsy or have a bad line: what a connection of a client must bear, on any runtime, plain and
 * through TLS. The server is another process (inbound-answers.ts), the clients are sockets that say what they are told to.
 */
import { isPattern, patterned } from '../support/pattern.ts'
import { RawClient } from '../support/raw-client.ts'
import { equal } from './case.ts'
import type { Ports, Told } from './inbound-answers.ts'

export interface Server extends Ports {
  secure: boolean
  runtime: 'node' | 'deno' | 'bun'
}

type Case = (server: Server) => Promise<void>

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const connect = ({ secure, plain, tls }: Server) => RawClient.connect(secure ? tls : plain, secure)
const hasty = ({ hasty }: Server) => RawClient.connect(hasty)

const HOST = 'Host: h\r\n'
const get = (target: string, ...lines: string[]) =>
  `GET ${target} HTTP/1.1\r\n${HOST}${lines.map((line) => `${line}\r\n`).join('')}\r\n`
const post = (target: string, body: string, ...lines: string[]) =>
  get(target, `Content-Length: ${body.length}`, ...lines).replace('GET', 'POST') + body
const chunked = (target: string, body: string, ...lines: string[]) =>
  get(target, 'Transfer-Encoding: chunked', ...lines).replace('GET', 'POST') + body
const old = (target: string, ...lines: string[]) =>
  `GET ${target} HTTP/1.0\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
/** stands behind what must not be read as a request */
const EVIL = get('/say/evil')

export async function told({ plain }: Server): Promise<Told> {
  const client = await RawClient.connect(plain)
  const { body } = await client.send(get('/told', 'Connection: close')).answer()
  client.socket.destroy()
  return JSON.parse(body) as Told
}

/** Asks until it is so. */
async function eventually(what: string, server: Server, met: (told: Told) => boolean): Promise<Told> {
  for (let tries = 0; tries < 200; tries++) {
    const now = await told(server)
    if (met(now)) return now
    await pause(25)
  }
  throw new Error(`never: ${what}`)
}

/** The bodies of answers to what is sent over one connection. */
async function said(server: Server, count: number, ...data: (string | Uint8Array)[]): Promise<string[]> {
  const client = await connect(server)
  for (const piece of data) client.send(piece)
  const answers = await client.answers(count)
  client.socket.destroy()
  return answers.map(({ body }) => body)
}

/** Each of a table by itself; what fails says which. */
const each = async <T>(
  table: Record<string, T>,
  run: (row: T, name: string) => Promise<void>,
): Promise<void> => {
  await Promise.all(
    Object.entries(table).map(([name, row]) =>
      run(row, name).catch((error: Error) => {
        throw new Error(`${name}: ${error.message}`)
      }),
    ),
  )
}

/** No requests: two readers could understand them in two ways, or they never end. What they get. */
const REFUSED: Record<string, [text: string, status: number]> = {
  'two framings': [chunked('/count', '0\r\n\r\n', 'Content-Length: 5'), 400],
  'two framings, the other way round': [post('/count', '0\r\n\r\n', 'Transfer-Encoding: chunked'), 400],
  'two lengths': [post('/count', 'hello', 'Content-Length: 4'), 400],
  'a length with a sign': [get('/count', 'Content-Length: +5'), 400],
  'another coding': [get('/count', 'Transfer-Encoding: gzip, chunked'), 501],
  'nearly chunked': [get('/count', 'Transfer-Encoding: xchunked'), 501],
  'chunked in HTTP/1.0': [old('/count', 'Transfer-Encoding: chunked'), 400],
  'a folded line': [get('/say/x', 'X: a', ' b'), 400],
  'white space before the colon': [get('/say/x', 'Content-Length : 5'), 400],
  'a line feed alone': [get('/say/x', 'X: a\nContent-Length: 5'), 400],
  'a carriage return alone': [get('/say/x', 'X: a\rContent-Length: 5'), 400],
  'a NUL': [get('/say/x', 'X: \0'), 400],
  'no host': ['GET /say/x HTTP/1.1\r\n\r\n', 400],
  'two hosts': [get('/say/x', 'Host: i'), 400],
  'HTTP/0.9': ['GET /say/x\r\n\r\n', 400],
  'HTTP/2': ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  'another protocol': ['\x16\x03\x01\x02\x00\x01\r\n\r\n', 400],
  'a method with a blank': [` ${get('/say/x')}`, 400],
  'another expectation': [get('/say/x', 'Expect: 200-ok'), 417],
  'a chunk of minus five bytes': [chunked('/count', '-5\r\nhello\r\n0\r\n\r\n'), 400],
  'a chunk longer than it says': [chunked('/count', '5\r\nhello!\r\n0\r\n\r\n'), 400],
  'chunks with line feeds alone': [chunked('/count', '5\nhello\n0\n\n'), 400],
  'a length among trailers': [chunked('/count', '0\r\nContent-Length: 9\r\n\r\n'), 400],
  'a line without end': [get('/say/x', `X: ${'y'.repeat(70_000)}`), 431],
  'lines without end': [get('/say/x', ...Array(700).fill(`X: ${'y'.repeat(100)}`)), 431],
  'a target without end': [get(`/say/${'x'.repeat(70_000)}`), 431],
}

export const hostileCases: Record<string, Case> = {
  'a request': async (server) => {
    const client = await connect(server)
    const answer = await client.send(get('/echo/a//b?c=d', 'X-a: 1', 'x-A: 2')).answer()
    equal(answer.keepAlive, true, 'kept')
    equal(JSON.parse(answer.body), {
      ...{ method: 'GET', authority: 'h', rawPath: '/echo/a//b', rawQuery: 'c=d' },
      headers: ['Host', 'h', 'X-a', '1', 'x-A', '2'],
      body: null,
    })
    client.socket.destroy()
  },
  'what two readers could take for two things is refused, and nothing behind it is read': (server) =>
    each(REFUSED, async ([text, status]) => {
      const client = await connect(server)
      await client.send(text + EVIL + EVIL).over()
      equal([client.text.slice(0, 12), client.ended], [`HTTP/1.1 ${status}`, 'in order'], 'answer')
      const answers = await client.answers(1)
      equal([answers[0]!.keepAlive, answers[0]!.body], [false, '{"message":"Bad Request"}'], 'answer')
    }),
  'answers keep the order of their requests': async (server) => {
    const wanted = Array.from({ length: 60 }, (_, n) => `w${n}`)
    const requests = wanted.map((word, n) =>
      n % 5 === 4
        ? post(`/later/${word}/0`, 'hello')
        : get(n % 3 ? `/say/${word}` : `/later/${word}/${n % 7}`),
    )
    equal(await said(server, 60, requests.join('')), wanted, 'at once')
    equal(await said(server, 60, ...requests), wanted, 'one by one')
  },
  'thousands of requests in one piece': async (server) => {
    const shortest = 'GET /say/a HTTP/1.1\r\nHost:\r\n\r\n'
    equal((await said(server, 5_000, shortest.repeat(5_000))).join('').length, 5_000, 'at once')
    // while one is answered they wait, within bounds
    const late = await said(server, 5_001, get('/later/b/50') + shortest.repeat(5_000))
    equal(late.join('').slice(0, 2), 'ba', 'behind a late one')
  },
  'a request a byte at a time': async (server) => {
    const client = await connect(server)
    await client.drip(
      `\r\n${post('/echo', 'hello')}${chunked('/echo', '3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n')}`,
    )
    const answers = await client.answers(2)
    equal(
      answers.map(({ body }) => JSON.parse(body).body),
      ['hello', 'hello'],
      'bodies',
    )
    client.socket.destroy()
  },
  'a request cut anywhere': (server) => {
    const text = `${chunked('/echo', '5\r\nhello\r\n0\r\n\r\n')}${post('/echo', 'hi')}`
    const cuts = Object.fromEntries(Array.from({ length: text.length }, (_, at) => [at, at]))
    return each(cuts, async (at) => {
      const client = await connect(server)
      client.send(text.slice(0, at))
      await pause(5)
      const answers = await client.send(text.slice(at)).answers(2)
      equal(
        answers.map(({ body }) => JSON.parse(body).body),
        ['hello', 'hi'],
        'bodies',
      )
      client.socket.destroy()
    })
  },
  'a long head in small pieces': async (server) => {
    const client = await connect(server)
    await client.drip(get('/say/long', `X: ${'y'.repeat(60_000)}`), 29)
    equal((await client.answer()).body, 'long', 'body')
    client.socket.destroy()
  },
  'a body that is longer than it says is the next request': async (server) => {
    const client = await connect(server)
    await client.send(`${post('/echo', 'hello')} ${EVIL}`).over()
    const [first, second] = await client.answers(2)
    equal([JSON.parse(first!.body).body, second!.status], ['hello', 400], 'answers')
  },
  'a request that breaks off in its body is no request': async (server) => {
    const { failed } = await told(server)
    for (const text of [
      post('/echo', 'hello').slice(0, -1),
      chunked('/echo', '5\r\nhello\r\n0\r\n'),
      chunked('/count', '5\r\nhel'),
    ]) {
      const ended = await connect(server)
      equal((await ended.send(text).end().answer()).status, 400, 'ended')
      const broken = await connect(server)
      broken.send(text)
      await pause(20)
      broken.reset()
    }
    await eventually('all have failed', server, (now) => now.failed.length >= failed.length + 6)
  },
  'a chunk that is none, behind ones that are': async (server) => {
    const client = await connect(server)
    client.send(chunked('/echo', '5\r\nhello\r\n'))
    await pause(20)
    const answer = await client.send(`x\r\n\r\n${EVIL}`).answer()
    equal([answer.status, answer.keepAlive], [400, false], 'answer')
    await client.over()
    equal((await client.answers(1)).length, 1, 'answers')
  },
  'who waits to be told to send is told when somebody wants the body, once': async (server) => {
    for (const how of ['echo', 'count']) {
      const client = await connect(server)
      client.send(get(`/${how}`, 'Content-Length: 5', 'Expect: 100-Continue').replace('GET', 'POST'))
      await client.until(() => client.text.includes('\r\n\r\n'))
      equal(client.text, 'HTTP/1.1 100 Continue\r\n\r\n', 'told')
      client.send('\0\x01\x02\x03\x04')
      const answers = await client.answers(2)
      equal([answers[0]!.status, answers[1]!.status, answers[1]!.keepAlive], [100, 200, true], 'statuses')
      client.send(get('/say/next'))
      equal((await client.answers(3))[2]!.body, 'next', 'next')
      client.socket.destroy()
    }
  },
  'who waits to be told and is not, gets its answer and the end': async (server) => {
    for (const how of ['say/no', 'later/no/5', 'late']) {
      const client = await connect(server)
      client.send(get(`/${how}`, 'Content-Length: 5', 'Expect: 100-continue').replace('GET', 'POST'))
      const answer = await client.answer()
      equal([answer.status, answer.keepAlive], [200, false], how)
      await client.over()
      client.socket.destroy()
    }
  },
  'who does not wait to be told is not told': async (server) => {
    const client = await connect(server)
    equal(
      (await client.send(post('/say/yes', 'hello', 'Expect: 100-continue')).answer()).keepAlive,
      true,
      'kept',
    )
    client.clear().send(old('/echo', 'Expect: 100-continue', 'Content-Length: 1'))
    await pause(20)
    equal(client.text, '', 'HTTP/1.0')
    equal((await client.send('x').answer()).status, 200, 'HTTP/1.0')
    client.socket.destroy()
  },
  'a connection goes on where the client wants it to': (server) =>
    each<[string, boolean]>(
      {
        'HTTP/1.1': [get('/say/x'), true],
        close: [get('/say/x', 'Connection: close'), false],
        'close, in any spelling': [get('/later/x', 'CONNECTION: x, Close'), false],
        'close, and then keep-alive': [get('/say/x', 'Connection: close', 'Connection: keep-alive'), false],
        'HTTP/1.0': [old('/say/x'), false],
        'HTTP/1.0 that stays': [old('/later/x', 'Connection: Keep-Alive'), true],
        'HTTP/1.0, close and then keep-alive': [
          old('/say/x', 'Connection: close', 'Connection: keep-alive'),
          false,
        ],
        'HTTP/1.0 with a stream': [old('/stream/3/1', 'Connection: Keep-Alive'), false],
      },
      async ([text, keeps]) => {
        const client = await connect(server)
        client.send(text)
        if (!keeps) await client.send(EVIL).over()
        const answer = await client.answer()
        equal([answer.status, answer.keepAlive], [200, keeps], 'answer')
        if (keeps) equal((await client.send(get('/say/next')).answers(2))[1]!.body, 'next', 'next')
        else equal(client.ended, 'in order', 'end')
        client.socket.destroy()
      },
    ),
  'who ends its side still gets its answers': (server) =>
    each<[string, string[]]>(
      {
        'at once': [get('/say/a'), ['a']],
        later: [get('/later/a/30'), ['a']],
        several: [get('/later/a/30') + get('/say/b') + get('/later/c/5'), ['a', 'b', 'c']],
        'a stream': [get('/stream/3/1/close/10'), ['\0\x01\x02']],
        'a body': [post('/count', '\0\x01'), ['{"length":2,"right":true}']],
        'part of a request behind it': [`${get('/later/a/30')}GET /`, ['a']],
      },
      async ([text, bodies]) => {
        const client = await connect(server)
        await client.send(text).end().over()
        equal(client.ended, 'in order', 'end')
        equal(
          (await client.answers(bodies.length)).map(({ body }) => body),
          bodies,
          'bodies',
        )
      },
    ),
  'answers without a body have none': async (server) => {
    for (const how of ['status', 'response', 'empty', 'streamed'])
      for (const status of [204, 304, 205, 200]) {
        const client = await connect(server)
        await client.send(get(`/${how}/${status}`) + get('/say/next', 'Connection: close')).over()
        const [head, ...rest] = client.text.split('\r\n\r\n')
        const bodiless = status === 204 || status === 304
        if (bodiless)
          equal(/content-length|transfer-encoding/i.test(head!), false, `${how} ${status} ${head}`)
        const messages = await client.answers(2)
        equal(messages[1]!.body, 'next', `${how} ${status}: ${rest}`)
        const asked = await connect(server)
        await asked
          .send(get(`/${how}/${status}`).replace('GET', 'HEAD') + get('/say/next', 'Connection: close'))
          .over()
        equal(asked.text.split('\r\n\r\n').length, 3, 'parts')
        equal(asked.text.split('\r\n\r\n')[2], 'next', `HEAD ${how} ${status}`)
      }
  },
  'no header breaks out of its line': async (server) => {
    const client = await connect(server)
    const { headers, body } = await client.send(get('/evil')).answer()
    equal(
      [headers.map(([name]) => name), body.length],
      [['x-good', 'date', 'content-length', 'connection'], 3],
      'answer',
    )
    client.socket.destroy()
  },
  'a body that nobody reads is passed over': async (server) => {
    for (const body of ['x', 'x'.repeat(300_000), 'x'.repeat(1_000_000)]) {
      const client = await connect(server)
      client.send(post('/say/a', body) + get('/say/b'))
      equal(
        (await client.answers(2)).map((answer) => answer.body),
        ['a', 'b'],
        `${body.length}`,
      )
      const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      client.clear().send(chunked('/later/c/5', chunks) + get('/say/d'))
      equal(
        (await client.answers(2)).map((answer) => answer.body),
        ['c', 'd'],
        `${body.length} in a chunk`,
      )
      client.socket.destroy()
    }
  },
  'a long body that nobody reads does not cost the client its answer': (server) =>
    each(
      { say: 'say/a', later: 'later/a/20', leave: 'leave/0', 'leave late': 'leave/60', overtake: 'overtake' },
      async (how) => {
        for (const framing of ['length', 'chunks']) {
          const client = await connect(server)
          const length = 8_000_000
          client.send(
            framing === 'length'
              ? get(`/${how}`, `Content-Length: ${length}`).replace('GET', 'POST')
              : `${get(`/${how}`, 'Transfer-Encoding: chunked').replace('GET', 'POST')}${length.toString(16)}\r\n`,
          )
          // a client that does not listen before it has said all
          client.socket.pause()
          for (let at = 0; at < length; at += 400_000)
            if (!client.socket.write(patterned(at, 400_000)))
              await new Promise((resolve) => client.socket.once('drain', resolve))
          client.socket.resume()
          const answer = await client.answer()
          equal([answer.status, answer.body.length > 0], [200, true], framing)
          // whoever read on may have had all of it by then
          if (how === 'overtake') client.end()
          await client.over()
          equal(client.ended, 'in order', framing)
        }
      },
    ),
  'who asks and never reads is held back': async (server) => {
    const before = await told(server)
    const clients = await Promise.all(Array.from({ length: 4 }, () => connect(server)))
    for (const client of clients) {
      client.socket.pause()
      client.send(get('/stream/100000/65536'))
    }
    await pause(300)
    const after = await told(server)
    const most = 4 * 32 * 1024 * 1024
    equal(
      (after.pulled - before.pulled) * 65_536 < most,
      true,
      `${after.pulled - before.pulled} pieces were pulled`,
    )
    for (const client of clients) client.socket.destroy()
    await eventually('streams are left', server, ({ left }) => left >= before.left + 4)
  },
  'who pipelines and never reads is held back': async (server) => {
    const before = await told(server)
    const client = await connect(server)
    client.socket.pause()
    for (let n = 0; n < 200; n++) client.send(get('/big/100000').repeat(20))
    await pause(300)
    const { asked } = await told(server)
    equal(asked - before.asked < 1000, true, `${asked - before.asked} were answered`)
    client.socket.destroy()
  },
  'who pipelines leaves the others their turn': async (server) => {
    const count = 1500
    const [greedy, other] = [await connect(server), await connect(server)]
    for (let tries = 0; tries < 50; tries++) {
      const { asked: before } = await told(server)
      greedy.clear().send(get('/say/x').repeat(count))
      const { body } = await other.clear().send(get('/told')).answer()
      const between = (JSON.parse(body) as Told).asked - before
      await greedy.answers(count)
      // neither ahead of all of them nor behind
      if (between > 10 && between < count) {
        greedy.socket.destroy()
        other.socket.destroy()
        return
      }
    }
    throw new Error('the others were never asked in between')
  },
  'what waits for one client is not overwritten by the answers to others': async (server) => {
    const waiting = await Promise.all(Array.from({ length: 4 }, () => connect(server)))
    for (const client of waiting) client.send(get('/big/50000').repeat(200)).socket.pause()
    for (let turn = 0; turn < 50; turn++) await said(server, 1, get(`/say/${'z'.repeat(40_000)}`))
    for (const client of waiting) {
      client.socket.resume()
      const answers = await client.answers(200)
      const whole = answers.every(({ body }) => isPattern(Buffer.from(body, 'latin1'), 0))
      equal([whole, answers[0]!.body.length], [true, 50_000], 'answers')
      client.socket.destroy()
    }
  },
  'a slow reader gets everything': async (server) => {
    for (const target of ['/big/6000000', '/stream/60/100000']) {
      const client = await connect(server)
      client.keeps = false
      client.send(get(target, 'Connection: close'))
      for (let n = 0; n < 10; n++) {
        client.socket.pause()
        await pause(10)
        client.socket.resume()
        const length = client.length
        await client.until(() => client.length > length)
      }
      await client.over()
      equal([client.ended, client.length > 6_000_000], ['in order', true], `${target} ${client.length}`)
    }
  },
  'an answer is left when its client has gone': async (server) => {
    const { left } = await told(server)
    for (const target of ['/stream/1000000/1000', '/stream/1/1/wait', '/stream/100000/10/close/1']) {
      for (const how of ['reset', 'destroy'] as const) {
        // nobody hears of an end before something is written
        if (target.endsWith('wait') && (how === 'destroy' || server.secure)) continue
        const client = await connect(server)
        client.send(get(target))
        await client.until(() => client.length > 100)
        how === 'reset' ? client.reset() : client.socket.destroy()
      }
    }
    await eventually('streams are left', server, (now) => now.left >= left + (server.secure ? 4 : 5))
  },
  'a stream that breaks is no whole answer': async (server) => {
    for (const pieces of [0, 1, 50]) {
      const client = await connect(server)
      await client.send(get(`/stream/${pieces}/1000/error/1`)).over()
      equal(client.text.startsWith('HTTP/1.1 200'), true, 'head')
      equal(client.text.includes('\r\n0\r\n'), false, 'last chunk')
    }
    // where only the end says that it is whole, the connection breaks
    if (server.runtime === 'deno' || server.secure) return
    const client = await connect(server)
    await client.send(old('/stream/3/1000/error/1')).over()
    equal(client.ended, 'broken', 'HTTP/1.0')
  },
  'a fault in the gateway breaks its connection and no other': async (server) => {
    for (const how of ['throw', 'reject', 'garbage']) {
      const client = await connect(server)
      await client.send(get(`/${how}`)).over()
      equal(client.text.includes('\r\n0\r\n'), false, how)
    }
    equal(await said(server, 1, get('/say/x')), ['x'], 'next')
  },
  'what is read stays what it was': async (server) => {
    const client = await connect(server)
    const length = 3_000_000
    client.send(get('/hold', `Content-Length: ${length}`).replace('GET', 'POST'))
    for (let at = 0, size = 1; at < length; at += size, size = (size * 7 + 1) % 90_000) {
      client.send(patterned(at, Math.min(size, length - at)))
      if (size % 5 === 0) await pause(0)
    }
    equal((await client.answer()).body, `{"length":${length},"right":true}`, 'body')
    client.socket.destroy()
  },
  'chunks of a byte each': async (server) => {
    const client = await connect(server)
    const chunks = Array.from(patterned(0, 100_000), (byte) => `1\r\n${String.fromCharCode(byte)}\r\n`)
    client.send(chunked('/slow/50', `${chunks.join('')}0\r\n\r\n`))
    equal((await client.answer()).body, '{"length":100000,"right":true}', 'body')
    client.socket.destroy()
  },
  'many connections': async (server) => {
    const clients = await Promise.all(Array.from({ length: 80 }, () => connect(server)))
    for (let round = 0; round < 3; round++) {
      for (const [n, client] of clients.entries())
        client.clear().send(get(`/later/${n}/${n % 5}`) + get(`/say/${n}`))
      for (const [n, client] of clients.entries())
        equal(
          (await client.answers(2)).map(({ body }) => body),
          [`${n}`, `${n}`],
          'bodies',
        )
    }
    for (const client of clients) client.socket.destroy()
  },
  'connections that come and go in every way': async (server) => {
    const ways: ((client: RawClient) => void)[] = [
      (client) => client.socket.destroy(),
      (client) => client.reset(),
      (client) => client.end(),
      (client) => client.send('GET / HT').reset(),
      (client) => client.send(get('/later/x/5')).reset(),
      (client) => client.send(get('/big/1000000')).reset(),
      (client) => client.send(get('/say/x').repeat(50)).socket.destroy(),
      (client) => client.send(post('/pipe', 'x'.repeat(50_000)).slice(0, -1)).reset(),
      (client) => client.send(get('/stream/100/1000/error/1')).end(),
      (client) => client.send(get('/say/x', 'Connection: close')).reset(),
    ]
    for (let round = 0; round < 3; round++)
      await Promise.all(
        Array.from({ length: 30 }, async (_, n) => {
          const client = await connect(server)
          ways[n % ways.length]!(client)
          await pause(5)
          client.socket.destroy()
        }),
      )
    equal(await said(server, 1, get('/say/x')), ['x'], 'next')
  },
  'an upload that is sent back as it comes': async (server) => {
    const client = await connect(server)
    client.send(get('/pipe', 'Transfer-Encoding: chunked').replace('GET', 'POST'))
    await client.until(() => client.text.includes('\r\n\r\n'))
    for (const word of ['one', 'two', 'three']) {
      client.send(`${word.length}\r\n${word}\r\n`)
      await client.until(() => client.text.includes(word))
    }
    const answer = await client.send('0\r\n\r\n').answer()
    equal([answer.body, answer.keepAlive], ['onetwothree', true], 'answer')
    client.socket.destroy()
  },
  'long streams in constant memory': async (server) => {
    const length = (server.secure ? 16 : 128) * 1024 * 1024
    const before = await told(server)
    let most = 0
    const watch = setInterval(
      () =>
        void told(server).then(
          ({ memory }) => {
            most = Math.max(most, memory)
          },
          () => {},
        ),
      100,
    )
    const client = await connect(server)
    client.keeps = false
    client.send(get(`/stream/${length / 65_536}/65536`, 'Connection: close'))
    await client.over()
    equal([client.ended, client.length > length], ['in order', true], 'down')
    const up = await connect(server)
    up.send(get('/count', `Content-Length: ${length}`).replace('GET', 'POST'))
    for (let at = 0; at < length; at += 262_144)
      if (!up.socket.write(patterned(at, 262_144)))
        await new Promise((resolve) => up.socket.once('drain', resolve))
    equal((await up.answer()).body, `{"length":${length},"right":true}`, 'up')
    up.socket.destroy()
    clearInterval(watch)
    equal(most - before.memory < 100 * 1024 * 1024, true, `${most - before.memory} bytes more`)
  },
}

/** Patience, and its end: over a listener that has little. */
export const hastyCases: Record<string, Case> = {
  'who says nothing is let go': async (server) => {
    const client = await hasty(server)
    await client.over()
    equal([client.ended, client.text], ['in order', ''], 'end')
    const rested = await hasty(server)
    await rested.send(get('/say/x')).over()
    equal([rested.ended, (await rested.answer()).keepAlive], ['in order', true], 'behind an answer')
  },
  'a head that does not come': async (server) => {
    const client = await hasty(server)
    client.send('GET / HTTP/1.1\r\n')
    const drip = setInterval(() => client.send('X: y\r\n'), 20)
    await client.over()
    clearInterval(drip)
    equal((await client.answer()).status, 408, 'status')
  },
  'empty lines are no head': async (server) => {
    const client = await hasty(server)
    const drip = setInterval(() => client.send('\r\n'), 20)
    await client.over()
    clearInterval(drip)
    equal(client.text, '', 'answer')
  },
  'a body that does not come': async (server) => {
    for (const how of ['echo', 'count']) {
      const client = await hasty(server)
      client.send(post(`/${how}`, 'hello').slice(0, -1))
      const answer = await client.answer()
      equal([answer.status, answer.keepAlive], [400, false], how)
      await client.over()
    }
    const unread = await hasty(server)
    unread.send(post('/say/x', 'hello').slice(0, -1))
    equal((await unread.answer()).body, 'x', 'unread')
    await unread.over()
  },
  'a client that takes nothing': async (server) => {
    const [word] = await said(server, 1, get('/listen/hasty'))
    const port = Number(word)
    const { left } = await told(server)
    const clients = await Promise.all([1, 2].map(() => RawClient.connect(port)))
    for (const [n, client] of clients.entries()) {
      client.socket.pause()
      client.send(get(n ? '/big/30000000' : '/stream/100000/65536'))
    }
    await eventually('both are cut', server, (now) => now.open[port] === 0 && now.left > left)
    for (const client of clients) {
      client.keeps = false
      client.socket.resume()
      await client.over()
      equal(client.length < 30_000_000, true, `${client.length}`)
    }
  },
  'a client that takes little at a time': (server) =>
    each(
      {
        '/big/30000000': 'X: y',
        '/big/30000001': 'Connection: close',
        '/stream/301/100000': 'X: y',
        '/stream/3/10000100': 'X: y',
      },
      async (line, target) => {
        const client = await hasty(server)
        client.keeps = false
        client.send(get(target, line))
        // longer in all than is waited for a client that takes nothing
        for (let taken = 1; taken <= 28 && !client.ended; taken++) {
          client.socket.resume()
          await client.until(() => client.length >= taken * 1_000_000)
          client.socket.pause()
          await pause(35)
        }
        client.socket.resume()
        await client.until(() => client.length > 30_000_100)
        equal(client.length > 30_000_100, true, `${client.length}`)
        client.socket.destroy()
      },
    ),
  'a back end may take its time': async (server) => {
    const client = await hasty(server)
    equal((await client.send(get('/later/x/600')).answer()).body, 'x', 'answer')
    client.socket.destroy()
    const half = await hasty(server)
    equal((await half.send(get('/later/x/600')).end().answer()).body, 'x', 'half-closed')
  },
  'a stream may be silent': async (server) => {
    const client = await hasty(server)
    equal((await client.send(get('/stream/1/1/close/500')).answer()).body, '\0', 'answer')
    client.socket.destroy()
  },
  'an upload may wait for its back end': async (server) => {
    const client = await hasty(server)
    const length = 4_000_000
    client.send(get('/slow/600', `Content-Length: ${length}`).replace('GET', 'POST'))
    client.send(patterned(0, length))
    equal((await client.answer()).body, `{"length":${length},"right":true}`, 'body')
    client.socket.destroy()
  },
  'a handshake that does not come': async ({ hastyTls }) => {
    for (const said of ['', '\x16\x03\x01\x02\x00\x01', 'GET / HTTP/1.1\r\n\r\n'])
      for (const ends of [false, true]) {
        const client = await RawClient.connect(hastyTls)
        if (said) client.send(said)
        if (ends) client.end()
        await client.over()
      }
  },
  'who does not hang up is hung up on': async (server) => {
    const client = await hasty(server)
    await client.send(get('/say/x', 'Connection: close')).over()
    equal((await client.answer()).body, 'x', 'answer')
    // it goes on talking
    const drip = setInterval(() => client.send('x'), 20)
    await new Promise((resolve) => client.socket.once('close', resolve))
    clearInterval(drip)
  },
}

/** The end of a listener: those who rest are let go at once, others behind their answer. */
export const stopCases: Record<string, Case> = {
  'a stop waits for those who are answered': async (server) => {
    const [word] = await said(server, 1, get('/listen'))
    const port = Number(word)
    const open = () => RawClient.connect(port)
    const resting = await open()
    await resting.send(get('/say/x')).answer()
    const fresh = await open()
    const halfway = (await open()).send('GET /say/x HT')
    const later = (await open()).send(get('/later/late/300') + get('/say/behind'))
    const streaming = (await open()).send(get('/stream/6/1/close/50'))
    const uploading = (await open()).send(post('/count', '\0\x01').slice(0, -1))
    await streaming.until(() => streaming.length > 100)
    await said(server, 1, get(`/stop/${port}`))
    for (const client of [resting, fresh, halfway]) {
      await client.over()
      equal(client.ended, 'in order', 'at rest')
    }
    equal((await told(server)).stopped.includes(port), false, 'stopped')
    uploading.send('\x01')
    for (const client of [later, streaming, uploading]) await client.over()
    const answers = await later.answers(1)
    equal([answers[0]!.body, answers[0]!.keepAlive], ['late', false], 'later')
    equal((await streaming.answer()).body, '\0\x01\x02\x03\x04\x05', 'streaming')
    const upload = await uploading.answer()
    equal([upload.body, upload.keepAlive], ['{"length":2,"right":true}', false], 'uploading')
    for (const client of [resting, fresh, halfway, later, streaming, uploading]) client.socket.end()
    await eventually('stopped', server, ({ stopped }) => stopped.includes(port))
    equal(
      await open().then(
        () => 'open',
        () => 'refused',
      ),
      'refused',
      'a new connection',
    )
  },
}
