/** A proxy in Hono, nothing else. `hono-proxy.mjs UPSTREAM` prints its port. */
import { proxyTo } from './hono.mjs'
import { serveApp } from './hono-serve.mjs'

await serveApp(proxyTo(globalThis.Deno ? Deno.args[0] : process.argv[2]))
