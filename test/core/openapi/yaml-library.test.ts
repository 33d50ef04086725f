/** What only the library reads: anchors, merge keys, tags, and where a broken text is broken. */
import { expect, test } from 'vitest'
import { libraryYaml, YamlError } from '../../../src/core/openapi/yaml-library.ts'

test.each([
  ['a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n', { a: { b: 1, c: 2 }, d: { b: 1, c: 3 } }],
  ['a: 1\na: 2\n', { a: 2 }],
  ['200: ok\n0x1F: hex\n', { 200: 'ok', 31: 'hex' }],
  ['a: 2020-01-01\nb: 012\nc: 1_0\nd: yes\ne: ~\n', { a: '2020-01-01', b: 12, c: '1_0', d: 'yes', e: null }],
  ['a: !Sub x-${AWS::Region}\nb: !Ref B\n', { a: { 'Fn::Sub': 'x-${AWS::Region}' }, b: { Ref: 'B' } }],
  ['a: !GetAtt [F, Arn]\n', { a: { 'Fn::GetAtt': ['F', 'Arn'] } }],
  ['a: !Sub\n  - ${x}\n  - {x: !Ref Y}\n', { a: { 'Fn::Sub': ['${x}', { x: { Ref: 'Y' } }] } }],
  ['a: !Transform {Name: n}\n', { a: { 'Fn::Transform': { Name: 'n' } } }],
  ['a: !!python/object {x: 1}\nb: !!str 1\n', { a: { x: 1 }, b: '1' }],
])('%j', (text, value) => {
  expect(libraryYaml(text)).toEqual(value)
})

test.each([
  ['a: [1\nb: 2', 2],
  ['a:\n\t- b', 2],
  ['a: "x', 1],
])('%j is broken at its line', (text, line) => {
  const broken = () => libraryYaml(text)
  expect(broken).toThrow(YamlError)
  try {
    broken()
  } catch (error) {
    expect((error as YamlError).line).toBe(line)
  }
})

test.each([
  ['aliases', `a: &a 1\nb: [${Array(5001).fill('*a').join(',')}]`, 'More than 5000 aliases'],
  ['depth', `a: ${'['.repeat(2000)}${']'.repeat(2000)}`, 'It is nested too deeply'],
])('%s beyond the bound', (_what, text, detail) => {
  expect(() => libraryYaml(text)).toThrow(expect.objectContaining({ detail }))
})
