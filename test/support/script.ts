/** What a scripted back end (scripted.ts) is told, in the target of a request. */
export type Step =
  | string
  /** waits that many milliseconds */
  | number
  /** sends a text many times over, at the pace at which it is taken */
  | { say: string; times: number }
  /** sends a text a byte at a time */
  | { drip: string }
  /** ends the connection in order, or breaks it off */
  | 'END'
  | 'RESET'

/** What has come so far. */
export interface Seen {
  /** requests with a text in their targets */
  requests: number
  connections: number
  /** connections that are open now, without the one that asks */
  open: number
  /** bytes that were given to sockets */
  sent: number
}

/** The URL of a script; `at` is the server's own. */
export const scripted = (at: string, steps: readonly Step[]): string =>
  `${at}/${encodeURIComponent(JSON.stringify(steps))}`
/** The URL that tells what was seen of requests with that text in their targets. */
export const seen = (at: string, text: string): string => `${at}/seen/${text}`
