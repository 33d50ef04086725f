/**
 * What a deployment is turned into once per process: trie, mapping closures, templates, selectors. Made from the stored JSON
 * and forgotten with it; a method's part is made when it is first called.
 */
import type { CompiledApi } from './api.ts'
import { type BinaryTypes, binaryTypes } from './content.ts'
import type { Integration, IntegrationResponse, Method, Resource } from './documents.ts'
import { configurationFault, Fault } from './fault.ts'
import { compileMappings, type Mappings } from './mapping.ts'
import { Router } from './route.ts'
import { type Selector, selectorsOf } from './selection.ts'
import { compileTemplates, type Templates } from './template.ts'
import { compileUri, type UriTemplate } from './uri.ts'

export interface Program {
  readonly router: Router<MethodProgram>
  readonly binary: BinaryTypes
  /** null while the API does not compress */
  readonly minimumCompressionSize: number | null
}

export interface MethodProgram {
  readonly resource: Resource
  readonly method: Method
  /** throws a configuration fault where the method has no integration, or one that cannot be read */
  integration(): IntegrationProgram
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
  readonly selectors: readonly Selector[]
  readonly responses: ReadonlyMap<IntegrationResponse, ResponseProgram>
}

export interface ResponseProgram {
  readonly status: number
  readonly mappings: Mappings
  readonly templates: Templates
}

const programs = new WeakMap<CompiledApi, Program>()

/** `templateSteps` bounds each render of a template (see core/vtl/template.ts). */
export function programOf(api: CompiledApi, templateSteps?: number): Program {
  const known = programs.get(api)
  if (known) return known
  const program = build(api, templateSteps)
  programs.set(api, program)
  return program
}

function build(api: CompiledApi, templateSteps: number | undefined): Program {
  const { restApi, resources } = api.definition
  const router = new Router<MethodProgram>()
  for (const resource of resources)
    for (const [verb, method] of Object.entries(resource.resourceMethods ?? {}))
      router.add(resource.path, verb, methodProgram(resource, method, templateSteps))
  return {
    router,
    binary: binaryTypes(restApi.binaryMediaTypes),
    minimumCompressionSize: restApi.minimumCompressionSize ?? null,
  }
}

export function methodProgram(resource: Resource, method: Method, templateSteps?: number): MethodProgram {
  let built: IntegrationProgram | undefined
  return {
    resource,
    method,
    integration() {
      if (!method.methodIntegration)
        throw configurationFault(`No integration defined for method ${method.httpMethod} ${resource.path}`)
      try {
        built ??= integrationProgram(method.methodIntegration, resource.path, templateSteps)
        return built
      } catch (cause) {
        throw cause instanceof Fault ? cause : configurationFault((cause as Error).message, cause)
      }
    },
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
  path: string,
  templateSteps: number | undefined,
): IntegrationProgram {
  const selectors = selectorsOf(integration.integrationResponses)
  const kind = kindOf(integration)
  const request = compileMappings(integration.requestParameters, 'integration.request', 'method.request')
  const variables = Array.from(path.matchAll(/\{([^}+]+)\+?\}/g), ([, name]) => name!)
  return {
    integration,
    kind,
    handsPathOn:
      kind === 'http' && request.samePath !== null && variables.every((name) => request.samePath!.has(name)),
    proxy: integration.type.endsWith('_PROXY'),
    uri: compileUri(integration.uri ?? ''),
    request,
    requestTemplates: compileTemplates(integration.requestTemplates, templateSteps),
    selectors,
    responses: new Map(selectors.map(({ response }) => [response, responseProgram(response, templateSteps)])),
  }
}

function responseProgram(response: IntegrationResponse, templateSteps: number | undefined): ResponseProgram {
  return {
    status: Number(response.statusCode),
    mappings: compileMappings(response.responseParameters, 'method.response', 'integration.response'),
    templates: compileTemplates(response.responseTemplates, templateSteps),
  }
}
