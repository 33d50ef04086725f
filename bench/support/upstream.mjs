/** A back end that answers every request with the same kilobyte of JSON: what stands in for nginx where there is none. */
import { createServer } from 'node:http'

const body = JSON.stringify({ text: 'x'.repeat(1000) })
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => console.log(`listening on ${server.address().port}`))
