/** The yardsticks: what bare Hono does on a runtime, with the runtime's own `fetch`. */
import { Hono } from 'hono'

export const hello = new Hono()
hello.get('*', (c) => c.text('Hello'))

export function proxyTo(upstream) {
  const app = new Hono()
  app.all('*', (c) => {
    const { pathname, search } = new URL(c.req.url)
    const { method, headers, body } = c.req.raw
    return fetch(upstream + pathname + search, { method, headers, body, redirect: 'manual', duplex: 'half' })
  })
  return app
}
