/**
 * What a documentation snapshot says of each part of an API. A part without an entry of its own inherits that of the nearest
 * path above it, then of any status, then of any method (guide: the table of inheritable content). Only what OpenAPI knows,
 * and vendor extensions other than Amazon's, is written into the definition.
 */
import type { DocumentationPart } from '../documents.ts'
import { type Doc, docOf, entriesOf } from './value.ts'

const ABOUT: Record<string, string[]> = {
  METHOD: ['tags', 'summary', 'description', 'externalDocs', 'deprecated'],
  RESOURCE: [],
  MODEL: ['title', 'description'],
}

export class Documented {
  readonly #parts = new Map<string, Doc>()

  constructor(parts: DocumentationPart[]) {
    for (const { location, properties } of parts) {
      const { type, path, method, statusCode, name } = location
      let content: unknown
      try {
        content = JSON.parse(properties)
      } catch {
        continue
      }
      this.#parts.set(key(type, path ?? '/', method ?? '*', statusCode ?? '*', name ?? ''), docOf(content))
    }
  }

  /** What is said of a method or of what is within it. */
  of(type: string, path: string, method: string, statusCode = '*', name = ''): Doc {
    if (!this.#parts.size) return {}
    for (let prefix = path; ; prefix = prefix.slice(0, prefix.lastIndexOf('/')) || '/') {
      for (const status of statusCode === '*' ? ['*'] : [statusCode, '*'])
        for (const verb of [method, '*']) {
          const found = this.#parts.get(key(type, prefix, verb, status, name))
          if (found) return recognised(found, ABOUT[type] ?? ['description'])
        }
      if (prefix === '/') return {}
    }
  }

  resource(path: string): Doc | undefined {
    const found = this.#parts.get(key('RESOURCE', path, '*', '*', ''))
    const said = found ? recognised(found, ABOUT.RESOURCE!) : {}
    return Object.keys(said).length ? said : undefined
  }

  model(name: string, schema: Doc): Doc {
    const found = this.#parts.get(key('MODEL', '/', '*', '*', name))
    const said = found ? recognised(found, ABOUT.MODEL!) : {}
    return Object.fromEntries(entriesOf(said).filter(([member]) => !Object.hasOwn(schema, member)))
  }

  authorizer(name: string): Doc {
    return recognised(docOf(this.#parts.get(key('AUTHORIZER', '/', '*', '*', name))), ['description'])
  }

  info(): Doc {
    return recognised(docOf(this.#api().info), ['description', 'termsOfService', 'contact', 'license'])
  }

  root(): Doc {
    return recognised(this.#api(), ['tags', 'externalDocs'])
  }

  #api(): Doc {
    return docOf(this.#parts.get(key('API', '/', '*', '*', '')))
  }
}

const key = (...fields: string[]): string => fields.join('\n')

/** Amazon's own extensions are never taken from documentation: they would change the API that is read back. */
const recognised = (content: Doc, members: string[]): Doc =>
  Object.fromEntries(
    entriesOf(content).filter(
      ([name]) =>
        members.includes(name) ||
        (/^x-/.test(name) && !/^x-(?:amazon-apigateway|edgeway|postman)-/.test(name)),
    ),
  )
