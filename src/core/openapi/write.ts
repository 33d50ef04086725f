/**
 * An API to a definition, as GetExport gives it: OpenAPI 3.0 or Swagger 2.0, JSON or YAML, in the layout of Amazon's own
 * exports. Read again it is the same API, as far as the extensions asked for say it; the property test holds that.
 */
import type { ApiDefinition, DocumentationPart } from '../documents.ts'
import { badRequest } from '../problem.ts'
import { Documented } from './documented.ts'
import { X } from './extensions.ts'
import { jacksonJson, jacksonYaml } from './jackson.ts'
import { writeMethod } from './method-writer.ts'
import { rewriteSchema } from './schema.ts'
import { Schemes } from './scheme-writer.ts'
import { type Doc, defined, isDoc } from './value.ts'

export type ExportType = 'oas30' | 'swagger'

export interface WriteOptions {
  exportType: ExportType
  /** application/json | application/yaml */
  accepts: string
  /** `integrations`, `authorizers`, `documentation`, `postman`; `apigateway` is the first three and all else of Amazon's */
  extensions: ReadonlySet<string>
  stage: string
  host: string
  region: string
  /** the snapshot that the stage's documentation version names */
  documentation?: { version: string; createdDate: number; parts: DocumentationPart[] }
}

export interface Exported {
  contentType: string
  contentDisposition: string
  body: string
}

/** What the parts of an export share. */
export interface Writing {
  options: WriteOptions
  swagger: boolean
  /** is that extension asked for? */
  with(extension: 'integrations' | 'authorizers' | 'documentation' | 'apigateway'): boolean
  definition: ApiDefinition
  documented: Documented
  schemes: Schemes
  validators: Map<string, string>
  models: Set<string>
}

/** @throws Problem (BadRequestException) for a type or a format that there is none of */
export function writeOpenApi(definition: ApiDefinition, options: WriteOptions): Exported {
  const { exportType, accepts, extensions } = options
  if (exportType !== 'oas30' && exportType !== 'swagger')
    throw badRequest(`No API exporter for type '${exportType}'`)
  if (accepts !== 'application/json' && accepts !== 'application/yaml')
    throw badRequest(`Unsupported media type '${accepts}': application/json or application/yaml`)
  const all = extensions.has('apigateway')
  const swagger = exportType === 'swagger'
  const writing: Writing = {
    options,
    swagger,
    with: (extension) => all || extensions.has(extension),
    definition,
    documented: new Documented(options.documentation?.parts ?? []),
    schemes: new Schemes(definition.authorizers, all || extensions.has('authorizers')),
    validators: new Map(definition.requestValidators.map((v) => [v.id, v.name ?? v.id])),
    models: new Set(definition.models.map((model) => model.name)),
  }
  const document = swagger ? writeSwagger(writing) : writeOas30(writing)
  const yaml = accepts === 'application/yaml'
  return {
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="${exportType}_${fileSafe(versionOf(definition))}.${yaml ? 'yaml' : 'json'}"`,
    body: yaml ? jacksonYaml(document) : jacksonJson(document),
  }
}

/** An API without a version is exported under the moment of its creation. */
const versionOf = ({ restApi }: ApiDefinition): string =>
  restApi.version ?? new Date(restApi.createdDate * 1000).toISOString().replace('.000', '')

/** Nothing of a version may end the header or the name. */
const fileSafe = (version: string): string => version.replace(/[^A-Za-z0-9._:+-]/g, '_')

function writeSwagger(writing: Writing): Doc {
  const { definition, options, documented, schemes } = writing
  const { name: title, description } = definition.restApi
  const paths = writePaths(writing)
  const endpoint = writing.with('apigateway') ? endpointOf(definition) : undefined
  return {
    swagger: '2.0',
    info: defined({ description, version: versionOf(definition), title, ...documented.info() }),
    host: options.host,
    basePath: `/${options.stage}`,
    schemes: ['https'],
    paths,
    securityDefinitions: unlessEmpty(schemes.written(documented)),
    definitions: unlessEmpty(writeModels(writing, '#/definitions/')),
    ...rootExtensions(writing),
    [X.endpointConfiguration]: endpoint,
    ...documented.root(),
  }
}

function writeOas30(writing: Writing): Doc {
  const { definition, options, documented, schemes } = writing
  const { name: title, description } = definition.restApi
  const paths = writePaths(writing)
  const endpoint = writing.with('apigateway') ? endpointOf(definition) : undefined
  const variables = { basePath: { default: options.stage } }
  return {
    openapi: '3.0.1',
    info: defined({ title, description, version: versionOf(definition), ...documented.info() }),
    servers: [{ url: `https://${options.host}/{basePath}`, variables, [X.endpointConfiguration]: endpoint }],
    paths,
    components: {
      schemas: unlessEmpty(writeModels(writing, '#/components/schemas/')),
      securitySchemes: unlessEmpty(schemes.written(documented)),
    },
    ...rootExtensions(writing),
    ...documented.root(),
  }
}

const unlessEmpty = (value: Doc): Doc | undefined => (Object.keys(value).length ? value : undefined)

function writePaths(writing: Writing): Doc {
  const paths: Doc = {}
  for (const resource of writing.definition.resources) {
    const methods = Object.values(resource.resourceMethods ?? {})
    const about = writing.documented.resource(resource.path)
    if (!methods.length && !about) continue
    const item: Doc = {}
    for (const method of methods)
      item[method.httpMethod === 'ANY' ? X.anyMethod : method.httpMethod.toLowerCase()] = writeMethod(
        method,
        resource,
        writing,
      )
    paths[resource.path] = { ...item, ...about }
  }
  return paths
}

/** A schema that is not JSON, or no schema of an object, is left as an empty one: what refers to it still finds it. */
function writeModels(writing: Writing, prefix: string): Doc {
  const { definition, swagger, models } = writing
  const out: Doc = {}
  for (const model of definition.models) {
    let schema: unknown
    try {
      schema = JSON.parse(model.schema ?? '{}')
    } catch {
      schema = {}
    }
    const reference = (ref: string) => {
      // what a schema says of a place in itself is a place in the document now
      if (ref.startsWith('#')) return prefix + model.name + ref.slice(1)
      const name = /\/models\/([A-Za-z0-9]+)$/.exec(ref)?.[1]
      return name !== undefined && models.has(name) ? prefix + name : ref
    }
    const written = rewriteSchema(
      isDoc(schema) ? schema : {},
      swagger ? 'swagger' : 'oas30',
      reference,
      '',
    ) as Doc
    out[model.name] = { ...written, ...writing.documented.model(model.name, written) }
  }
  return out
}

function rootExtensions(writing: Writing): Doc {
  const { definition, options } = writing
  const { restApi, gatewayResponses, requestValidators } = definition
  const out: Doc = {}
  if (writing.with('apigateway')) {
    const responses = gatewayResponses
      .filter((response) => !response.defaultResponse)
      .map(({ responseType, statusCode, responseParameters, responseTemplates }) => [
        responseType,
        defined({ statusCode: statusCode && Number(statusCode), responseParameters, responseTemplates }),
      ])
    if (responses.length) out[X.gatewayResponses] = Object.fromEntries(responses)
    if (requestValidators.length)
      out[X.requestValidators] = Object.fromEntries(
        requestValidators.map(({ id, name, validateRequestBody, validateRequestParameters }) => [
          name ?? id,
          { validateRequestParameters, validateRequestBody },
        ]),
      )
    if (restApi.binaryMediaTypes?.length) out[X.binaryMediaTypes] = restApi.binaryMediaTypes
    if (restApi.minimumCompressionSize !== undefined)
      out[X.minimumCompressionSize] = restApi.minimumCompressionSize
    if (restApi.apiKeySource !== 'HEADER') out[X.apiKeySource] = restApi.apiKeySource
    if (restApi.policy !== undefined) out[X.policy] = parsed(restApi.policy)
    out[X.securityPolicy] = restApi.securityPolicy
    out[X.endpointAccessMode] = restApi.endpointAccessMode
  }
  if (options.documentation && writing.with('documentation')) {
    const { version, createdDate, parts } = options.documentation
    out[X.documentation] = {
      version,
      createdDate: new Date(createdDate * 1000).toISOString().replace('.000', ''),
      documentationParts: parts.map(({ location: { path, ...location }, properties }) => ({
        // the root is what a location without a path means
        location: path === '/' ? location : { ...location, path },
        properties: parsed(properties),
      })),
    }
  }
  return out
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** The types are not exported (guide: import-export-api-endpoints); what is said here is what a definition can say. */
function endpointOf({ restApi }: ApiDefinition): Doc | undefined {
  const { vpcEndpointIds } = restApi.endpointConfiguration
  const disabled = restApi.disableExecuteApiEndpoint || undefined
  return unlessEmpty(defined({ disableExecuteApiEndpoint: disabled, vpcEndpointIds }))
}
