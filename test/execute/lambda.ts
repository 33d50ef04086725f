/** Lambda's Invoke API over handlers that run in this process: what the gateway signs and sends is kept for the test to look at. */
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Handler = (event: never, invocation: { headers: IncomingHttpHeaders; arn: string }) => unknown

export interface Invocation {
  path: string
  arn: string
  headers: IncomingHttpHeaders
  event: string
}

export interface LambdaServer {
  url: string
  /** by function name, `name:qualifier` or whole ARN */
  functions: Map<string, Handler>
  invocations: Invocation[]
  stop(): Promise<void>
}

/** Thrown by a handler to answer like Lambda itself, e.g. a throttle. */
export class LambdaFailure extends Error {
  readonly status: number
  readonly type: string
  constructor(status: number, type: string) {
    super(type)
    this.status = status
    this.type = type
  }
}

export async function startLambda(functions: Record<string, Handler>): Promise<LambdaServer> {
  const table = new Map(Object.entries(functions))
  const invocations: Invocation[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      const event = Buffer.concat(chunks).toString()
      const arn = decodeURIComponent(/\/functions\/([^/]+)\//.exec(request.url ?? '')?.[1] ?? '')
      invocations.push({ path: request.url!, arn, headers: request.headers, event })
      response.setHeader('x-amzn-requestid', `lambda-${invocations.length}`)
      const fail = (status: number, type: string) => {
        response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
        response.end(JSON.stringify({ Type: 'User', Message: type }))
      }
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 '))
        return fail(403, 'MissingAuthenticationToken')
      const handler = table.get(arn) ?? table.get(arn.split(':function:')[1] ?? arn)
      if (!handler) return fail(404, 'ResourceNotFoundException')
      if (request.headers['x-amz-invocation-type'] === 'Event') {
        response.writeHead(202).end()
        return
      }
      try {
        const result = await handler(parsed(event) as never, { headers: request.headers, arn })
        if (result instanceof Uint8Array) {
          response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' }).end(result)
          return
        }
        response.writeHead(200, { 'content-type': 'application/json' })
        response.end(
          typeof result === 'string' && result.startsWith('raw:')
            ? result.slice(4)
            : JSON.stringify(result ?? null),
        )
      } catch (error) {
        if (error instanceof LambdaFailure) return fail(error.status, error.type)
        response.writeHead(200, { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' })
        response.end(
          JSON.stringify({ errorMessage: (error as Error).message, errorType: 'Error', trace: [] }),
        )
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    functions: table,
    invocations,
    stop: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The integration URI of a function. */
export const lambdaUri = (name: string, region = 'us-east-1'): string =>
  `arn:aws:apigateway:${region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${region}:000000000000:function:${name}/invocations`
