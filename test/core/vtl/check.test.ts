/** checkTemplate refuses what compileTemplate refuses, in the same words and at the same place. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkTemplate } from '../../../src/core/vtl/check.ts'
import { compileTemplate } from '../../../src/core/vtl/template.ts'

function refusal(read: (source: string) => unknown, source: string): string | null {
  try {
    read(source)
    return null
  } catch (error) {
    const { name, message, line, column } = error as Error & { line: number; column: number }
    return `${name}: ${message} (${line}:${column})`
  }
}

test.each([
  ['{"a": $input.json("$.a")}', null],
  ['#set($a = "x${b}y")#foreach($i in [1..3])$i#end', null],
  ['#if($a)\n  unfinished', /^TemplateSyntaxError/],
  ['a\n #set($a = "#if($b) unfinished")', /\(2:/],
  ['#foreach()#end', null],
  ['#set($a = "\\u12")', /Bad \\u escape/],
  ['#define()x#end', /TemplateSyntaxError/],
  ['#evaluate(1)', /#evaluate\(\) argument/],
  ['#stop("a" "b")', /#stop takes one message/],
  ['#break($a $b)', /#break takes one scope/],
  ['#literal()', /TemplateSyntaxError/],
  ['#macro(m $a)$a#end#set($x = "#m(1)")', null],
  ['x'.repeat(300 * 1024 + 1), /exceeds 300 KB/],
  [`#set($a = ${'('.repeat(5000)}1${')'.repeat(5000)})`, /TemplateSyntaxError/],
] as const)('%#', (source, expected) => {
  const found = refusal(checkTemplate, source)
  expect(found).toBe(refusal(compileTemplate, source))
  if (expected === null) expect(found).toBeNull()
  else expect(String(found)).toMatch(expected)
})

const PIECES = [
  ...[
    '#set($a = ',
    ')',
    '"',
    "'",
    '#if($a)',
    '#else',
    '#elseif($b)',
    '#end',
    '#foreach($i in $l)',
    '#foreach(',
    '$a',
  ],
  ...[
    '.b',
    '(',
    '[',
    ']',
    '${',
    '}',
    '#macro(m $x)',
    '#m(1)',
    '#@m()',
    '#define($d)',
    '#literal()',
    '#evaluate("$a")',
  ],
  ...[
    '#break',
    '#stop',
    '##',
    '#*',
    '*#',
    '\n',
    ' ',
    ',',
    '1',
    '\\u00e4',
    '\\',
    '==',
    '&&',
    '!',
    '{',
    ':',
    '#[[',
    ']]#',
  ],
]

test('whatever is written', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PIECES), { maxLength: 14 }), (pieces) => {
      const source = pieces.join('')
      expect(refusal(checkTemplate, source)).toBe(refusal(compileTemplate, source))
    }),
    { numRuns: 3000 },
  )
})
