/**
 * Waiting for work of another request on Workers, which tie promises and the I/O behind them to the request that made them:
 * whoever awaits another's promise may go on as if it were the other one, and is not allowed to read its own streams there.
 * So the outcome is noted, and looked for by timers of one's own.
 */
import type { Join } from '../platform.ts'

const FIRST_LOOK_MS = 1
const SLOWEST_LOOK_MS = 16
/** The other request may have been ended with its work undone. */
const GIVE_UP_MS = 10_000

export const workersJoin: Join = async <T>(work: Promise<T>): Promise<T> => {
  let outcome: { value: T } | { error: unknown } | undefined
  work.then(
    (value) => {
      outcome = { value }
    },
    (error) => {
      outcome = { error }
    },
  )
  // work that is done already says so in this very turn
  await undefined
  const until = Date.now() + GIVE_UP_MS
  for (let ms = FIRST_LOOK_MS; outcome === undefined; ms = Math.min(ms * 2, SLOWEST_LOOK_MS)) {
    if (Date.now() > until) throw new Error('the request that began this work does not finish it')
    await new Promise((resolve) => setTimeout(resolve, ms))
  }
  if ('error' in outcome) throw outcome.error
  return outcome.value
}
