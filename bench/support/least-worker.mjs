/**
 * A proxy written by hand for workerd alone that does of a gateway's work only what no gateway can leave out: it adds headers to the
 * request and renames and adds some of the answer's, gives up after 29 seconds, and answers nothing before it has the whole body, so
 * that a back end which stalls is a 504. No routes, no limits, no ids that are random: what is above this line is Edgeway's.
 */
const TIMEOUT_MS = 29_000
const RENAMED = new Set(['connection', 'content-length', 'date', 'server'])

export default {
  async fetch(request, { UPSTREAM }) {
    const { url, method, body } = request
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), TIMEOUT_MS)
    try {
      const init = {
        method,
        headers: requestHeaders(request),
        body,
        redirect: 'manual',
        signal: controller.signal,
      }
      const response = await fetch(UPSTREAM + url.slice(url.indexOf('/', 'http://'.length)), init)
      const headers = responseHeaders(response)
      return new Response(await response.arrayBuffer(), { status: response.status, headers })
    } catch {
      return new Response('{"message": "Endpoint request timed out"}', { status: 504 })
    } finally {
      clearTimeout(timer)
    }
  },
}

function requestHeaders(request) {
  const headers = {}
  request.headers.forEach((value, name) => {
    headers[name] = value
  })
  headers['x-forwarded-for'] = headers['cf-connecting-ip']
  headers['x-forwarded-port'] = '80'
  headers['x-forwarded-proto'] = 'http'
  headers['x-amzn-trace-id'] = 'Root=1-67891233-abcdef012345678912345678'
  headers['x-amzn-apigateway-api-id'] = 'abcdefghij'
  return headers
}

function responseHeaders(response) {
  const headers = {}
  response.headers.forEach((value, name) => {
    headers[RENAMED.has(name) ? `x-amzn-remapped-${name}` : name] = value
  })
  headers['x-amzn-requestid'] = '01234567-89ab-4cde-8f01-23456789abcd'
  headers['x-amz-apigw-id'] = 'AbCdEfGhIjKlMnO='
  return headers
}
