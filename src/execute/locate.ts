/** From host or path to the stage, and from the stage to the deployment that serves this call (canary split here). */
import type { DomainPointer } from '../core/api.ts'
import type { Call, Located } from '../core/call.ts'
import { type Release, releaseOf } from '../core/canary.ts'
import type { Stage } from '../core/documents.ts'
import { type DomainRoute, routeOf } from '../core/domain-route.ts'
import { Fault } from '../core/fault.ts'
import { type HandshakeRules, handshakeFault, handshakeRules } from '../core/handshake.ts'
import { headersOf } from '../core/headers.ts'
import { after, type Later } from '../core/later.ts'
import { programOf } from '../core/program.ts'
import type { Target } from '../core/target.ts'
import type { Deployed } from '../store/deployments.ts'
import type { Gateway } from './gateway.ts'
import { beginTrace } from './trace.ts'

/** Amazon's answer to a host, stage or base path that leads nowhere: it does not say which. */
const forbidden = (reason: string): Fault => new Fault('INVALID_API_KEY', { reason })

/** Amazon: 10,240 characters of URL and 10,240 bytes of header values for a regional API (guide: limits). */
const MAX_URL = 10_240
const MAX_HEADERS = 10_240

type Place = DomainRoute & { stageName: string }

export function locate(call: Call, target: Target, on: Gateway): Later<Located> {
  checkSize(call, target, on)
  if (target.by === 'api') return onStage(call, target, byApi(target, call), on)
  return after(on.deployments.domain(target.host), (pointer) =>
    onStage(call, target, byDomain(call, target, pointer, on), on),
  )
}

function checkSize(call: Call, target: Target, on: Gateway): void {
  const { settings } = on.platform
  if (target.rawPath.length + target.rawQuery.length > (settings.limits.urlLength ?? MAX_URL))
    throw new Fault('DEFAULT_4XX', {
      status: 414,
      message: 'Request-URI Too Long',
      reason: 'URL over the limit',
    })
  // a fragment is no part of a request target (RFC 9112), and a back end would be asked for what stands before it
  if (target.rawPath.includes('#') || target.rawQuery.includes('#'))
    throw new Fault('DEFAULT_4XX', { reason: 'the request target has a fragment' })
  if (call.headerBytes > (settings.limits.headerBytes ?? MAX_HEADERS))
    throw new Fault('REQUEST_TOO_LARGE', { reason: 'header values over the limit' })
}

function onStage(call: Call, target: Target, place: Place, on: Gateway): Later<Located> {
  return after(on.deployments.stage(place.apiId, place.stageName), (pointer) => {
    if (!pointer) throw forbidden(`no stage ${place.stageName} of an API ${place.apiId}`)
    if (target.by === 'api' && target.region && target.region !== pointer.region)
      throw forbidden(`API ${place.apiId} is in ${pointer.region}, not in ${target.region}`)
    const release = releaseOf(pointer.stage, on.identifiers.draw)
    if (!release.deploymentId) throw forbidden(`stage ${place.stageName} has no deployment`)
    return after(on.deployments.deployed(release.deploymentId, pointer), (deployed) =>
      onDeployment(call, target, place, pointer.stage, release, deployed, on),
    )
  })
}

function onDeployment(
  call: Call,
  target: Target,
  place: Place,
  stage: Stage,
  { variables, canary }: Release,
  deployed: Deployed,
  on: Gateway,
): Located {
  const { basePath, routingRuleId } = place
  const { api } = deployed
  deployed.program ??= programOf(api, on.platform.settings.limits.templateSteps)
  const { program } = deployed
  const located: Located = {
    call,
    accountId: on.platform.settings.accountId,
    api,
    program,
    stage,
    canary,
    stageVariables: variables,
    path: place.path,
    fullPath: target.by === 'api' ? `/${place.stageName}${place.path}` : target.rawPath,
    basePath,
    routingRuleId,
  }
  if (target.by === 'api' && program.disableExecuteApiEndpoint)
    throw forbidden(`the execute-api endpoint of API ${place.apiId} is disabled`)
  if (target.by === 'api') checkHandshake(program.handshake, call, on)
  call.reached.located = located
  if (stage.tracingEnabled) beginTrace(located, on)
  return located
}

function checkHandshake(rules: HandshakeRules | null, call: Call, on: Gateway): void {
  // where a proxy ends TLS, it alone knows
  const plain = call.scheme === 'http' && Boolean(on.platform.env.EDGEWAY_TLS)
  const fault = rules && handshakeFault(rules, call.handshake, call.host, plain)
  if (fault) throw forbidden(fault)
}

/** The DNS name of a VPC endpoint names no API, a header does (guide: apigateway-private-api-test-invoke-url). */
const VPC_ENDPOINT = /^vpce-[a-z0-9-]+$/

function byApi(target: Target & { by: 'api' }, call: Call): Place {
  const { rawPath, stage } = target
  const named =
    target.apiId.startsWith('vpce-') && VPC_ENDPOINT.test(target.apiId)
      ? call.header('x-apigw-api-id')
      : undefined
  const apiId = named?.toLowerCase() ?? target.apiId
  if (stage !== undefined) return { apiId, stageName: stage, path: rawPath }
  const [stageName, path] = cut(rawPath)
  return { apiId, stageName, path }
}

/** `/a/b` -> `a`, `/b`; the second part is `/` where nothing follows. */
function cut(path: string): [first: string, rest: string] {
  const slash = path.indexOf('/', 1)
  return slash < 0 ? [path.slice(1), '/'] : [path.slice(1, slash), path.slice(slash)]
}

function byDomain(
  call: Call,
  target: Target & { by: 'domain' },
  pointer: DomainPointer | null,
  on: Gateway,
): Place {
  if (!pointer) throw forbidden(`no custom domain ${target.host}`)
  const { mutualTlsAuthentication: mutual } = pointer.domain
  const certificate = call.clientCertificate
  if (mutual?.truststoreUri && !(certificate?.verified && certificate.host === target.host))
    throw forbidden(`${target.host} asks for a client certificate`)
  checkHandshake(handshakeRules(pointer.domain), call, on)
  const { host, rawPath } = target
  // rules read the Host header without its port, which clients only send where it is not the usual one
  const route = routeOf(pointer, rawPath, (name) =>
    name === 'host' ? [host] : headersOf(call.headers, name),
  )
  if (!route) throw forbidden(`no routing rule and no base path of ${host} matches`)
  if (route.stageName !== undefined) return { ...route, stageName: route.stageName }
  const [stageName, path] = cut(route.path)
  return { ...route, stageName, path }
}
