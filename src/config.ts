/**
 * The settings that both planes take, and their defaults. Nothing here touches the machine: the environment is passed in. What users
 * read of the settings, and flags, are in options.ts, which no Worker carries.
 */
import { LIMIT_NAMES } from './core/limits.ts'
import { parseBlock } from './core/policy/ip.ts'
import { keyBytes } from './core/seal.ts'
import type { Settings } from './platform.ts'

/** By environment variable; the empty string means: not set. */
export const DEFAULTS = {
  EDGEWAY_PORT: '4600',
  EDGEWAY_HOST: '127.0.0.1',
  EDGEWAY_DATA: '.edgeway',
  EDGEWAY_DATABASE_URL: 'file:{data}/edgeway.db',
  EDGEWAY_DATABASE_TOKEN: '',
  AWS_REGION: 'us-east-1',
  EDGEWAY_ACCOUNT_ID: '000000000000',
  EDGEWAY_DOMAIN: 'localhost',
  AWS_ACCESS_KEY_ID: '',
  AWS_ENDPOINT_URL: '',
  EDGEWAY_PRINCIPALS: '',
  EDGEWAY_ENCRYPTION_KEY: '',
  EDGEWAY_TRUSTED_PROXIES: '',
  EDGEWAY_VPC_LINKS: '{}',
  EDGEWAY_REDIS_URL: '',
  EDGEWAY_METER_MODE: 'exact',
  EDGEWAY_ON_STORE_FAILURE: 'closed',
  EDGEWAY_CACHE_MAX_BYTES: '536870912',
  EDGEWAY_CACHE_SINGLE_FLIGHT: 'true',
  EDGEWAY_METRICS: 'false',
  EDGEWAY_ACCOUNT_RATE_LIMIT: '10000',
  EDGEWAY_ACCOUNT_BURST_LIMIT: '5000',
  EDGEWAY_RATE_LIMIT_HEADERS: 'false',
  EDGEWAY_OIDC_AUTHORIZERS: 'false',
  EDGEWAY_MAX_TIMEOUT_MS: '29000',
  EDGEWAY_MAX_PAYLOAD_BYTES: '10485760',
  EDGEWAY_LIMITS: '{}',
  EDGEWAY_TLS: '',
  EDGEWAY_TLS_PORT: '4643',
  EDGEWAY_LOG: 'warn',
} as const

export type Env = Record<string, string | undefined>
export type OptionName = keyof typeof DEFAULTS

/** A setting that makes no sense; `message` is one line for the user. */
export class ConfigError extends Error {}

/** One option's text, or its default. */
export function option(env: Env, name: OptionName): string {
  const value = env[name]
  return value === undefined || value === '' ? DEFAULTS[name] : value
}

/** An option that takes a whole number. Throws ConfigError. */
export function number(env: Env, name: OptionName, min: number, max = Number.MAX_SAFE_INTEGER): number {
  const text = option(env, name)
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not "${text}"`)
  return value
}

/** An option that takes one of a few words. Throws ConfigError. */
export function choice<T extends string>(env: Env, name: OptionName, ...choices: T[]): T {
  const text = option(env, name)
  if (!choices.includes(text as T))
    throw new ConfigError(`${name} must be ${choices.join(' or ')}, not "${text}"`)
  return text as T
}

/** An option that holds a JSON object. */
export function jsonOption<T>(env: Env, name: OptionName): Record<string, T> {
  const text = option(env, name) || '{}'
  try {
    const value = JSON.parse(text)
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
  } catch {
    // said below
  }
  throw new ConfigError(`${name} must be a JSON object`)
}

export const portOf = (env: Env, name: 'EDGEWAY_PORT' | 'EDGEWAY_TLS_PORT' = 'EDGEWAY_PORT'): number =>
  number(env, name, 0, 65535)

const DOMAIN =
  /^(?=.{1,253}$)(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)*(?!\d+$)[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/i

/** Whether a text is the name of a domain, not an address, without a port. */
export const isDomain = (text: string): boolean => DOMAIN.test(text)

function must(name: string, what: string, value: unknown, holds: boolean): void {
  if (!holds) throw new ConfigError(`${name} must be ${what}, not "${value}"`)
}

/** What requests are sent to: a path may follow the host, nothing else. */
const mustBeUrl = (name: string, value: unknown): void =>
  must(
    name,
    'a URL such as http://host:8080',
    value,
    /^https?:\/\/[^/?#@\s]+(?:\/[^?#\s]*)?$/i.test(`${value}`) && URL.canParse(`${value}`),
  )

/** Variables that Kubernetes sets for services whose names begin with `edgeway-`. */
const OF_KUBERNETES = /_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT_\d+_/

/** A setting that nothing reads would be accepted and do nothing. */
function checkNames(env: Env): void {
  for (const [name, value] of Object.entries(env))
    if (
      name.startsWith('EDGEWAY_') &&
      value &&
      !Object.hasOwn(DEFAULTS, name) &&
      !OF_KUBERNETES.test(name) &&
      !value.startsWith('tcp://')
    )
      throw new ConfigError(`${name} is not a setting; --help lists them`)
}

/** What others read where they need it is checked here: a process must not find out while it serves. */
function checkValues(env: Env): void {
  choice(env, 'EDGEWAY_METRICS', 'true', 'false')
  choice(env, 'EDGEWAY_CACHE_SINGLE_FLIGHT', 'true', 'false')
  choice(env, 'EDGEWAY_METER_MODE', 'exact', 'leased')
  if (env.EDGEWAY_DATABASE_TOKEN && !env.EDGEWAY_DATABASE_URL)
    throw new ConfigError('EDGEWAY_DATABASE_TOKEN needs EDGEWAY_DATABASE_URL')
  const log = option(env, 'EDGEWAY_LOG')
  must(
    'EDGEWAY_LOG',
    'debug, info, warn or error, or one of them behind json:',
    log,
    /^(?:json:)?(?:debug|info|warn|error)$/.test(log),
  )
}

/** The settings of both planes. `control` is decided by the entry, which knows where it listens. Throws ConfigError. */
export function settingsOf(env: Env, control: Settings['control']): Settings {
  checkNames(env)
  checkValues(env)
  const endpoints: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    const service = /^AWS_ENDPOINT_URL(?:_([A-Z0-9_]+))?$/.exec(name)
    if (!service || !value) continue
    mustBeUrl(name, value)
    endpoints[service[1] ?? ''] = value
  }
  const vpcLinks = jsonOption<string>(env, 'EDGEWAY_VPC_LINKS')
  for (const [link, url] of Object.entries(vpcLinks)) mustBeUrl(`EDGEWAY_VPC_LINKS: ${link}`, url)
  const accountId = option(env, 'EDGEWAY_ACCOUNT_ID')
  if (!/^\d{12}$/.test(accountId))
    throw new ConfigError(`EDGEWAY_ACCOUNT_ID must have 12 digits, not "${accountId}"`)
  const [regionName, region] =
    env.AWS_REGION || !env.AWS_DEFAULT_REGION
      ? ['AWS_REGION', option(env, 'AWS_REGION')]
      : ['AWS_DEFAULT_REGION', env.AWS_DEFAULT_REGION]
  must(regionName, 'a region such as us-east-1', region, /^[a-z](?:-?[a-z\d]){0,62}$/.test(region))
  const domain = option(env, 'EDGEWAY_DOMAIN').toLowerCase()
  must('EDGEWAY_DOMAIN', 'a domain name without a port', domain, isDomain(domain))
  const trustedProxies = option(env, 'EDGEWAY_TRUSTED_PROXIES')
    .split(/[\s,]+/)
    .filter(Boolean)
  for (const proxy of trustedProxies)
    must('EDGEWAY_TRUSTED_PROXIES', 'addresses and CIDR blocks', proxy, parseBlock(proxy) !== undefined)
  const encryptionKey = option(env, 'EDGEWAY_ENCRYPTION_KEY') || undefined
  if (encryptionKey && !keyBytes(encryptionKey))
    throw new ConfigError(
      'EDGEWAY_ENCRYPTION_KEY must be 32 bytes in base64, e.g. from `openssl rand -base64 32`',
    )
  return {
    region,
    accountId,
    domain,
    endpoints,
    vpcLinks,
    trustedProxies,
    maxTimeoutMs: number(env, 'EDGEWAY_MAX_TIMEOUT_MS', 50),
    maxPayloadBytes: number(env, 'EDGEWAY_MAX_PAYLOAD_BYTES', 1),
    onStoreFailure: choice(env, 'EDGEWAY_ON_STORE_FAILURE', 'open', 'closed'),
    accountThrottle: {
      rateLimit: number(env, 'EDGEWAY_ACCOUNT_RATE_LIMIT', 1),
      burstLimit: number(env, 'EDGEWAY_ACCOUNT_BURST_LIMIT', 1),
    },
    rateLimitHeaders: choice(env, 'EDGEWAY_RATE_LIMIT_HEADERS', 'true', 'false') === 'true',
    oidcAuthorizers: choice(env, 'EDGEWAY_OIDC_AUTHORIZERS', 'true', 'false') === 'true',
    encryptionKey,
    control,
    limits: limitsOf(env),
  }
}

/** A name that is none would be accepted and do nothing. */
function limitsOf(env: Env): Record<string, number> {
  const limits = jsonOption<number>(env, 'EDGEWAY_LIMITS')
  for (const [name, value] of Object.entries(limits)) {
    if (!LIMIT_NAMES.includes(name))
      throw new ConfigError(`EDGEWAY_LIMITS: there is no limit ${name}, only ${LIMIT_NAMES.join(', ')}`)
    if (!Number.isInteger(value) || value < 1)
      throw new ConfigError(`EDGEWAY_LIMITS: ${name} must be a whole number from 1 up`)
  }
  return limits
}
