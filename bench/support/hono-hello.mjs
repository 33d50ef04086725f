/** "Hello" in Hono, nothing else. Prints its port. */
import { hello } from './hono.mjs'
import { serveApp } from './hono-serve.mjs'

await serveApp(hello)
