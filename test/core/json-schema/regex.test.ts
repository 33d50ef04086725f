import { expect, test } from 'vitest'
import type { Model } from '../../../src/core/documents.ts'
import { renewBudget } from '../../../src/core/json-schema/budget.ts'
import { Models } from '../../../src/core/json-schema/models.ts'
import { regex } from '../../../src/core/json-schema/regex.ts'
import { SchemaError } from '../../../src/core/json-schema/terms.ts'

/** Long enough for the engine that counts, whatever the expression. */
const filler = ' '.repeat(400)

test.each([
  ['^[a-z]+$', ['abc', 'ab\n', 'aB', '']],
  ['(a+)+$', ['aaa', 'b']],
  ['(a|b)*c', ['ababc', 'abab']],
  ['^(?:[^@\\s]+)+@x\\.y$', ['me@x.y', 'me @x.y', 'me@xzy']],
  ['^(.|\\.)+$', ['a\u0085b', 'a\u2028b', 'a\nb']],
  ['([[&^]|x)+]', ['[]', '&]', '^]', 'y]']],
  ['^(\\s|x)*$', ['\u00a0\ufeff', 'xx', 'y']],
  ['^(\\S|x)*$', ['\u00a0', 'xx', 'x x']],
  ['^([^\\S]|x)+$', ['\u3000', 'y']],
  ['(\\bfoo\\b|z)+', ['a foo b', 'éfooé', 'afoo', 'zz']],
  ['^(a{1,2}|b{c}|{)+$', ['aa', 'b{c}', '{', 'b']],
  ['^([]|a)+$', ['a', '']],
  ['^([^]|a)+$', ['\n', '']],
  ['^(\\/|\\-|\\e|\\x41|\\u0042|\\cJ|\\0|\\v)+$', ['/-eAB\n\0\v', 'C']],
  ['^(?<q>[\'"])(a|b)*\\k<q>$', ["'ab'", '\'ab"']],
  ['^(?=.*\\d)(?=.*[a-z])(.|x){4,8}$', ['abc1', 'abcd', 'a1']],
  ['^(\\p{L}|a)+$', ['p{L}', 'é']],
])('%s has one meaning in both engines', (source, texts) => {
  const own = new RegExp(source)
  for (const text of texts) {
    renewBudget()
    expect([text, regex(source).test(text)]).toEqual([text, own.test(text)])
    // as the expression is not anchored to it, the filler sends the text to the other engine
    if (!source.startsWith('^')) expect(regex(source).test(filler + text)).toBe(own.test(filler + text))
  }
})

test('what is no expression is an error of the schema', () => {
  expect(() => regex('(')).toThrow(SchemaError)
})

const violationsOf = (pattern: string, body: unknown) => {
  const schema = JSON.stringify({ items: { pattern } })
  return () => new Models([{ name: 'M', schema } as Model]).violations('M', JSON.stringify(body))
}

test.each([
  ['^(a+)+$', `${'a'.repeat(60)}!`],
  ['^(a|aa)+$', `${'a'.repeat(60)}!`],
  ['^([a-z0-9]+-?)+$', `${'a1'.repeat(40)}!`],
  ['^[^@]+@[^@]+\\.[^@]+$', `a@${'.'.repeat(100_000)}@`],
  ['^\\s*x?\\s*$', `${' '.repeat(100_000)}!`],
])('%s does not hold the process up', (pattern, text) => {
  expect(violationsOf(pattern, [text])).toThrow(RangeError)
})

test('many texts of one body share its budget', () => {
  expect(violationsOf('^(a+)+$', [`${'a'.repeat(17)}!`])()).toHaveLength(1)
  expect(violationsOf('^(a+)+$', Array(90).fill(`${'a'.repeat(17)}!`))).toThrow(RangeError)
  expect(violationsOf('^(a+)+$', Array(20_000).fill('a'.repeat(14)))()).toEqual([])
})

test('everyday expressions take long and many texts', () => {
  expect(violationsOf('^[^@]+@[^@]+\\.[^@]+$', Array(20_000).fill('somebody@mail.example.com'))()).toEqual([])
  expect(violationsOf('^[\\w .,-]*$', ['lorem ipsum, '.repeat(100_000)])()).toEqual([])
})
