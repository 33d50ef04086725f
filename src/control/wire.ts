/**
 * Amazon's restJson1 as API Gateway speaks it: labels, query strings and JSON bodies in; JSON, `x-amzn-errortype` and
 * `x-amzn-requestid` out. Knows shapes, not kinds.
 */
import { Problem } from '../core/problem.ts'
import { type Fields, malformed, read, readFields, refuse, type Shape, type Values } from '../core/shape.ts'
import type { Random } from '../platform.ts'

export interface Input {
  /** constraints on labels; a label that is not named is any text */
  labels?: Fields
  /** by name on the wire; a map takes all parameters that no other name takes */
  query?: Fields
  /** `bytes`: the body is no JSON and is handed on as it is */
  body?: Fields | 'bytes'
}

export interface Decoded {
  labels: Record<string, string>
  query: Values
  body: Values
  bytes: Uint8Array<ArrayBuffer>
}

/** Decodes a request, or throws what Amazon answers to one that is malformed. `name` is the operation's. */
export async function decode(
  name: string,
  input: Input,
  labels: Record<string, string>,
  request: Request,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Decoded> {
  const violations: string[] = []
  const body =
    input.body === undefined || input.body === 'bytes'
      ? {}
      : readFields(input.body, parse(bytes), `${name[0]!.toLowerCase()}${name.slice(1)}Input`, violations)
  if (input.body === 'bytes' && bytes.length === 0)
    violations.push("Value null at 'body' failed to satisfy constraint: Member must not be null")
  readFields(input.labels ?? {}, labels, '', violations)
  const query = decodeQuery(input.query ?? {}, new URL(request.url).searchParams, violations)
  refuse(violations)
  return { labels, query, body, bytes }
}

/** The whole body. One that tells no length is read no further than it may be long. */
export async function bodyOf(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => new Problem('RequestEntityTooLargeException', 'Request Too Long')
  const declared = request.headers.get('content-length')
  if (Number(declared ?? 0) > maxBytes) throw tooLarge()
  if (declared !== null || request.body === null) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (const reader = request.body.getReader(); ; ) {
    const { done, value } = await reader.read()
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer())
    length += value.length
    chunks.push(value)
    if (length <= maxBytes) continue
    await reader.cancel().catch(() => {})
    throw tooLarge()
  }
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw malformed('The request body is not well-formed JSON')
  }
}

function decodeQuery(fields: Fields, given: URLSearchParams, violations: string[]): Values {
  const known = Object.fromEntries(Object.keys(fields).map((name) => [name.replace('!', ''), true]))
  const values: Values = {}
  for (const [declared, shape] of Object.entries(fields)) {
    const name = declared.replace('!', '')
    if (shape.is === 'map') values[name] = Object.fromEntries([...given].filter(([key]) => !known[key]))
    else if (given.has(name)) values[name] = decodeText(shape, given.getAll(name), name)
  }
  return readFields(fields, values, '', violations)
}

function decodeText(shape: Shape, texts: string[], name: string): unknown {
  const [first = ''] = texts
  if (shape.is === 'list')
    return texts.flatMap((item) => item.split(',')).map((item) => decodeText(shape.of, [item], name))
  if (shape.is === 'flag') return first.toLowerCase() === 'true'
  if (shape.is !== 'whole' && shape.is !== 'real') return read(shape, first, name, [])
  if (!/^-?\d+(?:\.\d+)?$/.test(first)) throw malformed(`'${name}' must be a number`)
  return Number(first)
}

/** The region of a request: that of its signature's credential scope, if it has one. */
export function regionOf(request: Request): string | undefined {
  const header = request.headers.get('authorization')
  const credential = header
    ? /Credential=([^,\s]+)/.exec(header)?.[1]
    : new URL(request.url).searchParams.get('X-Amz-Credential')
  const region = credential?.split('/')[2]
  return region && /^[a-z0-9-]+$/.test(region) ? region : undefined
}

/** An answer that is not JSON: an export, an SDK. */
export class Download {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers: Record<string, string>
  constructor(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) {
    this.body = body
    this.headers = headers
  }
}

export function encode(status: number, value: unknown, random: Random): Response {
  const headers = identity(random)
  if (value instanceof Download)
    return new Response(value.body, { status, headers: { ...headers, ...value.headers } })
  const body = value === undefined ? null : JSON.stringify(value)
  return new Response(body, { status, headers })
}

export function encodeProblem(problem: Problem, random: Random): Response {
  const headers: Record<string, string> = { ...identity(random), 'x-amzn-errortype': problem.type }
  if (problem.retryAfterSeconds !== undefined) headers['retry-after'] = String(problem.retryAfterSeconds)
  const { message, place, status } = problem
  return new Response(JSON.stringify({ message, place }), { status, headers })
}

function identity(random: Random): Record<string, string> {
  const bytes = random.bytes(22)
  const hex = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const id = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ]
  const short = btoa(String.fromCharCode(...bytes.subarray(11))).replace(/[+/]/g, '_')
  return { 'content-type': 'application/json', 'x-amzn-requestid': id.join('-'), 'x-amz-apigw-id': short }
}
