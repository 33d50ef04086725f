/** A store that did not answer in time. */
class StoreTimeout extends Error {}

/** What `work` gives, or StoreTimeout after `ms` milliseconds. */
export function withDeadline<T>(work: Promise<T>, ms: number, store: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StoreTimeout(`${store} did not answer within ${ms} ms`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
