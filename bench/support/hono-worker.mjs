/** The same two as a Worker: a proxy where UPSTREAM is bound, else "Hello". */
import { hello, proxyTo } from './hono.mjs'

let app
export default {
  fetch(request, { UPSTREAM }) {
    app ??= UPSTREAM ? proxyTo(UPSTREAM) : hello
    return app.fetch(request)
  },
}
