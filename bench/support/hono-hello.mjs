/** The yardstick: "Hello" in Hono, nothing else. Prints its port. */
import { Hono } from 'hono'

const app = new Hono()
app.get('*', (c) => c.text('Hello'))

const say = (port) => console.log(`listening on ${port}`)
if (globalThis.Bun) say(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }).port)
else if (globalThis.Deno)
  Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => say(port) }, app.fetch)
else {
  const { serve } = await import('@hono/node-server')
  serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }, ({ port }) => say(port))
}
