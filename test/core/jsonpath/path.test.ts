import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../src/core/java/json.ts'
import { printJson } from '../../../src/core/java/json-print.ts'
import { compilePath, type PathDialect } from '../../../src/core/jsonpath/path.ts'

const DOC = {
  store: {
    book: [
      { t: 'A', p: 8 },
      { t: 'B', p: 12, i: 'x' },
      { t: 'C', p: 9 },
    ],
    bike: { p: 19 },
  },
  'a-b': 1,
  n: null,
}

function read(path: string, doc: unknown = DOC, dialect?: PathDialect): unknown {
  const v = compilePath(path, dialect).read(parseJson(JSON.stringify(doc)))
  return v === undefined ? undefined : JSON.parse(printJson(v))
}

test.each([
  ['$', DOC],
  ['$.store.book[0].t', 'A'],
  ["$['store']['bike'].p", 19],
  ['store.bike.p', 19],
  ['$.a-b', 1],
  ['$.n', null],
  ['$.nope', undefined],
  ['$.n.x', undefined],
  ['$.store.book[9]', undefined],
  ['$.store.book[-1]', undefined],
  ['$.store.book[*].t', ['A', 'B', 'C']],
  ['$.store.book[-2:].t', ['B', 'C']],
  ['$.store.book[:2].t', ['A', 'B']],
  ['$.store.book[1:9].t', ['B', 'C']],
  ['$.store.book[0,2].t', ['A', 'C']],
  ['$.store.book[(@.length-1)].t', 'C'],
  ['$..p', [8, 12, 9, 19]],
  ['$..nope', []],
  ['$.store.book[?(@.i)].t', ['B']],
  ['$.store.book[?(!@.i)].t', ['A', 'C']],
  ['$.store.book[?(@.p < 10)].t', ['A', 'C']],
  ["$.store.book[?(@.p < 10 && @.t != 'A')].t", ['C']],
  ['$.store.book[?(@.t =~ /a|b/i)].t', ['A', 'B']],
  ['$.store.book[?(@.p > $.a-b)].t', ['A', 'B', 'C']],
  ["$.store.bike['p','q']", { p: 19 }],
])('%s', (path, value) => {
  expect(read(path)).toEqual(value)
})

test('only paths without wildcards, scans, slices and filters are definite', () => {
  const definite = (p: string) => compilePath(p).definite
  expect(['$', '$.a', '$.a[0]', "$['a','b']", '$[(@.length-1)]'].map(definite)).toEqual(Array(5).fill(true))
  expect(['$..a', '$.*', '$[*]', '$[0,1]', '$[1:]', '$[?(@.a)]'].map(definite)).toEqual(Array(6).fill(false))
})

test.each([
  '',
  '$.',
  '$..',
  '$x',
  '$. a',
  '$[abc]',
  '$["a"]',
  '$[?(@.a',
  '$[?(@..a)]',
  "$[?(@.a in ['x'])]",
  '$[::2]',
])('%j is refused', (path) => {
  expect(() => compilePath(path)).toThrow()
})

test('an index into what is no list is an error, not missing', () => {
  expect(() => read('$.a-b[0]')).toThrow(/can only be applied to arrays/)
})

describe('the extended dialect', () => {
  test.each([
    ['$.store.book[-1].t', 'C'],
    ['$.store.book[0,-1,9].t', ['A', 'C']],
    ['$.store.book.length()', 3],
    ['$["store"]["bike"]["p"]', 19],
    ['$.store.book[?(@.t == "B")].p', [12]],
    ['$.a-b[0]', undefined],
    ['$.store.bike.keys()', ['p']],
  ])('%s', (path, value) => {
    expect(read(path, DOC, 'extended')).toEqual(value)
  })
  test('numbers have sums, averages and bounds', () => {
    const of = (f: string) => read(`$.${f}()`, [3, 1, 2], 'extended')
    expect(['sum', 'avg', 'min', 'max', 'size'].map(of)).toEqual([6, 2, 1, 3, 3])
  })
})

test('any text is a path or refused', () => {
  const bits = [
    '$',
    '.',
    '..',
    '[',
    ']',
    '*',
    "'a'",
    'a',
    '0',
    '-1',
    ':',
    ',',
    '?',
    '(',
    ')',
    '@',
    '==',
    '&&',
    ' ',
    '!',
    '/a/i',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 12 }), (parts) => {
      try {
        read(parts.join(''), { a: [{ a: 1 }, [2]] })
      } catch (e) {
        expect(e).toHaveProperty('kind')
      }
    }),
    { numRuns: 3000 },
  )
})
