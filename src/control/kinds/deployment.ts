import { compile, summarize } from '../../core/compile.ts'
import type { ApiDefinition, CanarySettings, Deployment, Stage } from '../../core/documents.ts'
import { listedPaths, member } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { flag, map, oneOf, real, record, text, textMap, texts, type Values } from '../../core/shape.ts'
import { parentOf } from '../../store/documents.ts'
import { loadDefinition } from '../definition.ts'
import { kind, type Scope } from '../kind.ts'
import { keepLimit } from '../limits.ts'
import { fill } from '../paths.ts'
import { CACHE_SIZES, checkStage, newStage } from './stage.ts'
import { wholeCanary } from './stage-patch.ts'

const CONTENT = 'Invalid deployment content specified.'

export const deployment = kind<Deployment>({
  name: 'Deployment',
  path: '/restapis/{restApiId}/deployments/{deploymentId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  query: { get: { embed: texts } },
  fields: {
    stageName: text,
    stageDescription: text,
    description: text,
    cacheClusterEnabled: flag,
    cacheClusterSize: oneOf(...CACHE_SIZES),
    variables: textMap,
    canarySettings: record({ percentTraffic: real, stageVariableOverrides: map(text), useStageCache: flag }),
    tracingEnabled: flag,
  },
  key: 'id',
  // ten characters, not six: snapshots are immutable under this id alone, on every copy of every cache
  idLength: 10,
  absent: () => notFound('Invalid Deployment identifier specified'),
  born: ({ id, description }, { now }) => ({
    id: id as string,
    ...(description ? { description: description as string } : {}),
    createdDate: now,
  }),
  patch: { refusal: listedPaths, rules: { '/description': member() } },

  async made(deployment, scope, sent) {
    const { tx, region, labels, platform } = scope
    await checkCanary(scope, sent)
    const definition = (await loadDefinition(scope.kinds, tx, labels.restApiId!))!
    checkMethods(definition)
    checkPrivate(definition)
    const compiled = compile(definition, deployment.id, region)
    // Amazon's answer has no room for them
    for (const warning of compiled.warnings)
      platform.log('warn', 'a deployment that will not work as it is', { api: labels.restApiId, warning })
    tx.snapshot(deployment.id, definition.restApi.id, JSON.stringify(compiled))
    const apiSummary = summarize(definition)
    tx.put(scope.path, 'Deployment', { ...deployment, apiSummary })
    if (sent.stageName) await moveStage(deployment, scope, sent)
  },

  async leaving({ id }, { tx, labels }) {
    const stages = (await tx.list<Stage>(fill('/restapis/{restApiId}/stages', labels))).map(
      ({ body }) => body,
    )
    const active = (which: string) =>
      badRequest(`Active stages ${which}pointing to this deployment must be moved or deleted`)
    if (stages.some(({ deploymentId }) => deploymentId === id)) throw active('')
    if (stages.some(({ canarySettings }) => canarySettings?.deploymentId === id))
      throw active('with canary settings ')
    tx.dropSnapshot(id)
  },

  view({ apiSummary, ...shown }, { query }) {
    const embedded = ((query.embed ?? []) as string[]).includes('apisummary')
    return embedded ? { ...shown, apiSummary: apiSummary ?? {} } : shown
  },
})

function checkMethods({ resources }: ApiDefinition): void {
  const methods = resources.flatMap((resource) => Object.values(resource.resourceMethods ?? {}))
  if (methods.length === 0) throw badRequest("The REST API doesn't contain any methods")
  if (methods.some((method) => !method.methodIntegration))
    throw badRequest('No integration defined for method')
}

/** Nobody may call a private API that no policy opens. */
function checkPrivate({ restApi: { endpointConfiguration, policy } }: ApiDefinition): void {
  if (endpointConfiguration.types.includes('PRIVATE') && !policy)
    throw badRequest("Private REST API doesn't have a resource policy attached to it")
}

const stagePath = ({ labels }: Scope, stageName: unknown) =>
  fill('/restapis/{restApiId}/stages/{stageName}', { ...labels, stageName: String(stageName) })

async function checkCanary(scope: Scope, { canarySettings, stageName }: Values): Promise<void> {
  if (!stageName && !canarySettings) return
  if (!stageName)
    throw badRequest(
      `${CONTENT}Non null and non empty stageName must be provided for canary deployment. Provided value is ${stageName ?? 'null'}`,
    )
  const stage = await scope.tx.get<Stage>(stagePath(scope, stageName))
  if (!canarySettings && stage?.canarySettings)
    throw badRequest(
      `${CONTENT}Non canary deployment not supported on stage ${stageName} because Canary is enabled. Provide CanarySettings in deploymentInput.`,
    )
  if (canarySettings && !stage)
    throw badRequest(
      `${CONTENT}Stage ${stageName} must already be created before making a canary release deployment`,
    )
}

/** Points the named stage at the deployment, or only its canary; makes the stage where there is none. */
async function moveStage(deployment: Deployment, scope: Scope, sent: Values): Promise<void> {
  const { tx, now, platform } = scope
  const path = stagePath(scope, sent.stageName)
  const before = await tx.get<Stage>(path)
  if (!before) await keepLimit('stages', platform, async () => (await tx.list(parentOf(path))).length + 1)
  const { stageDescription, cacheClusterEnabled, cacheClusterSize, variables, tracingEnabled } = sent
  const set = {
    ...(stageDescription ? { description: stageDescription } : {}),
    ...(cacheClusterEnabled === undefined ? {} : { cacheClusterEnabled }),
    ...(cacheClusterSize === undefined ? {} : { cacheClusterSize }),
    ...(variables === undefined ? {} : { variables }),
    ...(tracingEnabled === undefined ? {} : { tracingEnabled }),
  }
  const next = {
    ...(before ?? newStage({ stageName: sent.stageName }, now)),
    ...set,
    lastUpdatedDate: now,
    ...(sent.canarySettings
      ? { canarySettings: wholeCanary(sent.canarySettings as CanarySettings, deployment.id) }
      : { deploymentId: deployment.id }),
  } as Stage
  await checkStage(next, scope)
  tx.put(path, 'Stage', next)
}
