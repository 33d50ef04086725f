/** The patch table of stages: paths of method settings, access logs and the canary, with Amazon's own sentences for each. */
import type { CanarySettings, Stage } from '../../core/documents.ts'
import {
  asFlag,
  asOneOf,
  asReal,
  asText,
  asWhole,
  type Change,
  type Coerce,
  type Draft,
  member,
  OPS,
  type Op,
  type PatchRule,
  type PatchTable,
  type Refused,
} from '../../core/patch.ts'
import { badRequest } from '../../core/problem.ts'
import { read, textMap } from '../../core/shape.ts'

export const wholeCanary = (given: CanarySettings, deploymentId: string): CanarySettings => ({
  deploymentId,
  percentTraffic: 0,
  useStageCache: false,
  ...given,
})

/** Last two segments of a method setting's path -> member and value. */
const SETTINGS: Record<string, [member: string, as: Coerce]> = {
  'metrics/enabled': ['metricsEnabled', asFlag],
  'logging/dataTrace': ['dataTraceEnabled', asFlag],
  'logging/loglevel': [
    'loggingLevel',
    asOneOf('Invalid logging level specified. Must be one of: [OFF, ERROR, INFO]', 'OFF', 'ERROR', 'INFO'),
  ],
  'throttling/burstLimit': ['throttlingBurstLimit', asWhole('Invalid throttling burst limit specified')],
  'throttling/rateLimit': ['throttlingRateLimit', asReal('Invalid throttling rate limit specified')],
  'caching/ttlInSeconds': [
    'cacheTtlInSeconds',
    (value) => {
      const complaint = 'Invalid cache TTL, must be between 0 and 3600 seconds'
      const ttl = asWhole(complaint)(value) as number
      if (ttl < 0 || ttl > 3600) throw badRequest(complaint)
      return ttl
    },
  ],
  'caching/enabled': ['cachingEnabled', asFlag],
  'caching/dataEncrypted': ['cacheDataEncrypted', asFlag],
  'caching/requireAuthorizationForCacheControl': ['requireAuthorizationForCacheControl', asFlag],
  'caching/unauthorizedCacheControlHeaderStrategy': [
    'unauthorizedCacheControlHeaderStrategy',
    asOneOf(
      'Invalid unauthorized cache control header strategy specified',
      'FAIL_WITH_403',
      'SUCCEED_WITH_RESPONSE_HEADER',
      'SUCCEED_WITHOUT_RESPONSE_HEADER',
    ),
  ],
}

/** Amazon's list of paths, its missing separators included (recorded). */
const listOf = (at: string, comma: string, glue: string) =>
  [
    `${at}/metrics/enabled`,
    `${at}/logging/dataTrace`,
    `${at}/logging/loglevel`,
    [`${at}/throttling/burstLimit`, `${at}/throttling/rateLimit`, `${at}/caching/ttlInSeconds`].join(glue),
    `${at}/caching/enabled`,
    `${at}/caching/dataEncrypted`,
    `${at}/caching/requireAuthorizationForCacheControl`,
    `${at}/caching/unauthorizedCacheControlHeaderStrategy`,
  ].join(comma)
const PATHS = [
  '/deploymentId',
  '/description',
  '/cacheClusterEnabled',
  '/cacheClusterSize',
  '/clientCertificateId',
  '/accessLogSettings',
  '/accessLogSettings/destinationArn',
  '/accessLogSettings/format',
  listOf('/{resourcePath}/{httpMethod}', ', ', ''),
  listOf('/*/*', ', ', ' '),
  '/variables/{variable_name}',
  '/tracingEnabled',
].join(', ')

const COPY_TO = '[/deploymentId, /variables]'
const COPY_FROM = '[/canarySettings/deploymentId, /canarySettings/stageVariableOverrides]'
const WRONG_LOG =
  'Invalid accessLogSettings path. Must be one of : [/accessLogSettings/destinationArn, /accessLogSettings/format]'

const invalidPath = (path: string) =>
  badRequest(`Invalid method setting path: ${path}. Must be one of: [${PATHS}]`)

const wrongCopy = (path: string, from = 'null') =>
  badRequest(
    `Invalid copy operation with path: ${path} and from ${from}. Valid copy:path are ${COPY_TO} and valid copy:from are ${COPY_FROM}`,
  )

const noSetting = (op: string, path: string) =>
  badRequest(
    `Cannot ${op} method setting ${path.replace(/^\//, '')} because there is no method setting for this method `,
  )

/** Promotion: the canary's deployment or variables become the stage's. */
function promote(draft: Draft, { path, from }: Change): void {
  const stage = draft as object as Stage
  const pair = `${from} ${path}`
  const promoted = [
    '/canarySettings/deploymentId /deploymentId',
    '/canarySettings/stageVariableOverrides /variables',
  ]
  if (!promoted.includes(pair)) throw wrongCopy(path, from)
  const canary = stage.canarySettings
  if (!canary) throw badRequest('Promotion not available. Canary does not exist.')
  if (path === '/deploymentId') stage.deploymentId = canary.deploymentId ?? stage.deploymentId
  else stage.variables = { ...stage.variables, ...canary.stageVariableOverrides }
}

/** A rule that also takes the copy of a promotion. */
const promotable = (rule: PatchRule): PatchRule => ({
  ops: [...rule.ops, 'copy'],
  apply: (draft, change) => (change.op === 'copy' ? promote(draft, change) : rule.apply(draft, change)),
})

/** A log group, or a delivery stream of Firehose (guide: set-up-logging, apigateway-logging-to-kinesis). */
const LOG_DESTINATION =
  /^arn:[\w-]+:(?:logs:[^:]*:[^:]*:log-group:\S+|firehose:[^:]*:[^:]*:deliverystream\/\S+)$/

function checkLogDestination(arn: string): void {
  if (!arn.startsWith('arn:'))
    throw badRequest(`Invalid ARN specified in the request. ARNs must start with 'arn:': ${arn}`)
  if (!LOG_DESTINATION.test(arn)) throw badRequest('Invalid ARN specified in the request')
}

function checkLogFormat(format: string): void {
  if (/[\r\n]/.test(format.replace(/\r?\n$/, '')))
    throw badRequest(
      `Access Log format must be single line, new line character is allowed only at end of the format: '${format}'`,
    )
  if (!/\$context\.(?:requestId|extendedRequestId)(?!\w)/.test(format))
    throw badRequest(
      `Access Log format must include either $context.requestId or $context.extendedRequestId : '${format}'`,
    )
}

const accessLog: PatchRule = {
  ops: ['add', 'replace', 'remove'],
  apply(draft, { op, path, at, value }) {
    if (op === 'remove') throw noSetting(op, path)
    if (!value) throw badRequest('Access Log value must not be empty')
    if (path.endsWith('/format')) checkLogFormat(value)
    else checkLogDestination(value)
    draft.accessLogSettings = { ...(draft.accessLogSettings as object), [at.at(-1)!]: value }
  },
}

const accessLogs: PatchRule = {
  ops: ['add', 'replace', 'remove'],
  apply(draft, { op }) {
    if (op !== 'remove') throw badRequest(WRONG_LOG)
    delete draft.accessLogSettings
  },
}

/** A copy that is no promotion is refused as such, whatever its path. */
const NOT_COPY = OPS.filter((op) => op !== 'copy')

const canaryMember = (as: Coerce): PatchRule => ({
  ops: NOT_COPY,
  apply(draft, { op, path, at, value = '' }) {
    if (op !== 'replace') throw badRequest(`Invalid ${op} operation with path: ${path}`)
    const stage = draft as object as Stage
    const canary = wholeCanary(stage.canarySettings ?? {}, stage.deploymentId)
    const [, name] = at as [string, string]
    stage.canarySettings = { ...canary, [name]: as(value) }
  },
})

/** A canary's variables at once: a JSON map. */
const asVariables: Coerce = (value) => {
  const violations: string[] = []
  try {
    return read(textMap, JSON.parse(value), 'stageVariableOverrides', violations)
  } catch {
    throw badRequest(
      'Invalid canary stageVariableOverrides specified. It must be a map of names to values in JSON',
    )
  }
}

/** One of the canary's variables; unlike other members it can be added and taken away (guide: update-canary-deployment). */
const canaryVariable: PatchRule = {
  ops: NOT_COPY,
  apply(draft, { op, path, keys, value = '' }) {
    if (!['add', 'replace', 'remove'].includes(op))
      throw badRequest(`Invalid ${op} operation with path: ${path}`)
    const stage = draft as object as Stage
    if (op === 'remove' && !stage.canarySettings) throw noSetting(op, path)
    const canary = wholeCanary(stage.canarySettings ?? {}, stage.deploymentId)
    const { [keys[0]!]: _, ...rest } = canary.stageVariableOverrides ?? {}
    const stageVariableOverrides = op === 'remove' ? rest : { ...rest, [keys[0]!]: value }
    stage.canarySettings = { ...canary, stageVariableOverrides }
  },
}

const canary: PatchRule = {
  ops: NOT_COPY,
  apply(draft, { op, path }) {
    if (op === 'replace') throw invalidPath(path)
    if (op !== 'remove') throw noSetting(op, path)
    delete draft.canarySettings
  },
}

/** `/{resourcePath}/{httpMethod}/…`: the key keeps the escapes of the path (guide: `~1resourceName/GET`). */
const setting = (name: string, as: Coerce): PatchRule => ({
  ops: ['add', 'replace'],
  apply(draft, { path, value = '' }) {
    const key = path.split('/').slice(1, 3).join('/')
    const stage = draft as object as Stage
    stage.methodSettings[key] = { ...stage.methodSettings[key], [name]: as(value) }
  },
})

const oneMethod: PatchRule = {
  ops: ['remove'],
  apply(draft, { op, path }) {
    const key = path.slice(1)
    const { methodSettings } = draft as object as Stage
    if (!Object.hasOwn(methodSettings, key)) throw noSetting(op, path)
    delete methodSettings[key]
  },
}

const variable: PatchRule = {
  ops: ['add', 'replace', 'remove'],
  apply(draft, { op, keys, value = '' }) {
    const { [keys[0]!]: _, ...rest } = (draft.variables ?? {}) as Record<string, string>
    draft.variables = op === 'remove' ? rest : { ...rest, [keys[0]!]: value }
  },
}

export const stagePatch: PatchTable = {
  rules: {
    '/deploymentId': promotable(member(asText, { empty: 'Deployment id does not exist' })),
    '/description': member(asText, { ops: ['replace', 'remove'] }),
    '/cacheClusterEnabled': member(asFlag),
    '/cacheClusterSize': member(
      asOneOf(
        'Invalid cache cluster size specified',
        '0.5',
        '1.6',
        '6.1',
        '13.5',
        '28.4',
        '58.2',
        '118',
        '237',
      ),
    ),
    '/clientCertificateId': member(asText, { ops: ['replace', 'remove'] }),
    '/documentationVersion': member(asText, { ops: ['replace', 'remove'] }),
    '/tracingEnabled': member(asFlag),
    '/variables': promotable(member(asText, { ops: ['remove'] })),
    '/variables/*': variable,
    '/accessLogSettings': accessLogs,
    '/accessLogSettings/destinationArn': accessLog,
    '/accessLogSettings/format': accessLog,
    '/canarySettings': canary,
    '/canarySettings/deploymentId': canaryMember(asText),
    '/canarySettings/percentTraffic': canaryMember(
      asReal('Invalid canary percentTraffic specified. It must be between 0.0 and 100.0'),
    ),
    '/canarySettings/useStageCache': canaryMember(asFlag),
    '/canarySettings/stageVariableOverrides': canaryMember(asVariables),
    '/canarySettings/stageVariableOverrides/*': canaryVariable,
    ...Object.fromEntries(
      Object.entries(SETTINGS).map(([path, [name, as]]) => [`/*/*/${path}`, setting(name, as)]),
    ),
    '/*/*': oneMethod,
  },
  refusal: { path: refuse, op: refuse },
}

function refuse({ op = 'null' as Op, path, from }: Refused) {
  if (op === 'copy') return wrongCopy(path, from)
  if (path.startsWith('/accessLogSettings/'))
    return op === 'remove' ? noSetting(op, path) : badRequest(WRONG_LOG)
  if (op === 'remove' && /^\/[^/]+\/[^/]+$/.test(path)) return noSetting(op, path)
  if (path.startsWith('/canarySettings') && !['replace', 'copy'].includes(op)) return noSetting(op, path)
  return invalidPath(path)
}
