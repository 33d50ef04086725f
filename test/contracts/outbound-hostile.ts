/**
 * Back ends that break HTTP's rules or its connections, and requests that would: what an Outbound with an HTTP client of our own
 * must make of them, on any runtime. What is tried first of each connection is whose answer comes next.
 */
import type { OutboundRequest } from '../../src/platform.ts'
import { type Seen, type Step, scripted, seen } from '../support/script.ts'
import {
  bytes,
  type Case,
  echo,
  equal,
  failure,
  header,
  oneOf,
  type Send,
  text,
  type Where,
} from './outbound-kit.ts'

const HELLO = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'
const EVIL = 'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nevil and evil'
/** says over which connection it came */
const WHICH = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{connection}'
const chunked = (body: string) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`
const headed = (...lines: string[]) => `HTTP/1.1 200 OK\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const played = (send: Send, where: Where, steps: readonly Step[], more: Partial<OutboundRequest> = {}) =>
  send({ url: scripted(where.scripted, steps), ...more })
const which = async (send: Send, where: Where) => text(await played(send, where, [WHICH]))
const told = async (send: Send, where: Where, of = '') =>
  JSON.parse(await text(await send({ url: seen(where.scripted, of) }))) as Seen

/** A word for the target of one case's requests, so that they can be counted. */
let words = 0
const word = () => `${crypto.randomUUID()}-${words++}`

/** Why a call failed, or broke off in its body. */
async function broken(attempt: ReturnType<Send>): Promise<string> {
  try {
    await bytes(await attempt)
  } catch (error) {
    const { name, reason } = error as { name: string; reason: string }
    return name === 'OutboundFailure' ? reason : `${error}`
  }
  return 'an answer'
}

/** No answers: two readers could understand them in two ways, or they never end. */
const REFUSED: Record<string, Step[]> = {
  'two framings': [headed('Content-Length: 5', 'Transfer-Encoding: chunked'), 'hello'],
  'two framings, the other way round': [
    headed('Transfer-Encoding: chunked', 'Content-Length: 5'),
    '0\r\n\r\n',
  ],
  'a length twice': [headed('Content-Length: 5', 'Content-Length: 5'), 'hello'],
  'two lengths': [headed('Content-Length: 5', 'Content-Length: 4'), 'hello'],
  'a list of lengths': [headed('Content-Length: 5, 5'), 'hello'],
  'a length with a sign': [headed('Content-Length: +5'), 'hello'],
  'a negative length': [headed('Content-Length: -5'), 'hello'],
  'a hexadecimal length': [headed('Content-Length: 0x5'), 'hello'],
  'a length with a blank inside': [headed('Content-Length: 5 5'), 'hello'],
  'an empty length': [headed('Content-Length:'), 'hello'],
  'a length beyond all numbers': [headed('Content-Length: 99999999999999999999'), 'hello'],
  identity: [headed('Transfer-Encoding: identity'), 'hello'],
  'another coding before chunked': [headed('Transfer-Encoding: gzip, chunked'), '0\r\n\r\n'],
  'chunked twice': [headed('Transfer-Encoding: chunked, chunked'), '0\r\n\r\n'],
  'chunked in two lines': [headed('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'), '0\r\n\r\n'],
  'chunked and nothing': [headed('Transfer-Encoding: chunked,'), '0\r\n\r\n'],
  'nearly chunked': [headed('Transfer-Encoding: xchunked'), '0\r\n\r\n'],
  'chunked with a vertical tab': [headed('Transfer-Encoding: \x0bchunked'), '0\r\n\r\n'],
  'chunked in HTTP/1.0': ['HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
  'a folded line': [headed('X: a', ' b', 'Content-Length: 5'), 'hello'],
  'a folded first line': [headed(' X: a', 'Content-Length: 5'), 'hello'],
  'a line feed alone': [headed('X: a\nContent-Length: 5'), 'hello'],
  'a carriage return alone': [headed('X: a\rContent-Length: 5'), 'hello'],
  'a NUL': [headed('X: a\0b', 'Content-Length: 5'), 'hello'],
  'white space before the colon': [headed('Content-Length : 5'), 'hello'],
  'no colon': [headed('Content-Length 5'), 'hello'],
  'no name': [headed(': x', 'Content-Length: 5'), 'hello'],
  'HTTP/2': ['HTTP/2 200\r\nContent-Length: 5\r\n\r\nhello'],
  'HTTP/1.2': ['HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  'a status of four digits': ['HTTP/1.1 2000 OK\r\nContent-Length: 5\r\n\r\nhello'],
  'a status below a hundred': ['HTTP/1.1 020 OK\r\nContent-Length: 5\r\n\r\nhello'],
  'two blanks before the status': ['HTTP/1.1  200 OK\r\nContent-Length: 5\r\n\r\nhello'],
  'an empty line first': [`\r\n\r\n${HELLO}`],
  'another protocol': [
    headed('Upgrade: h2c', 'Connection: upgrade').replace('200 OK', '101 Switching'),
    'PRI',
  ],
  'a chunk of minus five bytes': [chunked('-5\r\nhello\r\n0\r\n\r\n')],
  'a chunk in C notation': [chunked('0x5\r\nhello\r\n0\r\n\r\n')],
  'a chunk without a size': [chunked('\r\nhello\r\n0\r\n\r\n')],
  'a chunk that overflows': [chunked('fffffffffffffffff\r\nhello\r\n0\r\n\r\n')],
  'a chunk longer than it says': [chunked('5\r\nhello!\r\n0\r\n\r\n')],
  'a chunk shorter than it says': [chunked('5\r\nhell\r\n0\r\n\r\n')],
  'chunks with line feeds alone': [chunked('5\nhello\n0\n\n')],
  'an extension with a line feed': [chunked('5;a\nb\r\nhello\r\n0\r\n\r\n')],
  'a blank behind a size': [chunked('5 \r\nhello\r\n0\r\n\r\n')],
  'a trailer that is none': [chunked('5\r\nhello\r\n0\r\nno colon\r\n\r\n')],
  'a trailer with a NUL': [chunked('5\r\nhello\r\n0\r\nx: \0\r\n\r\n')],
  'trailers without end': [chunked('5\r\nhello\r\n0\r\n'), { say: `x: ${'y'.repeat(1000)}\r\n`, times: 200 }],
  'an extension without end': [chunked('5;'), { say: 'x'.repeat(1000), times: 200 }],
  'a head without end': ['HTTP/1.1 200 OK\r\n', { say: `x: ${'y'.repeat(1000)}\r\n`, times: 200 }],
  'a line without end': ['HTTP/1.1 200 OK\r\nx: ', { say: 'y'.repeat(1000), times: 200 }],
  'early hints without end': [
    { say: headed('Link: </x>').replace('200 OK', '103 Early Hints'), times: 20_000 },
  ],
}

/** Answers, and whether their connection may serve the next call. */
const TAKEN: Record<string, [steps: Step[], status: number, body: string, again: boolean]> = {
  'a length': [[HELLO], 200, 'hello', true],
  'a byte at a time': [[{ drip: HELLO }], 200, 'hello', true],
  'chunks a byte at a time': [
    [{ drip: chunked('3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n') }],
    200,
    'hello',
    true,
  ],
  'early hints': [['HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', HELLO], 200, 'hello', true],
  'all until the end': [[headed('X: y'), 'hello', 'END'], 200, 'hello', false],
  'HTTP/1.0': [['HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello'], 200, 'hello', false],
  'HTTP/1.0 that stays': [
    ['HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello'],
    200,
    'hello',
    true,
  ],
  close: [[headed('Connection: close', 'Content-Length: 5'), 'hello'], 200, 'hello', false],
  'close, in any spelling': [
    [headed('CONNECTION: x, Close', 'Content-Length: 5'), 'hello'],
    200,
    'hello',
    false,
  ],
  'close, and then keep-alive': [
    [headed('Connection: close', 'Connection: keep-alive', 'Content-Length: 5'), 'hello'],
    200,
    'hello',
    false,
  ],
  'no time to rest': [[headed('Keep-Alive: timeout=0', 'Content-Length: 5'), 'hello'], 200, 'hello', false],
  'a body where there is none': [
    ['HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello'],
    204,
    '',
    false,
  ],
  'a body behind Not Modified': [['HTTP/1.1 304 Not Modified\r\n\r\nhello'], 304, '', false],
  'another answer behind it': [[HELLO + EVIL], 200, 'hello', false],
  'another answer behind a head in two parts': [
    [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(EVIL.length)}`, 30, `\r\nContent-Length: 5\r\n\r\nhello${EVIL}`],
    200,
    'hello',
    false,
  ],
  'another answer behind chunks': [[chunked('5\r\nhello\r\n0\r\n\r\n') + EVIL], 200, 'hello', false],
}

/** Connections that break: how, and what the call gets. */
const BROKEN: Record<string, [steps: Step[], reasons: string[]]> = {
  'before the head': [['RESET'], ['reset']],
  'ended before the head': [['END'], ['reset']],
  'in the head': [['HTTP/1.1 200 OK\r\nCont', 20, 'RESET'], ['reset']],
  'ended in the head': [['HTTP/1.1 200 OK\r\nCont', 20, 'END'], ['reset']],
  'behind early hints': [['HTTP/1.1 103 Early Hints\r\n\r\n', 20, 'RESET'], ['reset']],
  'in the body': [[headed('Content-Length: 10'), 'hello', 20, 'RESET'], ['reset']],
  'ended in the body': [[headed('Content-Length: 10'), 'hello', 20, 'END'], ['reset']],
  'ended in a long body': [[headed('Content-Length: 1000000'), 'hello', 20, 'END'], ['reset']],
  'in a chunk': [[chunked('5\r\nhel'), 20, 'RESET'], ['reset']],
  'ended in a chunk': [[chunked('5\r\nhel'), 20, 'END'], ['reset']],
  'ended between chunks': [[chunked('5\r\nhello\r\n'), 20, 'END'], ['reset']],
  'ended before the last line': [[chunked('5\r\nhello\r\n0\r\n'), 20, 'END'], ['reset']],
  'ended where nothing else tells the end': [[headed('X: y'), 'hello', 20, 'RESET'], ['reset']],
}

/** Requests that a back end would take for something else. */
const UNSENDABLE: Record<string, Partial<OutboundRequest>> = {
  'a line break in a value': { headers: [['x', 'a\r\nx-evil: 1']] },
  'a line feed in a value': { headers: [['x', 'a\nx-evil: 1']] },
  'a carriage return in a value': { headers: [['x', 'a\rx-evil: 1']] },
  'a NUL in a value': { headers: [['x', 'a\0b']] },
  'a line break in the host': { headers: [['host', 'a\r\nx-evil: 1']] },
  'a line break in a name': { headers: [['x\r\nx-evil', '1']] },
  'a colon in a name': { headers: [['x-evil: 1\r\nx', '1']] },
  'a blank behind a name': { headers: [['x-evil ', '1']] },
  'no name': { headers: [['', '1']] },
  'a name whose low bytes are a line break': { headers: [['x\u010d\u010ax-evil', '1']] },
  'a name beyond ASCII': { headers: [['x-\xe9vil', '1']] },
  'a name that lower case brings into ASCII': { headers: [['x-\u212aelvin', '1']] },
  'a request in the method': { method: 'GET /echo HTTP/1.1\r\nx-evil: 1\r\n\r\nGET' },
  'a blank in the method': { method: 'GET ' },
  'no method': { method: '' },
  'a method beyond ASCII': { method: 'G\u0145T' },
}

/** Values beyond ASCII, and the bytes that go out for them, as Latin-1. */
const VALUES: Record<string, [value: string, wire: string]> = {
  'Latin-1 as it is': ['caf\xe9', 'caf\xe9'],
  'what would be cut to a line break': ['a\u010d\u010ax-evil: 1', 'a\xc4\x8d\xc4\x8ax-evil: 1'],
  'a character of two halves': ['\u{1f4a9}', '\xf0\x9f\x92\xa9'],
  'half a character': ['a\ud83d', 'a\xef\xbf\xbd'],
  'a tab inside': ['a\tb', 'a\tb'],
  nothing: ['', ''],
}

/** A body that never ends of itself; `left` is told when nobody reads it any more. */
function endless(): { body: ReadableStream<Uint8Array>; left: Promise<void> } {
  let leave!: () => void
  const left = new Promise<void>((resolve) => {
    leave = resolve
  })
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await pause(1)
      controller.enqueue(new Uint8Array(1000))
    },
    cancel: () => leave(),
  })
  return { body, left }
}

/** Each of a table by itself; what fails says which. */
const each = async <T>(
  table: Record<string, T>,
  run: (row: T, name: string) => Promise<void>,
): Promise<void> => {
  for (const [name, row] of Object.entries(table)) {
    await run(row, name).catch((error: Error) => {
      throw new Error(`${name}: ${error.message}`)
    })
  }
}

export const hostileCases: Record<string, Case> = {
  'what two readers could take for two things is refused, and its connection ends': (send, where) =>
    each(REFUSED, async (steps) => {
      const used = await which(send, where)
      equal(await broken(played(send, where, steps)), 'protocol', 'reason')
      equal((await which(send, where)) === used, false, 'the next call is on the same connection')
    }),
  'a connection is used again only where that is safe': (send, where) =>
    each(TAKEN, async ([steps, status, body, again]) => {
      const used = await which(send, where)
      const got = await played(send, where, steps)
      equal([got.status, await text(got)], [status, body], 'answer')
      equal((await which(send, where)) === used, again, 'the next call is on the same connection')
    }),
  'HEAD has no body, whatever its head says': async (send, where) => {
    const used = await which(send, where)
    for (const line of ['Content-Length: 5', 'Transfer-Encoding: chunked'])
      equal((await played(send, where, [headed(line)], { method: 'HEAD' })).body, null, 'body')
    equal(await which(send, where), used, 'connection')
    equal(
      (await played(send, where, [`${headed('Content-Length: 5')}hello`], { method: 'HEAD' })).body,
      null,
      'body',
    )
    equal((await which(send, where)) === used, false, 'used again')
  },
  'what comes over a resting connection answers nobody': async (send, where) => {
    const used = await text(await played(send, where, [WHICH, 10, EVIL]))
    await pause(50)
    equal((await which(send, where)) === used, false, 'used again')
  },
  'a connection that ended while it rested is not used, not for a POST either': async (send, where) => {
    for (const end of ['END', 'RESET'] as const) {
      const used = await text(await played(send, where, [WHICH, 10, end]))
      await pause(50)
      const next = await played(send, where, [WHICH], { method: 'POST' })
      equal((await text(next)) === used, false, end)
    }
  },
  'a connection that breaks is a failure, wherever it breaks': (send, where) =>
    each(BROKEN, async ([steps, reasons]) => {
      await which(send, where)
      oneOf(await broken(played(send, where, steps, { method: 'POST' })), reasons, 'reason')
      oneOf(await broken(played(send, where, steps)), reasons, 'reason')
    }),
  'only a GET or HEAD without a body, which nothing answered, is sent again: once': async (send, where) => {
    const body = () => new TextEncoder().encode('q')
    const rows: [what: string, times: number, steps: Step[], more: Partial<OutboundRequest>][] = [
      ['GET', 2, ['RESET'], {}],
      ['GET that ends', 2, ['END'], {}],
      ['HEAD', 2, ['RESET'], { method: 'HEAD' }],
      ['GET with a body', 1, ['RESET'], { body: body() }],
      ['GET with a stream', 1, ['RESET'], { body: new Response('q').body }],
      ['GET that was answered in part', 1, ['HTTP', 20, 'RESET'], {}],
      ['GET with early hints', 1, ['HTTP/1.1 103 Early\r\n\r\n', 20, 'RESET'], {}],
      ['POST', 1, ['RESET'], { method: 'POST' }],
      ['PUT', 1, ['RESET'], { method: 'PUT', body: body() }],
      ['DELETE', 1, ['RESET'], { method: 'DELETE' }],
      ['OPTIONS', 1, ['RESET'], { method: 'OPTIONS' }],
      ['get', 1, ['RESET'], { method: 'get' }],
    ]
    for (const [what, times, steps, more] of rows) {
      const name = word()
      await which(send, where)
      equal(
        (await failure(send({ url: `${scripted(where.scripted, steps)}?${name}`, ...more }))).reason,
        'reset',
        what,
      )
      equal((await told(send, where, name)).requests, times, what)
    }
    // a new connection that breaks has rested nowhere: nothing is sent again
    const name = word()
    await played(send, where, [headed('Connection: close', 'Content-Length: 0')])
    equal(
      (await failure(send({ url: `${scripted(where.scripted, ['RESET'])}?${name}` }))).reason,
      'reset',
      'new',
    )
    equal((await told(send, where, name)).requests, 1, 'new')
  },
  'a call that is given up takes its connection along and nobody else': async (send, where) => {
    const rows: Record<string, Step[]> = {
      'before anything came': [10_000],
      'in the head': ['HTTP/1.1 200 OK\r\n', 10_000],
      'in a short body': [headed('Content-Length: 10'), 'hello', 10_000],
    }
    await each(rows, async (steps) => {
      const used = await which(send, where)
      const controller = new AbortController()
      const attempt = played(send, where, steps, { signal: controller.signal })
      setTimeout(() => controller.abort(), 20)
      equal((await failure(attempt)).reason, 'aborted', 'reason')
      controller.abort()
      equal((await which(send, where)) === used, false, 'used again')
    })
    // while it connects: the pool's connection is busy
    const controller = new AbortController()
    const busy = played(send, where, [20, WHICH])
    const attempt = played(send, where, [EVIL], { signal: controller.signal })
    controller.abort()
    equal((await failure(attempt)).reason, 'aborted', 'while it connects')
    equal(await text(await busy), await which(send, where), 'the busy one')
  },
  'a signal that comes too late does nothing': async (send, where) => {
    const used = await which(send, where)
    const controller = new AbortController()
    const { signal } = controller
    const got = await played(send, where, [HELLO], { signal }).then((response) => {
      controller.abort()
      return response
    })
    equal(await text(got), 'hello', 'body')
    const streams = new AbortController()
    const streamed = await played(
      send,
      where,
      [headed('Content-Length: 2000000'), { say: 'x'.repeat(1000), times: 2000 }],
      {
        signal: streams.signal,
      },
    )
    const reader = (streamed.body as ReadableStream<Uint8Array>).getReader()
    let length = 0
    while (length < 2_000_000) length += (await reader.read()).value!.length
    streams.abort()
    await reader.cancel()
    equal(await which(send, where), used, 'connection')
  },
  'every call gets its own answer, whoever gives up meanwhile': async (send, where) => {
    let mixed = 0
    let answers = 0
    const one = async (n: number) => {
      const own = String(n).padStart(6, '0')
      const controller = new AbortController()
      const body = n % 3 === 0 ? chunked(`6\r\n${own}\r\n0\r\n\r\n`) : `${headed('Content-Length: 6')}${own}`
      const steps: Step[] = n % 2 ? [body] : [body.slice(0, 25), n % 5, body.slice(25)]
      if (n % 4 === 0) setTimeout(() => controller.abort(), n % 7)
      const got = await played(send, where, steps, { signal: controller.signal }).then(text, () => null)
      if (got !== null) answers++
      if (got !== null && got !== own) mixed++
    }
    for (let round = 0; round < 20; round++)
      await Promise.all(Array.from({ length: 20 }, (_, n) => one(round * 20 + n).catch(() => {})))
    equal([mixed, answers >= 300], [0, true], `${answers} answers, mixed up`)
  },
  'an answer before the end of the request ends the connection, and the request is left': async (
    send,
    where,
  ) => {
    const used = await which(send, where)
    const { body, left } = endless()
    const got = await played(send, where, [HELLO], { method: 'POST', body })
    equal(await text(got), 'hello', 'answer')
    await left
    equal((await which(send, where)) === used, false, 'used again')
  },
  'a request whose body breaks off is a failure, and its connection ends': async (send, where) => {
    const used = await which(send, where)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      async pull(controller) {
        await pause(10)
        controller.error(new Error('the client went away'))
      },
    })
    equal(
      (await failure(played(send, where, [1000, HELLO], { method: 'POST', body }))).reason,
      'reset',
      'reason',
    )
    for (const declared of ['9', '11']) {
      const ten = new Response('ten bytes.').body
      const headers: [string, string][] = [['content-length', declared]]
      const attempt = played(send, where, [1000, HELLO], { method: 'POST', body: ten, headers })
      equal((await failure(attempt)).reason, 'request', declared)
    }
    equal((await which(send, where)) === used, false, 'used again')
  },
  'a reader that stops stops the back end': async (send, where) => {
    const before = (await told(send, where)).sent
    const got = await played(send, where, [headed('X: y'), { say: 'x'.repeat(64 * 1024), times: 3000 }])
    await pause(300)
    const sent = (await told(send, where)).sent - before
    if (sent > 64 * 1024 * 1024) throw new Error(`${sent} bytes were sent to a reader that stopped`)
    await (got.body as ReadableStream).cancel()
  },
  'chunks of a byte each are read as what they are': async (send, where) => {
    const got = await played(send, where, [chunked(''), '1\r\nx\r\n'.repeat(400_000), '0\r\n\r\n'])
    let pieces = 0
    let length = 0
    for await (const piece of got.body as unknown as AsyncIterable<Uint8Array>) {
      pieces++
      length += piece.length
    }
    equal([length, pieces < 100_000], [400_000, true], `in ${pieces} pieces`)
  },
  'a request that would be taken for another is not sent': (send, { http }) =>
    each(UNSENDABLE, async (request) => {
      equal((await failure(send({ url: `${http}/echo`, ...request }))).reason, 'request', 'reason')
    }),
  'values go out as the bytes that they are': (send, { http }) =>
    each(VALUES, async ([value, wire]) => {
      const got = await echo(await send({ url: `${http}/echo`, headers: [['x-value', value]] }))
      equal([header(got.headers, 'x-value'), header(got.headers, 'x-evil')], [[wire], []], 'headers')
    }),
  'a path breaks out of nothing': async (send, { http }) => {
    for (const path of [
      '/a\r\nx-evil: 1',
      '/a b',
      '/a\u010d\u010ax-evil: 1',
      '/a\0b',
      '/a#b',
      '/\u{1f4a9}',
      '?q=\r\n',
    ]) {
      const got = await send({ url: `${http}${path}` }).then(echo, (error) => {
        oneOf(error.reason, ['request', 'name'], path)
        return null
      })
      equal(got ? header(got.headers, 'x-evil') : [], [], path)
      equal(/[^\x21-\x7e]/.test(got?.target ?? ''), false, path)
    }
  },
  'addresses that lead nowhere are failures': async (send) => {
    for (const url of [
      'http://127.0.0.1:65536/',
      'http://127.0.0.1:99999/',
      'http://127.0.0.1:000000080000/',
      'https://127.0.0.1:65536/',
      'http://',
      'http:///x',
      'http://a..b.invalid/',
      `http://${'a'.repeat(300)}.invalid/`,
      'http://[::1/',
      'http://[::g]/',
      'ftp://127.0.0.1/',
      'nothing',
      '',
    ])
      oneOf((await failure(send({ url }))).reason, ['name', 'connect'], url)
  },
  'no connection stays open behind calls that failed': async (send, where) => {
    await which(send, where)
    const failing: Step[][] = [
      ['RESET'],
      ['END'],
      ['NOT HTTP\r\n\r\n'],
      [headed('Content-Length: 9'), 'x', 'END'],
      [EVIL + EVIL],
    ]
    for (let round = 0; round < 20; round++)
      await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          played(send, where, failing[n % failing.length]!, { method: 'POST' })
            .then(bytes)
            .catch(() => {}),
        ),
      )
    let open = Number.POSITIVE_INFINITY
    for (let tries = 0; open > 5 && tries < 50; tries++) {
      await pause(20)
      open = (await told(send, where)).open
    }
    if (open > 5) throw new Error(`${open} connections are open`)
  },
}
