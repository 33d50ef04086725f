/** The fast reader answers what the library answers, or nothing. */
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { fastYaml } from '../../../src/core/openapi/yaml-block.ts'

const byLibrary = (text: string): unknown =>
  parse(text, { merge: true, uniqueKeys: false, logLevel: 'error' })

/** Both readers on one text; how often the fast one answers is counted, so that the property cannot hold by its silence. */
function compared(text: string, count: { fast: number }): void {
  const fast = fastYaml(text)
  if (fast === undefined) return
  count.fast++
  let slow: unknown
  try {
    slow = byLibrary(text)
  } catch (error) {
    throw new Error(`the library refuses ${JSON.stringify(text)}: ${error}`)
  }
  expect(fast, JSON.stringify(text)).toEqual(slow)
}

describe('the fast YAML reader', () => {
  it('agrees on values that are written in every style', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        'yes',
        'null',
        '~',
        '1.0',
        '0x1',
        '0o7',
        '.5',
        '1e3',
        '-',
        'a: b',
        '# c',
        ' lead',
        'trail ',
        '<<',
        "it's",
      ),
      fc.constantFrom(
        'para one\n\npara two\n',
        'line\n  further in\nback\n\n',
        '\n\nlate',
        'long '.repeat(40),
        'a\\b"c',
      ),
    )
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(text, tie('node'), { maxKeys: 5 }),
      ),
    })).node
    const style = fc.record({
      indentSeq: fc.boolean(),
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
      lineWidth: fc.constantFrom(0, 40, 80),
      indent: fc.constantFrom(2, 4),
    })
    const count = { fast: 0 }
    fc.assert(
      fc.property(fc.dictionary(text, value, { minKeys: 1 }), style, (document, options) => {
        compared(stringify(document, options), count)
      }),
      { numRuns: 500 },
    )
    expect(count.fast).toBeGreaterThan(150)
  })

  it('agrees on lines thrown together', () => {
    const words =
      `a:|b: 1|- x|- y: 2|-|- - z|c: \\||d: >|e: \\|+|f: >-|g: \\|2|text|more text # c|"q": r|# comment||  |k: [1, 2, {a: b}]
k: [1, 2|k: {x: "y"|, 3]|b: 2}|]|}|{"a":1,|l: "open|m: 'open|close"|close'|mid dle|tail \\\\|\\\\ lead"|it''s'|? long|? "q"|: v|: a: b|:
n: !x y|o: &a b|p: *a|...|u: 1 # c|v : w|http://x: y|x:y|- "a": b|z: - a|- "q|- 'r|x: "a`
        .split(/\n|(?<!\\)\|/)
        .map((word) => word.replaceAll('\\|', '|').replaceAll('\\\\', '\\'))
    const line = fc
      .tuple(fc.constantFrom(0, 1, 2, 2, 4, 6), fc.constantFrom(...words))
      .map(([indent, word]) => ' '.repeat(indent) + word)
    const count = { fast: 0 }
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        compared(lines.join('\n'), count)
        compared(`${lines.join('\n')}\n`, count)
      }),
      { numRuns: 6000 },
    )
    expect(count.fast).toBeGreaterThan(500)
  })

  test.each([
    'a: &x 1\nb: *x\n',
    'a: \u00a0\n',
    'a: !Sub x\n',
    'a:\n\tb: 1\n',
    '%YAML 1.2\n---\na: 1\n',
    'a: 1\n---\nb: 2\n',
    'a: 1\n  b: 2\n',
    'a: "x\n',
    '<<: {a: 1}\n',
    '__proto__: 1\n',
  ])('leaves to the library: %j', (text) => {
    expect(fastYaml(text)).toBeUndefined()
  })
})
