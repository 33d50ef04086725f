/**
 * A listening execution service over APIs that a test writes down: deployments come from memory, everything else is real (HTTP
 * server, outbound client, meters). Calls are made with node:http, so that a test sees header names and raw paths as they are.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { memoryMeter } from '../../src/adapters/meter-memory.ts'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { memoryResponses } from '../../src/adapters/responses-memory.ts'
import { settingsOf } from '../../src/config.ts'
import type { DomainPointer, StagePointer } from '../../src/core/api.ts'
import { authorityOf } from '../../src/core/authority.ts'
import { compile } from '../../src/core/compile.ts'
import type {
  ApiDefinition,
  ClientCertificate,
  Integration,
  Method,
  RestApi,
  Stage,
} from '../../src/core/documents.ts'
import { parseTarget } from '../../src/core/target.ts'
import { createExecute, type Execute } from '../../src/execute/execute.ts'
import type { Peer, Platform, Settings } from '../../src/platform.ts'
import type { Deployed, Deployments } from '../../src/store/deployments.ts'
import type { Keys } from '../../src/store/keys.ts'
import { Usage } from '../../src/store/usage.ts'
import { serve } from '../support/serve.ts'

export type MethodSketch = Partial<Method> & { integration?: Partial<Integration> & { type: string } }
/** path -> verb -> method */
export type ApiSketch = Record<string, Record<string, MethodSketch>>

export function definitionOf(
  sketch: ApiSketch,
  rest: Partial<Omit<ApiDefinition, 'restApi'>> & { restApi?: Partial<RestApi> } = {},
): ApiDefinition {
  const { restApi, ...others } = rest
  return {
    restApi: {
      id: 'abc123',
      name: 'test',
      createdDate: 0,
      apiKeySource: 'HEADER',
      endpointConfiguration: { types: ['REGIONAL'] },
      disableExecuteApiEndpoint: false,
      rootResourceId: 'root',
      ...restApi,
    },
    resources: Object.entries(sketch).map(([path, methods], at) => ({
      id: `res${at}`,
      path,
      resourceMethods: Object.fromEntries(
        Object.entries(methods).map(([httpMethod, { integration, ...method }]) => [
          httpMethod,
          {
            httpMethod,
            authorizationType: 'NONE',
            apiKeyRequired: false,
            methodIntegration: integration as Integration,
            methodResponses: Object.fromEntries(
              Object.keys(integration?.integrationResponses ?? {}).map((statusCode) => [
                statusCode,
                { statusCode },
              ]),
            ),
            ...method,
          },
        ]),
      ),
    })),
    models: [],
    requestValidators: [],
    authorizers: [],
    gatewayResponses: [],
    documentationParts: [],
    ...others,
  }
}

export interface Line {
  level: string
  message: string
  fields?: Record<string, unknown>
}

export interface Answered {
  status: number
  /** as on the wire, in order */
  headers: [string, string][]
  /** by name in lower case */
  header(name: string): string | undefined
  body: Buffer
  text: string
  json(): unknown
}

export interface TestGateway {
  port: number
  log: Line[]
  execute: Execute
  /** deploys (again) under a deployment id */
  deploy(definition: ApiDefinition, deploymentId?: string): void
  stages: Map<string, StagePointer>
  domains: Map<string, DomainPointer>
  /** a request on the wire; `path` goes out byte for byte. Paths that start with `/dev/` go to the API's host */
  call(
    method: string,
    path: string,
    options?: { headers?: Record<string, string | string[]>; body?: string | Uint8Array; host?: string },
  ): Promise<Answered>
  stop(): Promise<void>
}

export const stageOf = (stage: Partial<Stage> = {}): Stage => ({
  deploymentId: 'dep1',
  stageName: 'dev',
  cacheClusterEnabled: false,
  cacheClusterStatus: 'NOT_AVAILABLE',
  methodSettings: {},
  tracingEnabled: false,
  createdDate: 0,
  lastUpdatedDate: 0,
  ...stage,
})

export async function startGateway(
  definition: ApiDefinition,
  options: {
    stage?: Partial<Stage>
    settings?: Partial<Settings>
    platform?: Partial<Platform>
    peer?: Partial<Peer>
    clientCertificates?: ClientCertificate[]
    keys?: Pick<Keys, 'find'>
  } = {},
): Promise<TestGateway> {
  const log: Line[] = []
  const apis = new Map<string, Deployed>()
  const stages = new Map<string, StagePointer>()
  const domains = new Map<string, DomainPointer>()
  const outbound = socketOutbound()
  const platform = {
    outbound,
    meter: memoryMeter(),
    responses: memoryResponses(),
    credentials: async () => null,
    clock: { now: () => Date.now() },
    random: { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) },
    defer: (work: Promise<unknown>) => void work.catch(() => {}),
    join: <T>(work: Promise<T>) => work,
    log: (level: string, message: string, fields?: Record<string, unknown>) =>
      log.push({ level, message, fields }),
    settings: { ...settingsOf({}, 'open'), ...options.settings },
    env: {},
    ...options.platform,
  } as unknown as Platform
  const deployments = {
    stage: (apiId: string, name: string) => stages.get(`${apiId}/${name}`) ?? null,
    domain: (host: string) => domains.get(host) ?? null,
    clientCertificate: async (_: string, id: string) =>
      options.clientCertificates?.find(({ clientCertificateId }) => clientCertificateId === id) ?? null,
    deployed(id: string) {
      const deployed = apis.get(id)
      if (!deployed) throw new Error(`no deployment ${id}`)
      return deployed
    },
  } as unknown as Deployments
  const execute = createExecute({
    platform,
    deployments,
    keys: options.keys ?? { find: async () => null },
    usage: new Usage(platform),
  })
  const deploy = (given: ApiDefinition, deploymentId = 'dep1'): void => {
    apis.set(deploymentId, { api: compile(given, deploymentId, 'us-east-1') })
  }
  deploy(definition)
  const stage = stageOf(options.stage)
  stages.set(`${definition.restApi.id}/${stage.stageName}`, {
    apiId: definition.restApi.id,
    region: 'us-east-1',
    stage,
  })

  const server = await serve(
    (arrival) => {
      const { authority, rawPath, rawQuery } = arrival
      const asked = authorityOf(authority)
      const { host } = asked
      const target = parseTarget(asked, rawPath, rawQuery) ?? { by: 'domain', host, rawPath, rawQuery }
      const peer = { ...arrival.peer, ...options.peer }
      return execute.handle(Object.create(arrival, { peer: { value: peer } }), target)
    },
    { log: platform.log },
  )
  const { port } = server

  return {
    port,
    log,
    execute,
    deploy,
    stages,
    domains,
    call: (method, path, { headers = {}, body, host } = {}) =>
      new Promise((resolve, reject) => {
        const sent = httpRequest(
          {
            host: '127.0.0.1',
            port,
            method,
            path,
            headers: {
              Host: host ?? `${definition.restApi.id}.execute-api.us-east-1.localhost:${port}`,
              ...headers,
            },
            agent: false,
          },
          (response) => {
            const chunks: Buffer[] = []
            response.on('data', (chunk) => chunks.push(chunk))
            response.on('error', reject)
            response.on('end', () => resolve(answered(response, Buffer.concat(chunks))))
          },
        )
        sent.on('error', reject)
        sent.end(body)
      }),
    async stop() {
      server.stop()
      await outbound.close()
    },
  }
}

function answered(response: IncomingMessage, body: Buffer): Answered {
  const headers: [string, string][] = []
  for (let at = 0; at < response.rawHeaders.length; at += 2)
    headers.push([response.rawHeaders[at]!, response.rawHeaders[at + 1]!])
  const text = body.toString()
  return {
    status: response.statusCode!,
    headers,
    header: (name) => headers.findLast(([given]) => given.toLowerCase() === name)?.[1],
    body,
    text,
    json: () => JSON.parse(text),
  }
}
