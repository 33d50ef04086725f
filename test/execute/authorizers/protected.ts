/** An API whose methods answer with what the gateway knows of the caller, and Amazon's signer to call it with. */
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Authorizer, GatewayResponse, RestApi } from '../../../src/core/documents.ts'
import { type ApiSketch, definitionOf, type MethodSketch } from '../gateway.ts'

/** A MOCK method that answers with a template's text. */
export const says = (template: string, method: Partial<MethodSketch> = {}): MethodSketch => ({
  ...method,
  methodResponses: { 200: { statusCode: '200' } },
  integration: {
    type: 'MOCK',
    requestTemplates: { 'application/json': '{"statusCode":200}' },
    integrationResponses: {
      200: { statusCode: '200', responseTemplates: { 'application/json': template } },
    },
  },
})

export const protectedApi = (
  sketch: ApiSketch,
  options: {
    restApi?: Partial<RestApi>
    authorizers?: Authorizer[]
    gatewayResponses?: GatewayResponse[]
  } = {},
) => definitionOf(sketch, options)

export interface Keys {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

export interface SignOptions {
  host: string
  headers?: Record<string, string>
  query?: Record<string, string | string[]>
  body?: string
  service?: string
  region?: string
  at?: Date
  unsigned?: string[]
}

/** The headers that Amazon's SDK would send. */
export async function sign(
  keys: Keys,
  method: string,
  path: string,
  options: SignOptions,
): Promise<Record<string, string>> {
  const { host, headers = {}, query = {}, body, service = 'execute-api', region = 'us-east-1', at } = options
  const signer = new SignatureV4({ service, region, sha256: Sha256, credentials: keys })
  const signed = await signer.sign(
    { method, protocol: 'http:', hostname: host, path, query, headers: { host, ...headers }, body },
    { signingDate: at, unsignableHeaders: new Set(options.unsigned) },
  )
  return signed.headers as Record<string, string>
}

/** A presigned query string. */
export async function presign(
  keys: Keys,
  method: string,
  path: string,
  host: string,
  expiresIn = 60,
): Promise<string> {
  const signer = new SignatureV4({
    service: 'execute-api',
    region: 'us-east-1',
    sha256: Sha256,
    credentials: keys,
  })
  const { query } = await signer.presign(
    { method, protocol: 'http:', hostname: host, path, headers: { host } },
    { expiresIn },
  )
  return Object.entries(query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&')
}

export const policy = (...statements: object[]) => ({ Version: '2012-10-17', Statement: statements })
export const allow = (Resource: string | string[], more: object = {}) => ({
  Effect: 'Allow',
  Action: 'execute-api:Invoke',
  Resource,
  ...more,
})
export const deny = (Resource: string | string[], more: object = {}) => ({
  Effect: 'Deny',
  Action: 'execute-api:Invoke',
  Resource,
  ...more,
})
