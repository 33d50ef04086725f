/**
 * Segments for X-Ray's PutTraceSegments. Calls only add to a queue; batches go out a moment later, one after another, signed with the
 * gateway's own credentials. The queue is bounded, and what cannot be delivered is counted and said in the log, once a second at most.
 */
import { endpointOf } from '../core/aws-service.ts'
import type { Call } from '../core/call.ts'
import { signRequest } from '../core/sigv4/sign.ts'
import { segmentOf, type Traced, traceHeader } from '../core/xray.ts'
import type { Platform, Tracer } from '../platform.ts'

/** Amazon's default rule: the first call of each second, and a share of the others (guide: apigateway-enabling-xray). */
const SECOND_MS = 1000
const SHARE = 0.05

/** How long segments are gathered, how many one request takes (as X-Ray's daemon has it), and how many characters may wait. */
const GATHER_MS = 1000
const BATCH = 50
const MAX_WAITING = 4 * 1024 * 1024
const TIMEOUT_MS = 10_000
const SAY_AGAIN_MS = 1000

/** A stand-in for X-Ray takes any signature. */
const ANY = { accessKeyId: 'test', secretAccessKey: 'test' }

interface Segment {
  document: string
  region: string
  lost(): void
}

type Parts = Pick<Platform, 'outbound' | 'credentials' | 'clock' | 'random' | 'defer' | 'log' | 'settings'>

export function xrayTracer({
  outbound,
  credentials,
  clock,
  random,
  defer,
  log,
  settings,
}: Parts): Required<Tracer> {
  const waiting: Segment[] = []
  let waitingSize = 0
  let sending: Promise<void> | undefined
  let hurry: (() => void) | undefined
  let second = Number.NaN
  let said = Number.NEGATIVE_INFINITY
  const id = (): string => Array.from(random.bytes(8), (byte) => byte.toString(16).padStart(2, '0')).join('')

  function sampled(now: number): boolean {
    const current = Math.floor(now / SECOND_MS)
    if (current !== second) {
      second = current
      return true
    }
    const [high, low] = random.bytes(2)
    return (high! * 256 + low!) / 65_536 < SHARE
  }

  function lose(segments: readonly Segment[], error: string): void {
    for (const segment of segments) segment.lost()
    const now = clock.now()
    if (segments.length === 0 || Math.abs(now - said) < SAY_AGAIN_MS) return
    said = now
    log('error', 'X-Ray segments are lost', { error, segments: segments.length })
  }

  function add(segment: Segment): void {
    if (waitingSize + segment.document.length > MAX_WAITING) {
      lose([segment], 'too many are waiting')
      return
    }
    waiting.push(segment)
    waitingSize += segment.document.length
    if (sending) return
    sending = drain().finally(() => {
      sending = undefined
    })
    defer(sending)
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      if (waiting.length < BATCH) await gathering()
      const { region } = waiting[0]!
      const end = waiting.findIndex((segment) => segment.region !== region)
      const batch = waiting.splice(0, Math.min(BATCH, end < 0 ? BATCH : end))
      for (const { document } of batch) waitingSize -= document.length
      await put(batch, region)
    }
  }

  function gathering(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, GATHER_MS)
      function done(): void {
        clearTimeout(timer)
        hurry = undefined
        resolve()
      }
      hurry = done
    })
  }

  async function put(batch: readonly Segment[], region: string): Promise<void> {
    try {
      const endpoint = endpointOf({ service: 'xray', region }, settings.endpoints)
      const signing = (await credentials()) ?? (endpoint.override ? ANY : null)
      if (!signing) return lose(batch, 'the gateway has no AWS credentials')
      const request = {
        method: 'POST',
        url: `${endpoint.url}/TraceSegments`,
        headers: [['content-type', 'application/json']] as [string, string][],
        body: new TextEncoder().encode(
          JSON.stringify({ TraceSegmentDocuments: batch.map(({ document }) => document) }),
        ),
      }
      const headers = await signRequest(request, {
        credentials: signing,
        ...endpoint.signing,
        now: clock.now(),
      })
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      const { status, body } = await outbound.send({ ...request, headers, signal })
      const answer = await new Response(body as BodyInit | null).text()
      if (status !== 200) return lose(batch, `${status} ${answer.slice(0, 200)}`)
      const refused = unprocessed(answer)
      lose(batch.slice(0, refused.length), refused.join())
    } catch (error) {
      lose(batch, String(error))
    }
  }

  return {
    begin(call, lost) {
      const given = traceHeader(headerSent(call) ?? '')
      const now = clock.now()
      if (!(given.sampled ?? sampled(now))) return null
      const root = traceHeader(call.traceId).root!
      const traced: Traced = { root, id: id(), inner: id(), parent: given.parent, asked: undefined }
      return {
        traceId: `Root=${root};Parent=${traced.inner};Sampled=1`,
        asks(prepared) {
          traced.asked = { prepared, at: clock.now() }
        },
        ends(status, length) {
          const { region } = call.reached.located!.api
          add({ document: segmentOf(call, traced, { status, length, at: clock.now() }), region, lost })
        },
      }
    },
    async close() {
      while (sending) {
        hurry?.()
        await sending
      }
    },
  }
}

/** The header as the client wrote it. */
const headerSent = (call: Call): string | undefined =>
  call.wire().headers.find(([name]) => name.toLowerCase() === 'x-amzn-trace-id')?.[1]

/** Why X-Ray did not take segments: one text each. */
function unprocessed(answer: string): string[] {
  const { UnprocessedTraceSegments: list = [] } = JSON.parse(answer || '{}') as {
    UnprocessedTraceSegments?: { ErrorCode?: string; Message?: string }[]
  }
  return list.map(({ ErrorCode, Message }) => `${ErrorCode}: ${Message}`)
}
