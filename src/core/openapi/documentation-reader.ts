/**
 * Documentation parts: those of `x-amazon-apigateway-documentation`, or, where a definition has none, the descriptions that
 * stand in it (that of the API as a whole is the API's own). Locations get the defaults of what they leave out (recorded for the path; guide: the table of valid fields).
 */
import type { DocumentationPart } from '../documents.ts'
import { X } from './extensions.ts'
import type { Findings } from './findings.ts'
import type { Refs } from './refs.ts'
import { at, type Doc, defined, docOf, entriesOf, isDoc, listOf, textOf, upper } from './value.ts'
import { VERBS } from './verbs.ts'

/** type -> the location fields that it has, besides its name */
const FIELDS: Record<string, ('path' | 'method' | 'statusCode')[]> = {
  API: [],
  AUTHORIZER: [],
  MODEL: [],
  RESOURCE: ['path'],
  METHOD: ['path', 'method'],
  PATH_PARAMETER: ['path', 'method'],
  QUERY_PARAMETER: ['path', 'method'],
  REQUEST_HEADER: ['path', 'method'],
  REQUEST_BODY: ['path', 'method'],
  RESPONSE: ['path', 'method', 'statusCode'],
  RESPONSE_HEADER: ['path', 'method', 'statusCode'],
  RESPONSE_BODY: ['path', 'method', 'statusCode'],
}
const DEFAULTS = { path: '/', method: '*', statusCode: '*' }

/** Amazon's quota for one API. */
const MOST_PARTS = 2000

export function readDocumentation(
  root: Doc,
  refs: Refs,
  findings: Findings,
  newId: (length: 6 | 10) => string,
): DocumentationPart[] {
  const written = docOf(root[X.documentation]).documentationParts
  const parts = Array.isArray(written) ? explicit(written, findings) : described(root, refs)
  if (parts.length > MOST_PARTS)
    findings.note(`Of all documentation parts ${MOST_PARTS} are kept, Amazon's quota for an API`, '#')
  return parts.slice(0, MOST_PARTS).map((part) => ({ id: newId(6), ...part }))
}

type Part = Omit<DocumentationPart, 'id'>

function explicit(written: unknown[], findings: Findings): Part[] {
  const parts: Part[] = []
  for (const [index, value] of written.entries()) {
    const where = at('#', X.documentation, 'documentationParts', index)
    const location = docOf(docOf(value).location)
    const type = upper(location.type)
    if (!type || !Object.hasOwn(FIELDS, type)) {
      findings.warn(
        `Invalid documentation part location type '${textOf(location.type)}' (${where}). Ignoring.`,
      )
      continue
    }
    const content = contentOf(docOf(value).properties)
    if (content) parts.push({ location: locate(type, location), properties: JSON.stringify(content) })
    else findings.warn(`Documentation part properties must be a valid JSON (${where}). Ignoring.`)
  }
  return parts
}

/** An object, or the text of one. */
function contentOf(properties: unknown): Doc | undefined {
  if (isDoc(properties)) return properties
  if (typeof properties !== 'string') return undefined
  try {
    const parsed: unknown = JSON.parse(properties)
    return isDoc(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

export function locate(type: string, location: Doc): DocumentationPart['location'] {
  const fields = FIELDS[type]!.map((field) => [field, textOf(location[field]) ?? DEFAULTS[field]])
  return defined({ type, ...Object.fromEntries(fields), name: textOf(location.name) })
}

function described(root: Doc, refs: Refs): Part[] {
  const parts: Part[] = []
  const add = (location: Doc & { type: string }, properties: Doc) => {
    const kept = defined(properties)
    if (Object.keys(kept).length && parts.length <= MOST_PARTS)
      parts.push({ location: locate(location.type, location), properties: JSON.stringify(kept) })
  }
  const schemes = docOf(root.securityDefinitions ?? docOf(root.components).securitySchemes)
  for (const [name, scheme] of entriesOf(schemes))
    add({ type: 'AUTHORIZER', name }, { description: docOf(scheme).description })
  for (const [path, given] of entriesOf(root.paths)) {
    const item = refs.follow(given, at('#/paths', path))?.value
    if (!item) continue
    add({ type: 'RESOURCE', path }, { summary: item.summary, description: item.description })
    for (const [key, operation] of entriesOf(item)) {
      const method = VERBS.get(key)
      if (method && isDoc(operation)) describeMethod(operation, item, { path, method }, refs, add)
    }
  }
  return parts
}

const PARAMETERS: Record<string, string> = {
  path: 'PATH_PARAMETER',
  query: 'QUERY_PARAMETER',
  header: 'REQUEST_HEADER',
  body: 'REQUEST_BODY',
}

function describeMethod(
  operation: Doc,
  item: Doc,
  location: { path: string; method: string },
  refs: Refs,
  add: (location: Doc & { type: string }, properties: Doc) => void,
): void {
  const { tags, summary, description, deprecated, externalDocs } = operation
  add({ type: 'METHOD', ...location }, { tags, summary, description, deprecated, externalDocs })
  const pointer = at('#/paths', location.path, location.method.toLowerCase())
  for (const given of [...listOf(item.parameters), ...listOf(operation.parameters)]) {
    const parameter = refs.follow(given, pointer)?.value
    const type =
      parameter && Object.hasOwn(PARAMETERS, String(parameter.in)) && PARAMETERS[String(parameter.in)]
    if (type)
      add(
        { type, ...location, name: type === 'REQUEST_BODY' ? undefined : parameter.name },
        { description: parameter.description },
      )
  }
  if (operation.requestBody !== undefined)
    add(
      { type: 'REQUEST_BODY', ...location },
      { description: refs.follow(operation.requestBody, pointer)?.value.description },
    )
  for (const [statusCode, given] of entriesOf(operation.responses)) {
    const response = /^\d{3}$/.test(statusCode) ? refs.follow(given, pointer)?.value : undefined
    if (!response) continue
    const said = textOf(response.description)
    // what an export says where nobody has said anything
    if (said && said !== `${statusCode} response`)
      add({ type: 'RESPONSE', ...location, statusCode }, { description: said })
    for (const [name, header] of entriesOf(response.headers))
      add(
        { type: 'RESPONSE_HEADER', ...location, statusCode, name },
        { description: docOf(header).description },
      )
  }
}
