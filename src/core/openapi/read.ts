/**
 * A definition to an API: OpenAPI 3.0, Swagger 2.0 and, beyond Amazon, OpenAPI 3.1, with all of Amazon's extensions. Cost is
 * linear in the text. Nothing that the definition says is lost without a line in `warnings`.
 */
import type { DocumentationPart } from '../documents.ts'
import { badRequest, Problem } from '../problem.ts'
import { basePathSegments, segmentsOf } from './base-path.ts'
import { readDocumentation } from './documentation-reader.ts'
import { noteUnknown } from './extensions.ts'
import { Findings } from './findings.ts'
import { resolveFunctions, resolveVariables } from './intrinsic.ts'
import { readMethod } from './method-reader.ts'
import { Models } from './models.ts'
import type { Imported, ReadOptions } from './options.ts'
import { parseText, unreadable } from './parse.ts'
import type { Reading } from './reading.ts'
import { Refs } from './refs.ts'
import { Resources } from './resources.ts'
import type { SchemaDialect } from './schema.ts'
import { Security } from './security.ts'
import { readGatewayResponses, readSettings, readValidators } from './settings-reader.ts'
import { at, type Doc, docOf, entriesOf, isDoc, listOf, member, textOf } from './value.ts'
import { VERBS } from './verbs.ts'

/** @throws Problem (BadRequestException) in Amazon's words, with the place in the document */
export function readOpenApi(text: string, options: ReadOptions): Imported {
  try {
    return read(text, options)
  } catch (error) {
    // the one thing that a definition can exhaust before it is measured
    if (error instanceof RangeError) throw unreadable('#', 'It is nested too deeply')
    throw error
  }
}

/**
 * The documentation parts of a definition, and nothing else of it.
 * @throws Problem (BadRequestException)
 */
export function readDocumentationParts(
  text: string,
  options: Pick<ReadOptions, 'failOnWarnings' | 'newId'>,
): { parts: DocumentationPart[]; warnings: string[] } {
  const findings = new Findings()
  let root: Doc
  try {
    root = parseText(text)
    dialectOf(root)
  } catch (error) {
    if (!(error instanceof Problem) && !(error instanceof RangeError)) throw error
    const problem = badRequest('Unable to build importer with provided input.')
    if (error instanceof Problem && error.place !== undefined) problem.place = error.place
    throw problem
  }
  const parts = readDocumentation(root, new Refs(root, findings), findings, options.newId)
  const refusal = findings.refusal(options.failOnWarnings === true)
  if (refusal) throw refusal
  return { parts, warnings: findings.warnings }
}

function read(source: string, options: ReadOptions): Imported {
  const text = resolveVariables(source, options)
  const root = parseText(text)
  const dialect = dialectOf(root)
  const findings = new Findings()
  if (/Fn::|\bRef\b|!Ref\b|!(?:Sub|Join|GetAtt|ImportValue|If|Select)\b/.test(text))
    resolveFunctions(root, options, findings)
  noteUnknown(root, 'document', '#', findings)
  if (Object.hasOwn(root, 'webhooks')) findings.note("'webhooks' have no equal", '#/webhooks')

  const refs = new Refs(root, findings)
  const components = docOf(root.components)
  const swagger = dialect === 'swagger'
  if (!swagger && options.failOnWarnings)
    for (const name of ['info', 'paths'])
      if (root[name] === undefined) findings.warn(`Parse issue: attribute ${name} is missing`)
  const modelsAt = swagger ? '#/definitions' : '#/components/schemas'
  const schemes = swagger ? root.securityDefinitions : components.securitySchemes
  const schemesAt = swagger ? '#/securityDefinitions' : '#/components/securitySchemes'
  const requestValidators = readValidators(root, options)
  const models = new Models(
    swagger ? root.definitions : components.schemas,
    modelsAt,
    dialect,
    refs,
    findings,
    options,
  )
  const reading: Reading = {
    root,
    dialect,
    options,
    findings,
    refs,
    models,
    security: new Security(schemes, root.security, schemesAt, findings, options),
    validators: new Map(requestValidators.map(({ name, id }) => [name!, id])),
    operationIds: new Map(),
    spend: spender(),
  }
  const resources = readPaths(root, reading)
  const documentationParts =
    options.ignore === 'documentation' ? [] : readDocumentation(root, refs, findings, options.newId)
  const restApi = readSettings(root, text, options, findings)
  const gatewayResponses = readGatewayResponses(root, findings)
  const refusal = findings.refusal(options.failOnWarnings === true)
  if (refusal) throw refusal
  return {
    definition: {
      restApi: { ...restApi, rootResourceId: resources.root.id },
      resources: resources.list,
      models: models.list,
      requestValidators,
      authorizers: reading.security.authorizers,
      gatewayResponses,
      documentationParts,
    },
    warnings: findings.warnings,
  }
}

/** Far more parameters, headers, media types and mappings than a definition of 6 MB can write out. */
const MOST_PARTS = 500_000

function spender(): (count: number) => void {
  let spent = 0
  return (count) => {
    spent += count
    if (spent > MOST_PARTS) throw unreadable('#/paths', 'The references expand to too much')
  }
}

function dialectOf(root: Doc): SchemaDialect {
  const swagger = textOf(root.swagger)
  const openapi = textOf(root.openapi)
  if (swagger !== undefined && /^2(\.|$)/.test(swagger)) return 'swagger'
  if (openapi !== undefined && /^3(\.0(\.|$)|$)/.test(openapi)) return 'oas30'
  if (openapi !== undefined && /^3\.1/.test(openapi)) return 'oas31'
  if (swagger === undefined && openapi === undefined)
    throw unreadable('#', "Neither 'openapi' nor 'swagger' says what it is")
  throw unreadable(
    openapi === undefined ? '#/swagger' : '#/openapi',
    `Unsupported version ${openapi ?? swagger}`,
  )
}

function readPaths(root: Doc, reading: Reading): Resources {
  const { findings, refs, options } = reading
  const resources = new Resources(findings, options.newId)
  const base = basePathSegments(root, options.basepath)
  if (root.paths !== undefined && root.paths !== null && !isDoc(root.paths))
    throw unreadable('#/paths', 'It is not an object')
  for (const [path, given] of entriesOf(root.paths)) {
    if (path.startsWith('x-')) continue
    const pointer = at('#/paths', path)
    const item = refs.follow(given, pointer)
    if (!item) {
      if (given !== null && !isDoc(given)) findings.note('A path without operations', pointer)
      continue
    }
    noteUnknown(item.value, 'path', item.pointer, findings)
    const resource = resources.at(`/${[...base, ...segmentsOf(path)].join('/')}`, pointer)
    const operations = entriesOf(item.value)
    reading.spend(operations.length)
    for (const [key, operation] of operations) {
      const method = VERBS.get(key) ?? VERBS.get(key.toLowerCase())
      if (!method) {
        if (key.toLowerCase() === 'trace') findings.note("Method 'TRACE' has no equal", at(item.pointer, key))
        continue
      }
      resources.refuseClash(method, resource, pointer)
      resource.resourceMethods ??= {}
      if (resource.resourceMethods[method])
        findings.warn(
          `Method '${method}' of resource at path '${resource.path}' is defined twice: the last one is kept.`,
        )
      const made = readMethod(
        {
          method,
          path: resource.path,
          resourceId: resource.id,
          value: docOf(operation),
          shared: listOf(member(item.value, 'parameters')),
          pointer: at(item.pointer, key),
        },
        reading,
      )
      if (made) resource.resourceMethods[method] = made
    }
  }
  return resources
}
