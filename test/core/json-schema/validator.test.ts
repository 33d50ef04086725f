import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Model } from '../../../src/core/documents.ts'
import { parseInstance } from '../../../src/core/json-schema/instance.ts'
import { Models } from '../../../src/core/json-schema/models.ts'
import { SchemaError } from '../../../src/core/json-schema/terms.ts'

const model = (name: string, schema: unknown): Model => ({
  id: name.toLowerCase(),
  name,
  contentType: 'application/json',
  schema: typeof schema === 'string' ? schema : JSON.stringify(schema),
})
const violations = (schema: unknown, value: unknown) =>
  new Models([model('M', schema)]).violations('M', JSON.stringify(value))

/** schema, valid values, then invalid values with all that is said of them */
const CASES: [schema: unknown, valid: unknown[], invalid: [value: unknown, ...messages: string[]][]][] = [
  [{}, [null, 1, 'a', [], {}], []],
  [
    { type: 'string' },
    ['', 'a'],
    [
      [1, 'instance type (integer) does not match any allowed primitive type (allowed: ["string"])'],
      [1.5, 'instance type (number) does not match any allowed primitive type (allowed: ["string"])'],
      [null, 'instance type (null) does not match any allowed primitive type (allowed: ["string"])'],
      [[], 'instance type (array) does not match any allowed primitive type (allowed: ["string"])'],
    ],
  ],
  [
    { type: ['object', 'array'] },
    [{}, []],
    [
      [
        true,
        'instance type (boolean) does not match any allowed primitive type (allowed: ["array","object"])',
      ],
    ],
  ],
  [
    { type: 'number' },
    [1, 1.5],
    [['1', 'instance type (string) does not match any allowed primitive type (allowed: ["number"])']],
  ],
  [
    { type: 'integer' },
    [1, -2],
    [[1.5, 'instance type (number) does not match any allowed primitive type (allowed: ["integer"])']],
  ],
  [
    { required: ['b', 'a'] },
    [{ a: 1, b: 2 }, 'not an object'],
    [
      [{}, 'object has missing required properties (["a","b"])'],
      [{ a: null }, 'object has missing required properties (["b"])'],
      [{ __proto__: 1, constructor: 1 }, 'object has missing required properties (["a","b"])'],
    ],
  ],
  [
    { properties: { a: {} }, patternProperties: { '^x-': {} }, additionalProperties: false },
    [{ a: 1, 'x-b': 2 }, {}],
    [[{ d: 1, a: 1, c: 2 }, 'object instance has properties which are not allowed by the schema: ["c","d"]']],
  ],
  [
    { properties: { a: { type: 'string' } }, additionalProperties: { type: 'integer' } },
    [{ a: '', b: 1 }],
    [
      [
        { a: '', b: '' },
        'instance type (string) does not match any allowed primitive type (allowed: ["integer"])',
      ],
    ],
  ],
  [
    { enum: ['cat', 1, { a: [1] }] },
    ['cat', 1, { a: [1] }],
    [['dog', 'instance value ("dog") not found in enum (possible values: ["cat",1,{"a":[1]}])']],
  ],
  [
    { minimum: 1, maximum: 5 },
    [1, 5, '0'],
    [
      [0, 'numeric instance is lower than the required minimum (minimum: 1, found: 0)'],
      [5.5, 'numeric instance is greater than the required maximum (maximum: 5, found: 5.5)'],
    ],
  ],
  [
    { minimum: 1, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
    [2],
    [
      [1, 'numeric instance is not strictly greater than the required minimum 1'],
      [5, 'numeric instance is not strictly lower than the required maximum 5'],
    ],
  ],
  [{ multipleOf: 0.1 }, [0.3, 1, 0], [[0.35, 'remainder of division is not zero (0.35 / 0.1)']]],
  [
    { minLength: 2, maxLength: 3 },
    ['ab', '😀😀😀'],
    [
      ['a', 'string "a" is too short (length: 1, required minimum: 2)'],
      ['abcd', 'string "abcd" is too long (length: 4, maximum allowed: 3)'],
    ],
  ],
  [
    { pattern: '^[0-9]+$' },
    ['42', 42],
    [['4x', 'ECMA 262 regex "^[0-9]+$" does not match input string "4x"']],
  ],
  [
    { minItems: 1, maxItems: 2, uniqueItems: true },
    [[1], [1, '1'], {}],
    [
      [[], 'array is too short: must have at least 1 elements but instance has 0 elements'],
      [[1, 2, 3], 'array is too long: must have at most 2 elements but instance has 3 elements'],
      [
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
        'array must not contain duplicate elements',
      ],
    ],
  ],
  [
    { items: { type: 'integer' } },
    [[], [1]],
    [[[1, 'a'], 'instance type (string) does not match any allowed primitive type (allowed: ["integer"])']],
  ],
  [
    { items: [{ type: 'integer' }], additionalItems: false },
    [[], [1]],
    [[[1, 2], 'schema only allows 1 elements in array but instance has 2 elements']],
  ],
  [
    { items: [{}], additionalItems: { type: 'null' } },
    [['a', null]],
    [[['a', 1], 'instance type (integer) does not match any allowed primitive type (allowed: ["null"])']],
  ],
  [
    { minProperties: 1, maxProperties: 1 },
    [{ a: 1 }],
    [
      [{}, 'object has too few properties (found 0 but schema requires at least 1)'],
      [{ a: 1, b: 1 }, 'object has too many properties (found 2 but schema requires at most 1)'],
    ],
  ],
  [
    { dependencies: { card: ['zip', 'name'], vip: { required: ['level'] } } },
    [{}, { zip: 1 }, { card: 1, zip: 1, name: 1 }],
    [
      [
        { card: 1, zip: 1 },
        'property "card" of object has missing property dependencies (schema requires ["name","zip"]; missing: ["name"])',
      ],
      [{ vip: 1 }, 'object has missing required properties (["level"])'],
    ],
  ],
  [
    { allOf: [{ minimum: 1 }, { maximum: 2 }] },
    [1, 2],
    [[3, 'instance failed to match all required schemas (matched only 1 out of 2)']],
  ],
  [
    { anyOf: [{ type: 'null' }, { type: 'string' }] },
    [null, ''],
    [[1, 'instance failed to match at least one required schema among 2']],
  ],
  [
    { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
    [1],
    [
      [3, 'instance failed to match exactly one schema (matched 2 out of 2)'],
      [0, 'instance failed to match exactly one schema (matched 0 out of 2)'],
    ],
  ],
  [{ not: { type: 'string' } }, [1], [['', 'instance matched a schema which it should not have']]],
  [
    { format: 'date-time' },
    ['2026-11-23T21:00:00Z', '2024-02-29T00:00:00.123456+0100'],
    [
      [
        '2025-02-29T00:00:00Z',
        `string "2025-02-29T00:00:00Z" is invalid against requested date format(s) [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,12}Z]`,
      ],
    ],
  ],
  [{ format: 'email' }, ['a.b@example.com'], [['a@', 'string "a@" is not a valid email address']]],
  [{ format: 'ipv4' }, ['127.0.0.1'], [['256.0.0.1', 'string "256.0.0.1" is not a valid IPv4 address']]],
  [
    { format: 'ipv6' },
    ['::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
    [['1::2::3', 'string "1::2::3" is not a valid IPv6 address']],
  ],
  [{ format: 'hostname' }, ['a-b.example'], [['-a', 'string "-a" is not a valid hostname']]],
  [{ format: 'uri' }, ['https://example.com/a?b#c', '/a'], [['a b', 'string "a b" is not a valid URI']]],
  [{ format: 'regex' }, ['^a$'], [['(', 'string "(" is not a valid ECMA 262 regular expression']]],
  [
    { format: 'uuid' },
    ['123e4567-e89b-12d3-a456-426614174000'],
    [['x', 'input string "x" is not a valid UUID']],
  ],
  [{ format: 'something else' }, ['x'], []],
]

describe('JSON Schema draft 4', () => {
  test.each(CASES)('%j', (schema, valid, invalid) => {
    for (const value of valid) expect(violations(schema, value), JSON.stringify(value)).toEqual([])
    for (const [value, ...messages] of invalid) expect(violations(schema, value)).toEqual(messages)
  })

  test('a value tells all of its own faults, by keyword; members are looked into only while there is none', () => {
    const schema = {
      type: 'object',
      required: ['name'],
      minProperties: 3,
      properties: { price: { type: 'number' }, name: { type: 'string', pattern: '^[a-z]+$', maxLength: 3 } },
    }
    expect(violations(schema, { price: 'free' })).toEqual([
      'object has too few properties (found 1 but schema requires at least 3)',
      'object has missing required properties (["name"])',
    ])
    expect(violations(schema, { price: 'free', name: 'ABCD', x: 1 })).toEqual([
      'string "ABCD" is too long (length: 4, maximum allowed: 3)',
      'ECMA 262 regex "^[a-z]+$" does not match input string "ABCD"',
      'instance type (string) does not match any allowed primitive type (allowed: ["number"])',
    ])
  })

  test('references: within a model, to itself, to another model and into it', () => {
    const url = (name: string) => `https://apigateway.amazonaws.com/restapis/abc123/models/${name}`
    const models = new Models([
      model('Tree', {
        definitions: { 'a/b': { type: 'integer' } },
        properties: {
          value: { $ref: '#/definitions/a~1b' },
          left: { $ref: '#' },
          right: { $ref: url('Tree') },
        },
        additionalProperties: false,
      }),
      model('Forest', { type: 'array', items: { $ref: url('Tree'), type: 'string' } }),
      model('Leaf', { $ref: `${url('Tree')}#/definitions/a~1b` }),
    ])
    expect(models.violations('Tree', '{"left":{"right":{"value":1}}}')).toEqual([])
    expect(models.violations('Tree', '{"left":{"right":{"valeu":1}}}')).toEqual([
      'object instance has properties which are not allowed by the schema: ["valeu"]',
    ])
    expect(models.violations('Forest', '[{"value":1}]')).toEqual([])
    expect(models.violations('Forest', '[{"value":"1"}]')[0]).toContain('instance type (string)')
    expect(models.violations('Leaf', '1.5')[0]).toContain('instance type (number)')
  })

  test('a body that is no JSON, and no body', () => {
    const models = new Models([model('M', { required: ['a'] }), model('Any', { type: 'object' })])
    for (const body of ['', ' ', '{', 'a', '{"a":1,}'])
      expect(models.violations('M', body)).toEqual(['Unknown error parsing request body'])
    expect(models.violations('Any', '')).toEqual([])
  })

  test.each<[string, unknown]>([
    ['not JSON', '{'],
    ['a schema that is a list', []],
    ['a reference to nowhere', { $ref: '#/definitions/a' }],
    [
      'a reference to a model that is not there',
      { $ref: 'https://apigateway.amazonaws.com/restapis/a/models/N' },
    ],
    ['a reference elsewhere', { $ref: 'https://example.com/schema' }],
    ['a reference to itself', { $ref: '#' }],
    ['a pattern that is none', { pattern: '(' }],
    ['an enum that is none', { enum: 'a' }],
  ])('%s is a SchemaError, never a pass', (_, schema) => {
    expect(() => violations(schema, {})).toThrow(SchemaError)
  })
})

describe('what a body may cost', () => {
  const bounded = (schema: unknown, body: string, steps: number) =>
    new Models([model('M', schema)], steps).violations('M', body)
  const TREE = { $ref: '#' }
  const branch = (op: string) => ({
    type: 'object',
    properties: { op: { enum: [op] }, left: TREE },
    required: ['op', 'left'],
  })
  const lists = { type: 'array', items: TREE }
  /** Each schema leads to the next one twice. */
  const doubling = (levels: number, last: object) => ({
    $ref: '#/definitions/0',
    definitions: {
      ...Array.from({ length: levels }, (_, level) => ({
        anyOf: [{ $ref: `#/definitions/${level + 1}` }, { $ref: `#/definitions/${level + 1}` }],
      })),
      [levels]: last,
    },
  })

  test.each<[string, object, (depth: number) => string, string[]]>([
    [
      'anyOf',
      { anyOf: [branch('and'), branch('or'), { type: 'number' }] },
      (depth) => `${'{"op":"and","left":'.repeat(depth)}"x"${'}'.repeat(depth)}`,
      ['instance failed to match at least one required schema among 3'],
    ],
    [
      'oneOf',
      { oneOf: [lists, lists, { type: 'number' }] },
      (depth) => '['.repeat(depth) + ']'.repeat(depth),
      ['instance failed to match exactly one schema (matched 0 out of 3)'],
    ],
    ['allOf', { allOf: [lists, lists] }, (depth) => '['.repeat(depth) + ']'.repeat(depth), []],
    [
      'not',
      { anyOf: [{ not: { anyOf: [lists, lists] } }, { type: 'null' }] },
      (depth) => '['.repeat(depth) + ']'.repeat(depth),
      [],
    ],
    ['$ref', doubling(40, { items: { type: 'string' } }), () => '["a"]', []],
  ])(
    '%s: a value is held against a schema once, however many ways lead there',
    (_, schema, body, expected) => {
      expect(bounded(schema, body(50), 40_000)).toEqual(expected)
      expect(bounded(schema, body(100), 80_000)).toHaveLength(expected.length)
    },
  )

  test('a verdict is of one value, and of one body', () => {
    const models = new Models([model('M', { oneOf: [branch('and'), branch('or'), { type: 'number' }] })])
    const nested = (leaf: string) => `${'{"op":"and","left":'.repeat(20)}${leaf}${'}'.repeat(20)}`
    for (const leaf of ['1', '"x"', '{"op":"or","left":2}', '{"op":"or"}', '3'])
      expect([leaf, models.violations('M', nested(leaf)).length]).toEqual([leaf, /x|"}/.test(leaf) ? 1 : 0])
  })

  test.each<[string, object, string]>([
    ['schemas that lead to each other', doubling(14, { type: 'null' }), '1'],
    [
      'members',
      { properties: { a: TREE }, patternProperties: { '^a': TREE } },
      `${'{"a":'.repeat(12)}1${'}'.repeat(12)}`,
    ],
    ['items', { items: { minimum: 0 } }, JSON.stringify(Array(10_000).fill(1))],
    [
      'an enum of objects',
      { items: { enum: Array.from({ length: 500 }, (_, a) => ({ a })) } },
      JSON.stringify(Array(30).fill({ a: 499 })),
    ],
    ['required names', { items: { required: Array.from({ length: 20_000 }, (_, at) => `k${at}`) } }, '[{}]'],
    [
      'duplicates',
      { items: TREE, uniqueItems: true },
      `${'['.repeat(100)}${Array.from({ length: 100 }, (_, at) => at)}${']'.repeat(100)}`,
    ],
    [
      'lengths',
      { allOf: Array(20).fill({ maxLength: 1500 }) },
      JSON.stringify('\u00e9'.repeat(1400) + '\u{1f600}'.repeat(60)),
    ],
    ['formats', { allOf: Array(20).fill({ format: 'uri' }) }, JSON.stringify('/'.repeat(1000))],
    ['patterns', { items: { pattern: '^a' } }, JSON.stringify(Array(1000).fill('a'))],
  ])('steps are counted: %s', (_, schema, body) => {
    expect(() => bounded(schema, body, 10_000 - 8 * body.length)).toThrow(RangeError)
  })

  test('a long body may take more steps', () => {
    const three = { items: { oneOf: [{ type: 'string' }, { type: 'integer' }, { type: 'null' }] } }
    expect(bounded(three, JSON.stringify(Array(1000).fill(12)), 100)).toEqual([])
  })

  test('messages end at a hundred of them, and at 16 KiB', () => {
    const type = { items: { type: 'string' } }
    expect(violations(type, Array(99).fill(1))).toHaveLength(99)
    expect(violations(type, Array(5000).fill(1))).toEqual(violations(type, Array(100).fill(1)))
    // nothing is looked for behind the last one
    expect(bounded(type, JSON.stringify(Array(5000).fill(1)), 1000 - 8 * 10_001)).toHaveLength(100)

    const long = violations({ items: { enum: [1] } }, Array(10).fill('x'.repeat(7000)))
    expect(long).toHaveLength(3)
    expect(long.join('').length).toBeLessThan(17_000)
    expect(long[0]).toBe(`instance value ("${'x'.repeat(7000)}") not found in enum (possible values: [1])`)
    expect(long[2]).toMatch(/^instance value \("x+…$/)
  })
})

describe('a number written with a fraction or an exponent', () => {
  const of = (schema: unknown, body: string) => new Models([model('M', schema)]).violations('M', body)
  const NUMBER = 'instance type (number) does not match any allowed primitive type (allowed: ["integer"])'

  test.each([
    '1.0',
    '-1.00',
    '1e2',
    '1E+2',
    '1.5e1',
    '0.0',
    '1e-400',
    '1.0000000000000000001',
    '12345678901234567890.5',
  ])('%s is no integer', (number) => {
    expect(of({ type: 'integer' }, number)).toEqual([NUMBER])
    expect(of({ type: 'number' }, number)).toEqual([])
    const nested = `{"__proto__": {"text": "1.0 \\" 2e3"}, "list" : [ 1, ${number}, {"a":null} ], "n":1}`
    const list = { properties: { list: { items: [{ type: 'integer' }, { type: 'integer' }, {}] } } }
    expect(of({ type: 'object', ...list }, nested)).toEqual([NUMBER])
  })

  test('is its value to everything else', () => {
    expect(of({ enum: [1] }, '1.0')).toEqual([])
    expect(of({ minimum: 2 }, '1.0')).toHaveLength(1)
    expect(of({ multipleOf: 2 }, '4.0')).toEqual([])
    expect(of({ uniqueItems: true }, '[1, 1.0]')).toHaveLength(1)
    expect(of({ enum: [[1, { a: 2 }]] }, '[1.0,{"a":2.0}]')).toEqual([])
    expect(of({ properties: { value: { type: 'string' } }, minProperties: 1 }, '1.0')).toEqual([])
    expect(of({ type: 'integer' }, '"1.0"')).toEqual([
      'instance type (string) does not match any allowed primitive type (allowed: ["integer"])',
    ])
    expect(of({ type: 'integer' }, '10')).toEqual([])
  })

  test('does not change what else a body says', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const body = `[1.0, ${text}]`
        expect(JSON.parse(JSON.stringify(parseInstance(body)))).toEqual(JSON.parse(body))
      }),
    )
  })
})
