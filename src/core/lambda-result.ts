/**
 * What a function behind a Lambda proxy integration must return: an object with no other members than these five, all optional
 * (guide: set-up-lambda-proxy-integrations; which types pass is recorded). Anything else is a 502.
 */
import type { Pair } from './call.ts'
import { Fault } from './fault.ts'

export interface LambdaResult {
  status: number
  headers: Pair[]
  body: string
  isBase64Encoded: boolean
}

const MEMBERS = new Set(['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded'])

/** The answer to whatever is no such object: 502, or 500 where it was streamed; the log tells why. */
export class Malformed extends Fault {
  constructor(why: string, status = 502) {
    super('DEFAULT_5XX', {
      status,
      reason: `Execution failed due to configuration error: Malformed Lambda proxy response (${why})`,
    })
    this.why = why
  }

  readonly why: string
}

const malformed = (why: string): Fault => new Malformed(why)

/** `functionError` is the X-Amz-Function-Error header of the Invoke call, `requestId` its request id. */
export function lambdaResult(
  payload: string,
  functionError: string | undefined,
  requestId: string,
): LambdaResult {
  const value = parse(payload)
  if (functionError || isError(value)) {
    const said = isError(value) ? value.errorMessage : payload
    throw new Fault('INTEGRATION_FAILURE', {
      status: 502,
      message: 'Internal server error',
      integrationError: `Lambda Customer Function Error:${said}`,
      reason: `Lambda execution failed with status 200 due to customer function error: ${said}. Lambda request id: ${requestId}`,
    })
  }
  if (!isObject(value)) throw malformed('not an object')
  for (const name of Object.keys(value)) if (!MEMBERS.has(name)) throw malformed(`unknown member ${name}`)
  return {
    status: statusOf(value.statusCode),
    headers: headersOf(value.headers, value.multiValueHeaders),
    body: textOf(value.body),
    isBase64Encoded: value.isBase64Encoded === true || value.isBase64Encoded === 'true',
  }
}

type Members = Record<string, unknown>

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isError = (value: unknown): value is { errorMessage: unknown } =>
  isObject(value) && 'errorMessage' in value && !('statusCode' in value)

function parse(payload: string): unknown {
  try {
    return JSON.parse(payload)
  } catch {
    throw malformed('not JSON')
  }
}

function statusOf(given: unknown): number {
  if (given === undefined || given === null) return 200
  const status = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given
  if (typeof status !== 'number' || status < 200 || status > 599) throw malformed('statusCode is no status')
  return Math.trunc(status)
}

function textOf(body: unknown): string {
  if (body === undefined || body === null) return ''
  if (typeof body === 'object') throw malformed('body is no string')
  return String(body)
}

/** multiValueHeaders decide the spelling and come first; a value that both have comes once (guide). */
function headersOf(single: unknown, multi: unknown): Pair[] {
  const headers: Pair[] = []
  const seen = new Map<string, { name: string; values: string[] }>()
  for (const [name, values] of entries(multi, 'multiValueHeaders')) {
    if (!Array.isArray(values)) throw malformed(`multiValueHeaders.${name} is no list`)
    const texts = values.map((value) => headerText(value, name))
    seen.set(name.toLowerCase(), { name, values: texts })
  }
  for (const [name, value] of entries(single, 'headers')) {
    const text = headerText(value, name)
    const listed = seen.get(name.toLowerCase())
    if (!listed) headers.push([name, text])
    else if (!listed.values.includes(text)) listed.values.push(text)
  }
  for (const { name, values } of seen.values()) for (const value of values) headers.push([name, value])
  return headers
}

function entries(map: unknown, member: string): [string, unknown][] {
  if (map === undefined || map === null) return []
  if (!isObject(map)) throw malformed(`${member} is no object`)
  return Object.entries(map)
}

function headerText(value: unknown, name: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  throw malformed(`header ${name} is no string`)
}
