/** How long a client is waited for, in the ticks in which its listener counts. */
export interface Patience {
  /** one tick, in milliseconds */
  tickMs: number
  /** between two requests */
  rest: number
  /** for a head, from its first byte to its last */
  head: number
  /** for the next bytes of a body that somebody waits for */
  silence: number
  /** for a client to take some of what is written */
  unread: number
  /** behind the last answer, for a client that still sends to fall silent, and in all */
  linger: number
  parting: number
}

export const PATIENCE: Patience = {
  tickMs: 1000,
  rest: 75,
  head: 60,
  silence: 60,
  unread: 300,
  linger: 5,
  parting: 30,
}
