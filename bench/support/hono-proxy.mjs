/** The yardstick: a proxy in Hono and the runtime's own fetch, nothing else. `hono-proxy.mjs UPSTREAM` prints its port. */
import { Hono } from 'hono'

const upstream = globalThis.Deno ? Deno.args[0] : process.argv[2]
const app = new Hono()
app.all('*', (c) => {
  const { pathname, search } = new URL(c.req.url)
  const { method, headers, body } = c.req.raw
  return fetch(upstream + pathname + search, { method, headers, body, redirect: 'manual', duplex: 'half' })
})

const say = (port) => console.log(`listening on ${port}`)
if (globalThis.Bun) say(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }).port)
else if (globalThis.Deno)
  Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => say(port) }, app.fetch)
else {
  const { serve } = await import('@hono/node-server')
  serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }, ({ port }) => say(port))
}
