/**
 * Every setting in one table: flag, environment variable, default, meaning. `--help`, the README's table and the parser all
 * come from it. Nothing here touches the machine: argv and env are passed in.
 */
import { LIMIT_NAMES } from './core/limits.ts'
import type { Settings } from './platform.ts'

export interface Option {
  flag?: string
  env: string
  /** shown in the table; the empty string means: not set */
  fallback: string
  /** what the value looks like, for --help */
  value: string
  meaning: string
}

export const OPTIONS = [
  {
    flag: 'port',
    env: 'EDGEWAY_PORT',
    fallback: '4600',
    value: 'PORT',
    meaning: 'port of the control service and of the deployed APIs',
  },
  {
    flag: 'host',
    env: 'EDGEWAY_HOST',
    fallback: '127.0.0.1',
    value: 'ADDRESS',
    meaning:
      'address to listen on; anything but loopback needs a principal first (`edgeway principal create`)',
  },
  {
    flag: 'data',
    env: 'EDGEWAY_DATA',
    fallback: '.edgeway',
    value: 'FOLDER',
    meaning: 'folder of the embedded database',
  },
  {
    flag: 'database',
    env: 'EDGEWAY_DATABASE_URL',
    fallback: 'file:{data}/edgeway.db',
    value: 'URL',
    meaning: 'libSQL database: `file:…`, `libsql://…`, `https://…` or `http://…`',
  },
  {
    env: 'EDGEWAY_DATABASE_TOKEN',
    fallback: '',
    value: 'TOKEN',
    meaning: 'auth token of a remote libSQL database',
  },
  {
    flag: 'region',
    env: 'AWS_REGION',
    fallback: 'us-east-1',
    value: 'REGION',
    meaning: 'region of unsigned requests, and of the gateway itself',
  },
  { env: 'EDGEWAY_ACCOUNT_ID', fallback: '000000000000', value: 'ID', meaning: 'account id in ARNs' },
  {
    flag: 'domain',
    env: 'EDGEWAY_DOMAIN',
    fallback: 'localhost',
    value: 'DOMAIN',
    meaning: 'domain of the invoke URLs: `{api-id}.execute-api.{region}.{domain}`',
  },
  {
    env: 'AWS_ACCESS_KEY_ID',
    fallback: '',
    value: 'ID',
    meaning:
      "the gateway's own AWS credentials for integrations (with AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)",
  },
  {
    env: 'AWS_ENDPOINT_URL',
    fallback: '',
    value: 'URL',
    meaning: 'endpoint of all AWS services; AWS_ENDPOINT_URL_<SERVICE> for one of them',
  },
  {
    env: 'EDGEWAY_PRINCIPALS',
    fallback: '',
    value: 'JSON',
    meaning: 'principals by configuration, for a Worker (see Security)',
  },
  {
    env: 'EDGEWAY_ENCRYPTION_KEY',
    fallback: '',
    value: 'BASE64',
    meaning: '32 bytes that encrypt secrets at rest',
  },
  {
    env: 'EDGEWAY_TRUSTED_PROXIES',
    fallback: '',
    value: 'CIDR,…',
    meaning: 'proxies whose X-Forwarded-For is believed',
  },
  {
    env: 'EDGEWAY_VPC_LINKS',
    fallback: '{}',
    value: 'JSON',
    meaning: 'what each VPC link reaches: `{"linkid":"http://10.0.0.5:8080"}`',
  },
  {
    env: 'EDGEWAY_REDIS_URL',
    fallback: '',
    value: 'URL',
    meaning: 'shares throttles, quotas and response caches between processes',
  },
  {
    env: 'EDGEWAY_METER_MODE',
    fallback: 'exact',
    value: 'exact|leased',
    meaning: 'exact counts in every call, or leases of tokens with a bounded overshoot',
  },
  {
    env: 'EDGEWAY_ON_STORE_FAILURE',
    fallback: 'closed',
    value: 'open|closed',
    meaning: 'what a call gets while the meter store is down: served, or 500',
  },
  {
    env: 'EDGEWAY_CACHE_MAX_BYTES',
    fallback: '536870912',
    value: 'BYTES',
    meaning: 'most that the response caches of all stages keep in memory',
  },
  {
    env: 'EDGEWAY_CACHE_SINGLE_FLIGHT',
    fallback: 'true',
    value: 'true|false',
    meaning: 'concurrent misses of one cache key make one back end call',
  },
  {
    env: 'EDGEWAY_METRICS',
    fallback: 'false',
    value: 'true|false',
    meaning: 'serves counters for Prometheus at /_edgeway/metrics, to anybody',
  },
  {
    env: 'EDGEWAY_ACCOUNT_RATE_LIMIT',
    fallback: '10000',
    value: 'N',
    meaning: 'account throttle, requests a second',
  },
  { env: 'EDGEWAY_ACCOUNT_BURST_LIMIT', fallback: '5000', value: 'N', meaning: 'account throttle, burst' },
  {
    env: 'EDGEWAY_RATE_LIMIT_HEADERS',
    fallback: 'false',
    value: 'true|false',
    meaning: 'adds Retry-After and RateLimit headers to 429',
  },
  {
    env: 'EDGEWAY_OIDC_AUTHORIZERS',
    fallback: 'false',
    value: 'true|false',
    meaning: 'allows JWT authorizers of any OIDC issuer (beyond Amazon)',
  },
  {
    env: 'EDGEWAY_MAX_TIMEOUT_MS',
    fallback: '29000',
    value: 'MS',
    meaning: 'longest integration timeout that may be set',
  },
  {
    env: 'EDGEWAY_MAX_PAYLOAD_BYTES',
    fallback: '10485760',
    value: 'BYTES',
    meaning: 'largest request and response payload',
  },
  {
    env: 'EDGEWAY_LIMITS',
    fallback: '{}',
    value: 'JSON',
    meaning:
      'overrides of quotas by name (src/core/limits.ts), e.g. `{"resources":1000}`; of templates, `templateSteps`',
  },
  {
    env: 'EDGEWAY_TLS',
    fallback: '',
    value: 'JSON',
    meaning:
      'certificates by host name, to terminate TLS: `{"api.example.com":{"cert":"…pem","key":"…pem"}}`; `*` for every other name',
  },
  {
    flag: 'tls-port',
    env: 'EDGEWAY_TLS_PORT',
    fallback: '4643',
    value: 'PORT',
    meaning: 'port for HTTPS, when EDGEWAY_TLS names certificates',
  },
  {
    flag: 'log',
    env: 'EDGEWAY_LOG',
    fallback: 'warn',
    value: 'LEVEL',
    meaning: 'debug, info, warn or error; `json:info` writes JSON lines',
  },
] as const satisfies readonly Option[]

type Env = Record<string, string | undefined>
export type OptionName = (typeof OPTIONS)[number]['env']

/** A setting that makes no sense; `message` is one line for the user. */
export class ConfigError extends Error {}

/** Takes the flags that are settings out of argv, over the environment; what is none of them remains, in order. */
export function takeFlags(argv: readonly string[], env: Env): { env: Env; rest: string[] } {
  const merged = { ...env }
  const rest: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? []
    const option = (OPTIONS as readonly Option[]).find(({ flag }) => flag !== undefined && flag === name)
    if (!option) {
      rest.push(word)
      continue
    }
    const value = inline ?? argv[++at]
    if (value === undefined) throw new ConfigError(`--${name} needs a value: ${option.value}`)
    merged[option.env] = value
  }
  return { env: merged, rest }
}

/** Flags over environment over defaults, as one environment. Throws ConfigError for a flag that does not exist. */
export function mergeFlags(argv: readonly string[], env: Env): { env: Env; help: boolean } {
  const { env: merged, rest } = takeFlags(argv[0] === 'start' ? argv.slice(1) : argv, env)
  const unknown = rest.find((word) => word !== '--help' && word !== '-h')
  if (unknown) throw new ConfigError(`${unknown} is not an option; --help lists them`)
  return { env: merged, help: rest.length > 0 }
}

/** One option's text, or its default. */
export function option(env: Env, name: OptionName): string {
  const value = env[name]
  return value === undefined || value === '' ? OPTIONS.find((option) => option.env === name)!.fallback : value
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

/** The settings of both planes. `control` is decided by the entry, which knows where it listens. Throws ConfigError. */
export function settingsOf(env: Env, control: Settings['control']): Settings {
  const endpoints: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    const service = /^AWS_ENDPOINT_URL(?:_([A-Z0-9_]+))?$/.exec(name)
    if (!service || !value) continue
    if (!URL.canParse(value)) throw new ConfigError(`${name} must be a URL, not "${value}"`)
    endpoints[service[1] ?? ''] = value
  }
  const accountId = option(env, 'EDGEWAY_ACCOUNT_ID')
  if (!/^\d{12}$/.test(accountId))
    throw new ConfigError(`EDGEWAY_ACCOUNT_ID must have 12 digits, not "${accountId}"`)
  return {
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    accountId,
    domain: option(env, 'EDGEWAY_DOMAIN').toLowerCase(),
    endpoints,
    vpcLinks: jsonOption<string>(env, 'EDGEWAY_VPC_LINKS'),
    trustedProxies: option(env, 'EDGEWAY_TRUSTED_PROXIES')
      .split(/[\s,]+/)
      .filter(Boolean),
    maxTimeoutMs: number(env, 'EDGEWAY_MAX_TIMEOUT_MS', 50),
    maxPayloadBytes: number(env, 'EDGEWAY_MAX_PAYLOAD_BYTES', 1),
    onStoreFailure: choice(env, 'EDGEWAY_ON_STORE_FAILURE', 'open', 'closed'),
    accountThrottle: {
      rateLimit: number(env, 'EDGEWAY_ACCOUNT_RATE_LIMIT', 1),
      burstLimit: number(env, 'EDGEWAY_ACCOUNT_BURST_LIMIT', 1),
    },
    rateLimitHeaders: choice(env, 'EDGEWAY_RATE_LIMIT_HEADERS', 'true', 'false') === 'true',
    oidcAuthorizers: choice(env, 'EDGEWAY_OIDC_AUTHORIZERS', 'true', 'false') === 'true',
    encryptionKey: option(env, 'EDGEWAY_ENCRYPTION_KEY') || undefined,
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

/** The text of --help. */
export function helpText(): string {
  const rows = (OPTIONS as readonly Option[]).map((option) => [
    option.flag ? `--${option.flag} ${option.value}` : '',
    option.env,
    option.fallback,
    option.meaning,
  ])
  const width = (column: number) => Math.max(...rows.map((row) => row[column]!.length))
  const line = (row: string[]) =>
    `  ${row[0]!.padEnd(width(0))}  ${row[1]!.padEnd(width(1))}  ${row[3]}${row[2] ? ` [${row[2]}]` : ''}`
  return [
    'edgeway [start] [options]     starts the gateway',
    'edgeway vtl render|test …     tries mapping templates',
    'edgeway principal …           says who may manage and call with IAM',
    '',
    'flag, environment variable, meaning [default]:',
    ...rows.map(line),
  ].join('\n')
}
