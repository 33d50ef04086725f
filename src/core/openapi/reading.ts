import type { Findings } from './findings.ts'
import type { Models } from './models.ts'
import type { ReadOptions } from './options.ts'
import type { Refs } from './refs.ts'
import type { SchemaDialect } from './schema.ts'
import type { Security } from './security.ts'
import type { Doc } from './value.ts'

/** What the parts of an import share. */
export interface Reading {
  root: Doc
  dialect: SchemaDialect
  options: ReadOptions
  findings: Findings
  refs: Refs
  models: Models
  security: Security
  /** request validators: name -> id */
  validators: Map<string, string>
  /** counts what is made of the definition; references can make much of little */
  spend(count: number): void
  /** operationId -> where it was first seen */
  operationIds: Map<string, string>
}
