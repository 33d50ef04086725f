import type { Deployment, Stage } from '../../core/documents.ts'
import { DEFAULT_SETTING } from '../../core/method-settings.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { flag, oneOf, real, record, text, textMap, type Values } from '../../core/shape.ts'
import { kind, type Scope, type Sight, without } from '../kind.ts'
import { keepLimit } from '../limits.ts'
import { fill } from '../paths.ts'
import { domainsAmong, referrers } from '../references.ts'
import { stagePatch, wholeCanary } from './stage-patch.ts'

export const CACHE_SIZES = ['0.5', '1.6', '6.1', '13.5', '28.4', '58.2', '118', '237']
const NO_DEPLOYMENT = 'Deployment id does not exist'

export const stage = kind<Stage>({
  name: 'Stage',
  path: '/restapis/{restApiId}/stages/{stageName}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  query: { list: { deploymentId: text } },
  fields: {
    'stageName!': text,
    'deploymentId!': text,
    description: text,
    cacheClusterEnabled: flag,
    cacheClusterSize: oneOf(...CACHE_SIZES),
    variables: textMap,
    documentationVersion: text,
    canarySettings: record({
      percentTraffic: real,
      deploymentId: text,
      stageVariableOverrides: textMap,
      useStageCache: flag,
    }),
    tracingEnabled: flag,
    tags: textMap,
  },
  key: 'stageName',
  limit: 'stages',
  absent: () => notFound('Invalid stage identifier specified'),
  taken: () => conflict('Stage already exists'),
  unpaged: true,
  matches: (stage, { deploymentId }) => deploymentId === undefined || stage.deploymentId === deploymentId,
  born(sent, { now }) {
    const made = newStage(sent, now)
    if (made.canarySettings) made.canarySettings = wholeCanary(made.canarySettings, made.deploymentId)
    return made
  },
  patch: stagePatch,
  check: checkStage,
  async leaving(stage, { tx, path }) {
    const users = await referrers(tx, path)
    const domains = domainsAmong(users)
    if (domains.length > 0)
      throw badRequest(
        `Deleting stage ${stage.stageName} failed. Please remove all base path mappings related to the stage in your domains: ${domains.join(', ')}`,
      )
    const plan = users.find((from) => from.startsWith('/usageplans/'))?.split('/')[2]
    if (plan)
      throw badRequest(
        `Cannot delete stage '${stage.stageName}' because it is associated with usage plan '${plan}'`,
      )
  },
  view: showStage,
})

export function newStage(sent: Values, now: number): Stage {
  return {
    ...(sent as object as Stage),
    cacheClusterEnabled: sent.cacheClusterEnabled === true,
    cacheClusterStatus: 'NOT_AVAILABLE',
    methodSettings: {},
    tracingEnabled: sent.tracingEnabled === true,
    createdDate: now,
    lastUpdatedDate: now,
  }
}

/** Completes a stage and holds the rules on it; after a change also its date. */
export async function checkStage(stage: Stage, { tx, labels, now, verb, platform }: Scope): Promise<void> {
  if (!/^[a-zA-Z0-9_-]+$/.test(stage.stageName)) throw badRequest('Stage name only allows a-zA-Z0-9_-')
  if (stage.stageName.length > 128) throw badRequest('Invalid stage name, can be at most 128 characters.')
  const { deploymentId, documentationVersion, canarySettings, clientCertificateId } = stage
  const exists = async (path: string, label: Record<string, string>) =>
    (await tx.get<Deployment>(fill(path, { ...labels, ...label }))) !== undefined
  const deployments = '/restapis/{restApiId}/deployments/{deploymentId}'
  if (!(await exists(deployments, { deploymentId }))) throw badRequest(NO_DEPLOYMENT)
  const canary = canarySettings?.deploymentId
  if (canary && canary !== deploymentId && !(await exists(deployments, { deploymentId: canary })))
    throw badRequest(NO_DEPLOYMENT)
  const percent = canarySettings?.percentTraffic ?? 0
  if (!(percent >= 0 && percent <= 100))
    throw badRequest('Invalid canary percentTraffic specified. It must be between 0.0 and 100.0')
  const versions = '/restapis/{restApiId}/documentation/versions/{documentationVersion}'
  if (documentationVersion && !(await exists(versions, { documentationVersion })))
    throw badRequest('Invalid Documentation version specified')
  if (
    clientCertificateId &&
    !(await exists('/clientcertificates/{clientCertificateId}', { clientCertificateId }))
  )
    throw badRequest('Invalid client certificate identifier specified')
  if (stage.tracingEnabled && !platform.tracer)
    throw badRequest('X-Ray tracing is not supported by this runtime of the gateway')
  for (const variables of [stage.variables, canarySettings?.stageVariableOverrides]) {
    checkVariables(variables)
    await keepLimit('stageVariables', platform, () => Object.keys(variables ?? {}).length)
  }
  if (stage.cacheClusterEnabled) stage.cacheClusterSize ??= '0.5'
  stage.cacheClusterStatus = stage.cacheClusterEnabled ? 'AVAILABLE' : 'NOT_AVAILABLE'
  if (verb === 'update') stage.lastUpdatedDate = now
}

/**
 * guide, "Amazon API Gateway stage variables reference": which characters names and values may have; limits: how many of them.
 * Spaces are Amazon's own sentence's.
 */
function checkVariables(variables: Record<string, string | null> | undefined): void {
  for (const [name, value] of Object.entries(variables ?? {})) {
    if (name.length > 64 || (value ?? '').length > 512)
      throw badRequest(
        'Invalid stage variable, its name can be at most 64 characters and its value at most 512 characters.',
      )
    if (!/^\w+$/.test(name))
      throw badRequest(`Invalid stage variable name: ${name}.  Please use names with only word characters.`)
    if (!/^[A-Za-z0-9 \-._~:/?#&=,]+$/.test(value ?? ''))
      throw badRequest(
        `Invalid stage variable value: ${value}.  Please use values with alphanumeric characters and the symbols ' ', -', '.', '_', ':', '/', '?', '&', '=', and ','.`,
      )
  }
}

/** A method setting is answered whole: what is not set follows that of all methods, then the account's and Amazon's defaults. */
function showStage(stage: Stage, { platform }: Sight): Values {
  const { rateLimit, burstLimit } = platform.settings.accountThrottle
  const { loggingLevel: _, ...defaults } = DEFAULT_SETTING
  const base = {
    ...defaults,
    cachingEnabled: false,
    throttlingRateLimit: rateLimit,
    throttlingBurstLimit: burstLimit,
  }
  const general = stage.methodSettings['*/*']
  const methodSettings = Object.fromEntries(
    Object.entries(stage.methodSettings).map(([key, set]) => [key, { ...base, ...general, ...set }]),
  )
  const { cacheGeneration, authorizersGeneration, ...shown } = without(
    stage,
    'description',
    'variables',
    'tags',
  )
  return { ...shown, methodSettings }
}
