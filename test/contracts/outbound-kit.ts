/** What the cases of the outbound contract share. They run on any runtime, so there is nothing of Node's in here. */
import type { OutboundFailure } from '../../src/core/outbound-failure.ts'
import type { OutboundRequest, OutboundResponse } from '../../src/platform.ts'

export interface Where {
  http: string
  https: string
  httpsExpired: string
  httpsElsewhere: string
  refused: string
  /** a back end that says what it is told to (test/support/scripted.ts) */
  scripted: string
  client: { cert: string; key: string }
  otherClient: { cert: string; key: string }
  /** whether this process trusts whoever issued the back ends' certificates */
  trusts?: boolean
}

/** What the runtime beneath an adapter cannot do, each a row in docs/differences.json. */
export interface Exceptions {
  /** HTTP is the runtime's own, and so is what it makes of back ends that break its rules */
  fetches?: boolean
  /** the path is parsed and its dot segments resolved */
  resolvesPaths?: boolean
  /** repeated headers arrive joined by a comma */
  joinsHeaders?: boolean
  /** GET and HEAD with a body are refused */
  noBodyWithGet?: boolean
  /** gzip is undone, and the headers say so */
  decodesGzip?: boolean
  /** the Host header is the URL's */
  fixedHost?: boolean
  /** what went wrong with a connection is not told */
  vagueFailures?: boolean
}

export type Case = (send: Send, where: Where, except: Exceptions) => Promise<void>
export type Send = (request: Partial<OutboundRequest> & { url: string }) => Promise<OutboundResponse>
export type Echo = {
  method: string
  target: string
  headers: [string, string][]
  body: string
  bytes: number
  client?: string
}

export function equal(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`)
}

export async function bytes({ body }: OutboundResponse): Promise<Uint8Array> {
  return body === null ? new Uint8Array() : new Uint8Array(await new Response(body as BodyInit).arrayBuffer())
}
export const text = async (response: OutboundResponse) => new TextDecoder().decode(await bytes(response))
export const echo = async (response: OutboundResponse) => JSON.parse(await text(response)) as Echo
export const header = (headers: [string, string][], name: string) =>
  headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)

export async function failure(attempt: Promise<unknown>): Promise<OutboundFailure> {
  try {
    await attempt
  } catch (error) {
    if ((error as Error).name !== 'OutboundFailure') throw new Error(`not an OutboundFailure: ${error}`)
    return error as OutboundFailure
  }
  throw new Error('expected a failure, got an answer')
}

export const oneOf = (actual: string, expected: string[], what: string) =>
  equal(expected.includes(actual), true, `${what} (${actual})`)

export const stream = (chunks: string[]) =>
  new ReadableStream<Uint8Array>({
    async start(controller) {
      for (const chunk of chunks) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        controller.enqueue(new TextEncoder().encode(chunk))
      }
      controller.close()
    },
  })
