import { expect, test } from 'vitest'
import {
  caret,
  compileTemplate,
  TemplateRuntimeError,
  TemplateSyntaxError,
} from '../../../src/core/vtl/template.ts'
import { output } from '../../support/template-cases.ts'

function failure(f: () => unknown): TemplateSyntaxError | TemplateRuntimeError {
  try {
    f()
  } catch (e) {
    if (e instanceof TemplateSyntaxError || e instanceof TemplateRuntimeError) return e
    throw e
  }
  throw new Error('nothing failed')
}

test.each([
  ['#if(true)\n  a', 2, 4, /end of the template/],
  ['a\r\n  #set($x = )', 2, 13, /Unexpected "\)"/],
  ['{\n\t"a": #foreach($i in)', 2, 22, /end of the template/],
  ['#end', 1, 1, /Unexpected "#end"/],
  ['cost: $', 1, 7, /middle of a token/],
  ['#set($x = "a $b.c( d")', 1, 22, /Unexpected/],
  ['#set($x = 1 & 2)', 1, 13, /Unexpected "&"/],
])('%j points at line %i, column %i', (template, line, column, message) => {
  const e = failure(() => compileTemplate(template))
  expect(e).toBeInstanceOf(TemplateSyntaxError)
  expect([e.line, e.column]).toEqual([line, column])
  expect(e.message).toMatch(message)
})

test.each([
  ['a\n$input.path("$.t")[9]', 2, 1, '$input.path("$.t")[9]', 'IndexOutOfBoundsException'],
  ['  $input.path("$..")', 1, 3, '$input.path("$..")', 'InvalidPathException'],
  ['#set($s = "x")\n\n "$s.substring(4).trim()"', 3, 3, '$s.substring(4)', 'StringIndexOutOfBoundsException'],
  ['$util.urlDecode("100%")', 1, 1, '$util.urlDecode("100%")', 'IllegalArgumentException'],
  ['#set($x = "a$util.parseJson(\'{\')")', 1, 13, "$util.parseJson('{')", 'ParseException'],
  ["#evaluate('#if(')", 1, 1, "#evaluate('#if(')", 'ParseErrorException'],
  ['#foreach($a in [1])#break($x)#end', 1, 20, '#break($x)', 'VelocityException'],
])('%j fails at line %i, column %i', (template, line, column, expression, kind) => {
  const e = failure(() => output(template, { t: [1] })) as TemplateRuntimeError
  expect(e).toBeInstanceOf(TemplateRuntimeError)
  expect([e.line, e.column, e.expression, e.kind]).toEqual([line, column, expression, kind])
})

test("a body that is no JSON fails with json-smart's own words", () => {
  expect(failure(() => output("$input.json('$')", '{"a":')).message).toBe(
    'Unexpected End Of File position 4: EOF',
  )
  expect(failure(() => output("$input.path('$')", '{"a":]}')).message).toBe(
    'Unexpected character (]) at position 5.',
  )
})

test('the caret stands under the column, also after tabs and in long lines', () => {
  expect(caret('a\n\tb c', 2, 4)).toBe('\tb c\n\t  ^')
  const [text, mark] = caret(`${'x'.repeat(300)}!${'y'.repeat(300)}`, 1, 301).split('\n')
  expect(text?.[(mark as string).length - 1]).toBe('!')
})
