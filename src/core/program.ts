/**
 * What a deployment is turned into once per process: trie, mapping closures, templates, selectors. Made from the stored JSON
 * and forgotten with it; a method's part is made when it is first called.
 *
 * Where thousands of APIs are called in turn, what a call costs is how many places in memory it looks at: nearly all of them have
 * left the processor's caches since the API's last call. So what every call asks is here, in few objects, and what is alike in
 * many APIs is one object for all.
 */
import type { CompiledApi } from './api.ts'
import { type BinaryTypes, binaryTypes } from './content.ts'
import type { Integration, Method, Resource, Stage } from './documents.ts'
import { configurationFault, Fault } from './fault.ts'
import { type HandshakeRules, handshakeRules } from './handshake.ts'
import { compileMappings, type Mappings } from './mapping.ts'
import type { MethodRules } from './method-settings.ts'
import { Router } from './route.ts'
import { type Selector, selectorsOf } from './selection.ts'
import { compileTemplates, type Templates } from './template.ts'
import { compileUri, type UriTemplate } from './uri.ts'

export interface Program {
  readonly router: Router<MethodProgram>
  readonly disableExecuteApiEndpoint: boolean
  /** what it asks of the TLS of its own endpoint */
  readonly handshake: HandshakeRules | null
  /** without a resource policy, and not private: who may call is for the methods to say */
  readonly open: boolean
  readonly binary: BinaryTypes
  /** null while the API does not compress */
  readonly minimumCompressionSize: number | null
}

/** How a back end is reached. `lambda` is an AWS integration with a function, whose errors are told by errorMessage. */
export type IntegrationKind = 'mock' | 'http' | 'lambda-proxy' | 'lambda' | 'aws'

export interface IntegrationProgram {
  readonly integration: Integration
  readonly kind: IntegrationKind
  /** HTTP_PROXY and AWS_PROXY: no templates, no selection */
  readonly proxy: boolean
  readonly uri: UriTemplate
  readonly request: Mappings
  /** all that is mapped are the method's path parameters, each to one of its own name */
  readonly handsPathOn: boolean
  readonly requestTemplates: Templates
  readonly responses: readonly ResponseProgram[]
}

export interface ResponseProgram extends Selector {
  readonly status: number
  /** the method has a response with this status */
  readonly declared: boolean
  readonly mappings: Mappings
  readonly templates: Templates
}

/** `templateSteps` bounds each render of a template (see core/vtl/template.ts). */
export function programOf({ definition }: CompiledApi, templateSteps?: number): Program {
  const { restApi, resources } = definition
  const router = new Router<MethodProgram>()
  for (const resource of resources)
    for (const [verb, method] of Object.entries(resource.resourceMethods ?? {}))
      router.add(resource.path, verb, new MethodProgram(resource, method, templateSteps))
  return {
    router,
    disableExecuteApiEndpoint: restApi.disableExecuteApiEndpoint,
    handshake: handshakeRules(restApi),
    open: !restApi.policy && !restApi.endpointConfiguration?.types?.includes('PRIVATE'),
    binary: binaryTypes(restApi.binaryMediaTypes),
    minimumCompressionSize: restApi.minimumCompressionSize ?? null,
  }
}

export class MethodProgram {
  readonly resource: Resource
  readonly method: Method
  /** what the stage that was called last says of the method: the next call mostly has the same stage and verb */
  last: { stage: Stage; verb: string; rules: MethodRules } | null = null
  readonly #templateSteps: number | undefined
  #built: IntegrationProgram | null = null

  constructor(resource: Resource, method: Method, templateSteps?: number) {
    this.resource = resource
    this.method = method
    this.#templateSteps = templateSteps
  }

  /** Throws a configuration fault where the method has no integration, or one that cannot be read. */
  integration(): IntegrationProgram {
    if (this.#built) return this.#built
    const { method, resource } = this
    if (!method.methodIntegration)
      throw configurationFault(`No integration defined for method ${method.httpMethod} ${resource.path}`)
    try {
      this.#built = integrationProgram(method.methodIntegration, method, resource.path, this.#templateSteps)
      return this.#built
    } catch (cause) {
      throw cause instanceof Fault ? cause : configurationFault((cause as Error).message, cause)
    }
  }
}

/** Invocations only: other operations of Lambda's are those of any service. The guide writes `path//2015-03-31/…` too. */
const LAMBDA_URI =
  /^arn:[^:]*:apigateway:[^:]*:lambda:path\/+[^/]+\/functions\/.+\/(?:response-streaming-)?invocations\/?$/

function kindOf({ type, uri }: Integration): IntegrationKind {
  if (type === 'MOCK') return 'mock'
  if (type === 'HTTP' || type === 'HTTP_PROXY') return 'http'
  if (type === 'AWS_PROXY') return 'lambda-proxy'
  return LAMBDA_URI.test(uri ?? '') ? 'lambda' : 'aws'
}

function integrationProgram(
  integration: Integration,
  { methodResponses = {} }: Method,
  path: string,
  templateSteps: number | undefined,
): IntegrationProgram {
  const variables = Array.from(path.matchAll(/\{([^}+]+)\+?\}/g), ([, name]) => name!)
  const kind = kindOf(integration)
  const request = compileMappings(integration.requestParameters, 'integration.request', 'method.request')
  return {
    integration,
    kind,
    handsPathOn:
      kind === 'http' && request.samePath !== null && variables.every((name) => request.samePath!.has(name)),
    proxy: integration.type.endsWith('_PROXY'),
    uri: compileUri(integration.uri ?? ''),
    request,
    requestTemplates: compileTemplates(integration.requestTemplates, templateSteps),
    responses: selectorsOf(integration.integrationResponses).map(({ response, pattern }) => ({
      response,
      pattern,
      status: Number(response.statusCode),
      declared: Boolean(methodResponses[response.statusCode]),
      mappings: compileMappings(response.responseParameters, 'method.response', 'integration.response'),
      templates: compileTemplates(response.responseTemplates, templateSteps),
    })),
  }
}
