import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyPatch,
  asFlag,
  asReal,
  asWhole,
  element,
  entry,
  listed,
  listedPaths,
  member,
  namedPath,
  onlyPath,
  type PatchOperation,
  type PatchTable,
  unescapeSegment,
} from '../../src/core/patch.ts'

const escapeSegment = (segment: string) => segment.replaceAll('~', '~0').replaceAll('/', '~1')

const rules = {
  '/name': member(undefined, { empty: 'no name' }),
  '/pattern': member(undefined, { keepEmpty: true }),
  '/enabled': member(asFlag),
  '/size': member(asWhole('no size')),
  '/deep/rate': member(asReal('no rate')),
  '/parameters/*': entry(asFlag, { missing: 'no such parameter' }),
  '/templates/*': entry(undefined, { empty: 'no template' }),
  '/types/*': element,
  '/scopes': listed,
  '/limits/**/rate': entry(asWhole('no limit')),
  '/limits/**': entry(undefined, { ops: ['remove'] }),
}
const table: PatchTable = { rules, refusal: namedPath }
const apply = (document: object, ...operations: PatchOperation[]) =>
  applyPatch<object>(table, document, operations)

describe('what operations do', () => {
  test.each<[string, object, PatchOperation[], object]>([
    ['replace a member', { name: 'a' }, [{ op: 'replace', path: '/name', value: 'b' }], { name: 'b' }],
    ['an empty value takes a member away', { size: 1 }, [{ op: 'replace', path: '/size', value: '' }], {}],
    [
      'two stars stand for any number of segments',
      {},
      [
        { op: 'add', path: '/limits/~1a/GET/rate', value: '1' },
        { op: 'add', path: '/limits//b/c/GET/rate', value: '2' },
        { op: 'add', path: '/limits/d/rate', value: '3' },
      ],
      { limits: { rate: { '/a/GET': 1, '/b/c/GET': 2, d: 3 } } },
    ],
    ['or is kept', {}, [{ op: 'replace', path: '/pattern', value: '' }], { pattern: '' }],
    [
      'numbers',
      {},
      [
        { op: 'replace', path: '/size', value: '12' },
        { op: 'replace', path: '/deep/rate', value: '1.5' },
      ],
      { size: 12, deep: { rate: 1.5 } },
    ],
    ['true is true', {}, [{ op: 'replace', path: '/enabled', value: 'True' }], { enabled: true }],
    [
      'and nothing else is',
      { enabled: true },
      [{ op: 'replace', path: '/enabled', value: 'whatever' }],
      { enabled: false },
    ],
    ['not even nothing', { enabled: true }, [{ op: 'replace', path: '/enabled' }], { enabled: false }],
    [
      'an entry is added',
      {},
      [{ op: 'add', path: '/templates/a~1b', value: 'x' }],
      { templates: { 'a/b': 'x' } },
    ],
    [
      'the last entry takes its map along',
      { templates: { a: 'x' } },
      [{ op: 'remove', path: '/templates/a' }],
      {},
    ],
    [
      'a set grows once',
      { types: ['a/b'] },
      [
        { op: 'add', path: '/types/a~1b' },
        { op: 'add', path: '/types/c' },
      ],
      { types: ['a/b', 'c'] },
    ],
    [
      'a replacement goes last',
      { types: ['a', 'b'] },
      [{ op: 'replace', path: '/types/a', value: 'c' }],
      { types: ['b', 'c'] },
    ],
    [
      'a set by value',
      { scopes: ['a'] },
      [
        { op: 'add', path: '/scopes', value: 'b,c' },
        { op: 'remove', path: '/scopes', value: 'a' },
      ],
      { scopes: ['b', 'c'] },
    ],
    ['an emptied set is gone', { scopes: ['a'] }, [{ op: 'remove', path: '/scopes', value: 'a' }], {}],
  ])('%s', (_, before, operations, after) => {
    expect(apply(before, ...operations)).toEqual(after)
  })
})

describe('what they are refused with', () => {
  test.each<[PatchOperation, string]>([
    [{ op: 'replace', path: '/name', value: '' }, 'no name'],
    [{ op: 'replace', path: '/size', value: 'x' }, 'no size'],
    [{ op: 'replace', path: '/size', value: '1.5' }, 'no size'],
    [{ op: 'replace', path: '/deep/rate', value: 'NaN' }, 'no rate'],
    [{ op: 'remove', path: '/parameters/x' }, 'no such parameter'],
    [{ op: 'replace', path: '/parameters/x', value: 'true' }, 'no such parameter'],
    [{ op: 'add', path: '/templates/x' }, 'no template'],
    [
      { op: 'add', path: '/name', value: 'x' },
      'Invalid patch operation specified. Must be one of: [replace]',
    ],
    [
      { op: 'test', path: '/types/a' },
      'Invalid patch operation specified. Must be one of: [add, remove, replace]',
    ],
    [{ op: 'add', path: '/types', value: 'x' }, 'Invalid patch path /types'],
    [{ op: 'add', path: '/types/a/b' }, 'Invalid patch path /types/a/b'],
    [{ op: 'add' }, 'Invalid patch path null'],
  ])('%j', (operation, sentence) => {
    expect(() => apply({}, operation)).toThrow(sentence)
  })

  test('by tables that list their paths', () => {
    const listing = { rules: { '/b': member(), '/a': member() }, refusal: listedPaths }
    const refused = (operation: PatchOperation) => () => applyPatch(listing, {}, [operation])
    expect(refused({ op: 'replace', path: '/c' })).toThrow(
      "Invalid patch path  '/c' specified for op 'replace'. Must be one of: [/b, /a]",
    )
    expect(refused({ op: 'add', path: '/a' })).toThrow(
      "Invalid patch path  '/a' specified for op 'add'. Please choose supported operations",
    )
  })

  test('by tables that only name the path', () => {
    expect(() => applyPatch({ rules, refusal: onlyPath }, {}, [{ op: 'add', path: '/name' }])).toThrow(
      'Invalid patch path /name',
    )
  })
})

test('the document that was handed in stays as it is, also when a later operation is refused', () => {
  const document = { name: 'a', types: ['x'] }
  const operations: PatchOperation[] = [
    { op: 'replace', path: '/name', value: 'b' },
    { op: 'add', path: '/types/y' },
    { op: 'add', path: '/nothing' },
  ]
  expect(() => apply(document, ...operations)).toThrow()
  apply(document, ...operations.slice(0, 2))
  expect(document).toEqual({ name: 'a', types: ['x'] })
})

test('any key survives the path', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      expect(unescapeSegment(escapeSegment(key))).toBe(key)
      const path = `/types/${escapeSegment(key)}`
      expect(apply({}, { op: 'add', path })).toEqual({ types: [key] })
    }),
  )
})
