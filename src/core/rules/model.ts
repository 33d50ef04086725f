/**
 * What a model's schema must be, made by itself or imported. The sentences are those that users of Amazon met
 * (awslabs/aws-api-gateway-developer-portal#571, Dropsource/serverless-todo-api-example-complete#3, terra-money/fcd-classic#36).
 */
import { modelNamed, pointed } from '../json-schema/reference.ts'
import { syntaxOf } from '../json-schema/syntax.ts'
import { badRequest, type Problem } from '../problem.ts'

const INVALID = 'Invalid model schema specified'

const invalid = (...errors: string[]): Problem =>
  badRequest(`Invalid model specified: Validation Result: warnings : [], errors : [${errors.join(', ')}]`)

export const isJson = (contentType: string): boolean => contentType.includes('json')

/** An imported schema: OpenAPI has keywords of its own, which stay and say nothing, and the import has looked at its references. */
export function checkImportedSchema(text: string): void {
  if (!syntaxOf(JSON.parse(text)).valid) throw invalid(INVALID)
}

/** The schema of a model that is made or changed by itself. Gives the models that it names. */
export function checkSchema(text: string): string[] {
  let schema: unknown
  try {
    schema = JSON.parse(text)
  } catch {
    throw invalid(INVALID)
  }
  const { valid, unknown, references } = syntaxOf(schema)
  const canonical = references.every((reference) => modelNamed(reference) ?? isWithin(schema, reference))
  const errors = [
    ...(valid ? [] : [INVALID]),
    ...(unknown.length > 0 ? [`${INVALID}. Unsupported keyword(s): ${JSON.stringify(unknown)}`] : []),
    ...(canonical ? [] : ['Model reference must be in canonical form']),
  ]
  if (errors.length > 0) throw invalid(...errors)
  return references.flatMap((reference) => modelNamed(reference) ?? [])
}

/** `#/definitions/…`, and what else leads somewhere within the schema. */
const isWithin = (schema: unknown, reference: string): boolean =>
  reference.startsWith('#/definitions/') ||
  (reference[0] === '#' && pointed(schema, reference.slice(1)) !== undefined)

/** A model that another one names and that is not there. */
export const absentModel = (name: string): Problem => invalid(`Invalid model specified: ${name}`)
