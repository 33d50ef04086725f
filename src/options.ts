/**
 * Every setting as users meet it, in one table: flag, environment variable, meaning. `--help`, the README's table and the parsing of
 * flags come from it; defaults are in config.ts.
 */

import { ConfigError, DEFAULTS, type Env, type OptionName } from './config.ts'
import { LIMIT_NAMES } from './core/limits.ts'

interface Option {
  flag?: string
  /** what the value looks like, for --help */
  value: string
  meaning: string
}

const TABLE: Record<OptionName, Option> = {
  EDGEWAY_PORT: {
    flag: 'port',
    value: 'PORT',
    meaning: 'port of the control service and of the deployed APIs',
  },
  EDGEWAY_HOST: {
    flag: 'host',
    value: 'ADDRESS',
    meaning:
      'address to listen on; anything but loopback needs a principal first (`edgeway principal create`)',
  },
  EDGEWAY_DATA: {
    flag: 'data',
    value: 'FOLDER',
    meaning: 'folder of the embedded database',
  },
  EDGEWAY_DATABASE_URL: {
    flag: 'database',
    value: 'URL',
    meaning: 'libSQL database: `file:…`, `libsql://…`, `https://…` or `http://…`',
  },
  EDGEWAY_DATABASE_TOKEN: {
    value: 'TOKEN',
    meaning: 'auth token of a remote libSQL database',
  },
  AWS_REGION: {
    flag: 'region',
    value: 'REGION',
    meaning: 'region of unsigned requests, and of the gateway itself',
  },
  EDGEWAY_ACCOUNT_ID: { value: 'ID', meaning: 'account id in ARNs' },
  EDGEWAY_DOMAIN: {
    flag: 'domain',
    value: 'DOMAIN',
    meaning: 'domain of the invoke URLs: `{api-id}.execute-api.{region}.{domain}`',
  },
  AWS_ACCESS_KEY_ID: {
    value: 'ID',
    meaning:
      "the gateway's own AWS credentials for integrations (with AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)",
  },
  AWS_ENDPOINT_URL: {
    value: 'URL',
    meaning: 'endpoint of all AWS services; AWS_ENDPOINT_URL_<SERVICE> for one of them',
  },
  EDGEWAY_PRINCIPALS: {
    value: 'JSON',
    meaning: 'principals by configuration, for a Worker (see Security)',
  },
  EDGEWAY_ENCRYPTION_KEY: {
    value: 'BASE64',
    meaning: '32 bytes that encrypt secrets at rest',
  },
  EDGEWAY_TRUSTED_PROXIES: {
    value: 'CIDR,…',
    meaning: 'proxies whose X-Forwarded-For is believed',
  },
  EDGEWAY_VPC_LINKS: {
    value: 'JSON',
    meaning: 'what each VPC link reaches: `{"linkid":"http://10.0.0.5:8080"}`',
  },
  EDGEWAY_REDIS_URL: {
    value: 'URL',
    meaning: 'shares throttles, quotas and response caches between processes',
  },
  EDGEWAY_METER_MODE: {
    value: 'exact|leased',
    meaning: 'exact counts in every call, or leases of tokens with a bounded overshoot',
  },
  EDGEWAY_ON_STORE_FAILURE: {
    value: 'open|closed',
    meaning: 'what a call gets while the meter store is down: served, or 500',
  },
  EDGEWAY_CACHE_MAX_BYTES: {
    value: 'BYTES',
    meaning: 'most that the response caches of all stages keep in memory',
  },
  EDGEWAY_CACHE_SINGLE_FLIGHT: {
    value: 'true|false',
    meaning: 'concurrent misses of one cache key make one back end call',
  },
  EDGEWAY_METRICS: {
    value: 'true|false',
    meaning:
      'serves counters for Prometheus at /_edgeway/metrics, to anybody: calls refused by throttles and quotas, cache hits and misses, lost X-Ray segments, store failures',
  },
  EDGEWAY_ACCOUNT_RATE_LIMIT: {
    value: 'N',
    meaning: 'account throttle, requests a second',
  },
  EDGEWAY_ACCOUNT_BURST_LIMIT: { value: 'N', meaning: 'account throttle, burst' },
  EDGEWAY_RATE_LIMIT_HEADERS: {
    value: 'true|false',
    meaning: 'adds Retry-After and RateLimit headers to 429',
  },
  EDGEWAY_OIDC_AUTHORIZERS: {
    value: 'true|false',
    meaning: 'allows JWT authorizers of any OIDC issuer (beyond Amazon)',
  },
  EDGEWAY_MAX_TIMEOUT_MS: {
    value: 'MS',
    meaning: 'longest integration timeout that may be set',
  },
  EDGEWAY_MAX_PAYLOAD_BYTES: {
    value: 'BYTES',
    meaning: 'largest request and response payload',
  },
  EDGEWAY_LIMITS: {
    value: 'JSON',
    meaning: `overrides of limits by name, e.g. \`{"resources":1000}\`: ${LIMIT_NAMES.join(', ')}`,
  },
  EDGEWAY_TLS: {
    value: 'JSON',
    meaning:
      'certificates by host name, to terminate TLS: `{"api.example.com":{"cert":"…pem","key":"…pem"}}`; `*` for every other name, else the first one answers it',
  },
  EDGEWAY_TLS_PORT: {
    flag: 'tls-port',
    value: 'PORT',
    meaning: 'port for HTTPS, when EDGEWAY_TLS names certificates',
  },
  EDGEWAY_LOG: {
    flag: 'log',
    value: 'LEVEL',
    meaning:
      'debug, info, warn or error; `json:info` writes JSON lines. Access and execution logs of stages are always written',
  },
}

export const OPTIONS = Object.entries(TABLE).map(([name, option]) => {
  const env = name as OptionName
  return { env, fallback: DEFAULTS[env], ...option }
})

/** Takes the flags that are settings out of argv, over the environment; what is none of them remains, in order. */
export function takeFlags(argv: readonly string[], env: Env): { env: Env; rest: string[] } {
  const merged = { ...env }
  const rest: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!
    const [, name, inline] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? []
    const option = OPTIONS.find(({ flag }) => flag !== undefined && flag === name)
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

/** What is wrong with a setting, by the name that the user gave it: that of the flag, if argv has it. */
export function asGiven(message: string, argv: readonly string[]): string {
  for (const { env, flag } of OPTIONS)
    if (
      flag &&
      message.startsWith(`${env} `) &&
      argv.some((word) => word.replace(/=.*/s, '') === `--${flag}`)
    )
      return `--${flag}${message.slice(env.length)}`
  return message
}

/** The text of --help. */
export function helpText(): string {
  const rows = OPTIONS.map((option) => [
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
    'edgeway migrate [options]     applies the migrations to the database, and ends',
    '',
    'flag, environment variable, meaning [default]:',
    ...rows.map(line),
  ].join('\n')
}
