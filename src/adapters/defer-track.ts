import type { Defer } from '../platform.ts'

/** Deferred work in a long-lived process: it runs anyway; `settled` lets a shutdown wait for it. */
export function trackDeferred(): { defer: Defer; settled: () => Promise<void> } {
  const open = new Set<Promise<unknown>>()
  return {
    defer: (work) => {
      const kept = work.catch(() => {}).finally(() => open.delete(kept))
      open.add(kept)
    },
    settled: async () => {
      await Promise.all(open)
    },
  }
}
