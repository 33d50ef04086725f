/** An app on Node, Bun or Deno; prints its port. */
export async function serveApp(app) {
  const say = (port) => console.log(`listening on ${port}`)
  if (globalThis.Bun) return say(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }).port)
  if (globalThis.Deno)
    return Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => say(port) }, app.fetch)
  const { serve } = await import('@hono/node-server')
  serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }, ({ port }) => say(port))
}
