/** A bundled Worker in real workerd, with the stores that the gateway uses there. */
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'

export interface Workerd {
  json<T>(path: string, body?: unknown): Promise<T>
  stop(): Promise<void>
}

export async function startWorkerd(entry: string): Promise<Workerd> {
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    write: false,
    target: 'es2022',
    external: ['cloudflare:workers'],
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]!.text,
      compatibilityDate: '2026-10-01',
      kvNamespaces: ['CONFIG'],
      durableObjects: { METER: { className: 'MeterObject', useSQLite: true } },
    }),
  )
  const origin = await miniflare.ready
  return {
    async json<T>(path: string, body?: unknown) {
      const response = await fetch(
        new URL(path, origin),
        body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
      )
      const text = await response.text()
      if (!response.ok) throw new Error(`workerd: ${response.status} ${text}`)
      return JSON.parse(text) as T
    },
    stop: () => miniflare.dispose(),
  }
}
