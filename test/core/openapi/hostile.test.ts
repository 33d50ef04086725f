import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { readDocumentationParts, readOpenApi } from '../../../src/core/openapi/read.ts'
import { Problem } from '../../../src/core/problem.ts'
import { readOptions } from './apis.ts'

const read = (text: string) => readOpenApi(text, readOptions())

const refused = (text: string): Problem => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  throw new Error('it was read')
}

const HEAD = 'openapi: 3.0.1\ninfo: {title: x, version: "1"}\n'

describe('what is no definition', () => {
  test.each([
    ['broken YAML', 'test:\n    value:\n        - "value ... "escaped": $var"\n', /^line 3, column \d+$/],
    ['broken JSON', "{'key:value}", /^line 1, column \d+$/],
    ['HTML', '<!DOCTYPE html>\n<html></html>', /^line 1, column 1$/],
    ['nothing', ' \n', /^line 1, column 1$/],
    ['a list', '[]', /^line 1, column 1$/],
    ['a word', 'hello', /^line 1, column 1$/],
  ])('%s: the words of Amazon (recorded), and the place beside them', (_name, text, place) => {
    const problem = refused(text)
    expect(problem).toMatchObject({ type: 'BadRequestException', message: 'Invalid OpenAPI input.' })
    expect(problem.place).toMatch(place)
  })

  test.each([
    ['{}', '#'],
    ['{"openapi":"4.0.0"}', '#/openapi'],
    ['{"swagger":"1.2"}', '#/swagger'],
    ['{"openapi":"3.0.0","paths":[]}', '#/paths'],
  ])('%s', (text, place) => {
    const problem = refused(text)
    expect(problem.message).toMatch(/^Invalid OpenAPI input\. /)
    expect(problem.message).toContain(`(${place})`)
    expect(problem.place).toBe(place)
  })

  it('says of a documentation import what Amazon says (recorded)', () => {
    expect(() => readDocumentationParts("{'key:value}", readOptions())).toThrow(
      'Unable to build importer with provided input.',
    )
  })
})

describe('what costs more than it looks', () => {
  it('a YAML bomb', () => {
    const levels = Array.from(
      { length: 40 },
      (_, i) =>
        `b${i}: &b${i} [${Array(10)
          .fill(i ? `*b${i - 1}` : 'x')
          .join(', ')}]`,
    )
    expect(refused(`${HEAD}x-bomb:\n  ${levels.join('\n  ')}\n`).message).toContain('expand to too much')
  })

  it('an alias within its own anchor', () => {
    expect(refused(`${HEAD}x-loop: &a\n  again: *a\n`).message).toContain('within its own anchor')
  })

  it('more aliases than anybody writes', () => {
    const many = Array(6000).fill('*a').join(', ')
    expect(refused(`${HEAD}x-a: &a 1\nx-many: [${many}]\n`).message).toContain('aliases')
  })

  it('a few hundred aliases of one part are read', () => {
    const paths = Array.from({ length: 300 }, (_, i) => `  /p${i}:\n    get: *op`).join('\n')
    const text = `${HEAD}x-op: &op\n  responses: {200: {description: ok}}\npaths:\n${paths}\n`
    expect(read(text).definition.resources).toHaveLength(301)
  })

  test.each(['[', '{"a":'])('nesting by %s', (open) => {
    const deep = open.repeat(200_000)
    const close = (open === '[' ? ']' : '}').repeat(200_000)
    const value = open === '[' ? deep + close : `${deep}1${close}`
    const text = `{"openapi":"3.0.0","info":{"title":"x"},"components":{"schemas":{"A":{"x":${value}}}}}`
    expect(refused(text).message).toContain('nested too deeply')
  })

  it('text beyond the limit of Amazon', () => {
    expect(refused(`${HEAD}x-long: "${'a'.repeat(6 * 1024 * 1024)}"\n`).message).toContain('6 MB')
  })

  it('10,000 paths', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`/a${i % 100}/b${i}`, { get: {} }]),
    )
    const { definition } = read(JSON.stringify({ openapi: '3.0.0', info: { title: 'x' }, paths }))
    expect(definition.resources).toHaveLength(10_101)
  })

  it('10,000 errors, in an answer that a person can read', () => {
    const paths = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [
        `/p${i}`,
        { get: { parameters: [{ $ref: 'other.yaml#/p' }] } },
      ]),
    )
    const { message } = refused(JSON.stringify({ openapi: '3.0.0', info: { title: 'x' }, paths }))
    expect(message.length).toBeLessThan(20_000)
    expect(message).toContain("External reference 'other.yaml#/p' is not supported")
    expect(message).toContain('(#/paths/~1p0/get/parameters/0/$ref)')
    expect(message).toContain('9900 more')
  })
})

describe('much made of little', () => {
  const many = (n: number, one: (i: number) => [string, unknown]) =>
    Object.fromEntries(Array.from({ length: n }, (_, i) => one(i)))
  const document = (members: object) => JSON.stringify({ openapi: '3.0.0', info: { title: 'x' }, ...members })
  const headers = many(5000, (i) => [`H${i}`, {}])
  const parameters = Array.from({ length: 5000 }, (_, i) => ({ in: 'query', name: `q${i}` }))
  const requestParameters = many(5000, (i) => [`integration.request.header.h${i}`, "'x'"])

  test.each([
    ['a response', { responses: { 200: { $ref: '#/components/responses/R' } } }],
    [
      'an integration',
      { 'x-amazon-apigateway-integration': { $ref: '#/components/x-amazon-apigateway-integrations/I' } },
    ],
  ])('%s that thousands of operations refer to', (_name, operation) => {
    const paths = many(3000, (i) => [`/p${i}`, { get: operation }])
    const components = {
      responses: { R: { headers } },
      'x-amazon-apigateway-integrations': { I: { type: 'mock', requestParameters } },
    }
    expect(refused(document({ paths, components })).message).toContain('expand to too much')
  })

  it('a path item that thousands of paths refer to', () => {
    const paths = many(3000, (i) => [`/p${i}`, { $ref: '#/x-item' }])
    expect(refused(document({ paths, 'x-item': { parameters, get: {} } })).message).toContain(
      'expand to too much',
    )
  })

  it('one large inline schema for thousands of operations is one model', () => {
    const schema = { properties: many(3000, (i) => [`p${i}`, { type: 'string' }]) }
    const responses = { 200: { $ref: '#/components/responses/R' } }
    const paths = many(5000, (i) => [`/p${i}`, { get: { responses } }])
    const R = { content: { 'application/json': { schema } } }
    expect(read(document({ paths, components: { responses: { R } } })).definition.models).toHaveLength(1)
  })

  it('a path of thousands of parts', () => {
    expect(refused(document({ paths: { ['/a'.repeat(100_000)]: {} } })).message).toContain('at most 40 parts')
  })

  it('texts that regular expressions could stumble over', () => {
    const hard = ['{'.repeat(300_000), '${'.repeat(300_000), '\\'.repeat(300_000), ' '.repeat(300_000)]
    for (const text of hard) {
      const requestTemplates = { 'application/json': { 'Fn::Sub': text } }
      const uri = { 'Fn::Sub': `http://x/${text.trim()}` }
      const get = {
        'x-amazon-apigateway-integration': { type: 'http', httpMethod: 'GET', uri, requestTemplates },
      }
      expect(
        read(document({ info: { title: 'x', version: 3 }, paths: { '/': { get } } })).definition.resources,
      ).toHaveLength(1)
    }
    const blank = `openapi: 3.0.0\ninfo: {title: x, version: 3}\n${'\n'.repeat(1_000_000)}paths: {}\n`
    expect(read(blank).definition.restApi.version).toBe('3')
  })
})

describe('references', () => {
  it('that lead back to themselves', () => {
    const parameters = { A: { $ref: '#/components/parameters/B' }, B: { $ref: '#/components/parameters/A' } }
    const paths = { '/': { get: { parameters: [{ $ref: '#/components/parameters/A' }] } } }
    const text = JSON.stringify({ openapi: '3.0.0', info: { title: 'x' }, paths, components: { parameters } })
    expect(refused(text).message).toContain('leads back to itself (#/paths/~1/get/parameters/0)')
  })

  it('of a model to itself, and of two to each other, are models', () => {
    const schemas = {
      A: { $ref: '#/components/schemas/A' },
      B: { properties: { c: { $ref: '#/components/schemas/C' } } },
      C: { items: { $ref: '#/components/schemas/B' } },
    }
    const { definition } = read(
      JSON.stringify({ openapi: '3.0.0', info: { title: 'x' }, components: { schemas } }),
    )
    expect(definition.models.map((model) => model.name)).toEqual(['A', 'B', 'C'])
  })
})

describe('names that mean something to JavaScript', () => {
  it('stay data', () => {
    const text = `{"openapi":"3.0.0","info":{"title":"x"},"__proto__":{"polluted":1},
      "paths":{"/constructor":{"get":{"operationId":"toString","security":[{"hasOwnProperty":[]}],
        "parameters":[{"in":"constructor","name":"a"},{"in":"query","name":"__proto__"}],
        "responses":{"200":{"headers":{"__proto__":{}},"content":{"__proto__":{"schema":{"type":"object"}}}}},
        "x-amazon-apigateway-request-validator":"constructor",
        "x-amazon-apigateway-integration":{"type":"mock","requestTemplates":{"__proto__":"x","constructor/constructor":"y"},
          "responses":{"__proto__":{"statusCode":"200"},"constructor":{"statusCode":"200"}}}}},
      "/__proto__":{"get":{}}},
      "components":{"schemas":{"constructor":{"properties":{"__proto__":{"type":"object"},"constructor":{"type":"string"}}}}}}`
    const { definition } = read(text)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
    expect(definition.resources.map((resource) => resource.path)).toEqual(['/', '/constructor', '/__proto__'])
    const method = definition.resources[1]!.resourceMethods!.GET!
    expect(method.methodIntegration!.requestTemplates).toEqual({ 'constructor/constructor': 'y' })
    expect(Object.getPrototypeOf(method.requestParameters!)).toBe(Object.prototype)
    expect(JSON.parse(definition.models[0]!.schema!)).toEqual({
      properties: { constructor: { type: 'string' } },
    })
  })
})

describe('anything else', () => {
  it('is read or refused, never an error of ours', () => {
    const key = fc.constantFrom(
      'openapi',
      'swagger',
      'info',
      'title',
      'paths',
      '/a',
      '/{b}',
      'get',
      'post',
      'parameters',
      'in',
      'name',
      'responses',
      '200',
      'default',
      'content',
      'schema',
      '$ref',
      'headers',
      'security',
      'components',
      'schemas',
      'securitySchemes',
      'definitions',
      'items',
      'properties',
      'type',
      'x-amazon-apigateway-integration',
      'x-amazon-apigateway-authorizer',
      'requestParameters',
      'requestTemplates',
      'servers',
      'url',
      'variables',
      'basePath',
      'tags',
      'x-amazon-apigateway-policy',
      'x-amazon-apigateway-documentation',
      'documentationParts',
      'location',
      'requestBody',
      'A',
      '__proto__',
      'constructor',
    )
    const leaf = fc.constantFrom<unknown>(
      null,
      true,
      0,
      -1.5,
      '',
      'a',
      'array',
      'apiKey',
      'header',
      'path',
      'query',
      'mock',
      'http',
      'token',
      '#',
      '#/paths/~1a',
      '#/components/schemas/A',
      'x.yaml',
      '${AWS::Region}',
      'execute-api:/*',
      '200',
      'METHOD',
    )
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'large', withCrossShrink: true },
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(key, tie('node'), { maxKeys: 6 }),
      ),
    })).node
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 8 }), fc.boolean(), (members, swagger) => {
        const text = JSON.stringify({ ...members, ...(swagger ? { swagger: '2.0' } : { openapi: '3.0.1' }) })
        for (const basepath of ['ignore', 'split'] as const)
          try {
            readOpenApi(text, readOptions({ basepath }))
          } catch (error) {
            expect(error).toBeInstanceOf(Problem)
          }
      }),
      { numRuns: 400 },
    )
  })
})
