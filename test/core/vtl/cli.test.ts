/** `edgeway vtl` as a program sees it: what it says, where, and its exit code. */
import { expect, test } from 'vitest'
import { runVtl } from '../../../src/vtl-cli.ts'

async function vtl(argv: string[], files: Record<string, string> = {}): Promise<[number, string, string]> {
  const said: string[] = []
  const complained: string[] = []
  const code = await runVtl(argv, {
    say: (l) => void said.push(l),
    complain: (l) => void complained.push(l),
    readText: async (p) => files[p] ?? Promise.reject(new Error('no such file')),
  })
  return [code, said.join('\n'), complained.join('\n')]
}

const T = { 't.vm': '$input.path("$.n") $context.stage $stageVariables.v $input.params("id")' }

test('render takes everything a template sees', async () => {
  const files = { ...T, 'b.json': '{"n":1.0}', 'c.yaml': 'stage: prod' }
  const argv = 'render t.vm --body @b.json --context @c.yaml --stage-variables {"v":"w"} --path id=a=b'.split(
    ' ',
  )
  expect(await vtl(argv, files)).toEqual([0, '1.0 prod w a=b', ''])
})

test('render --overrides and --plain', async () => {
  const files = { 't.vm': '$nope#set($context.responseOverride.status = 404)' }
  expect(await vtl(['render', 't.vm', '--plain', '--overrides'], files)).toEqual([
    0,
    `$nope\n${JSON.stringify({ responseOverride: { status: 404 } }, null, 2)}`,
    '',
  ])
})

test('a template that fails shows the line and a caret', async () => {
  expect(await vtl(['render', 't.vm'], { 't.vm': 'a\n  #if(true' })).toEqual([
    1,
    '',
    't.vm:2:11: Unexpected end of the template\n  #if(true\n          ^',
  ])
  const [, , message] = await vtl(['render', 't.vm', '--body', '{"l":[]}'], {
    't.vm': '$input.path("$.l")[0]',
  })
  expect(message).toContain('t.vm:1:1: Index 0 out of bounds for length 0 in $input.path("$.l")[0]')
})

test.each([
  [['render'], /which template/],
  [['render', 't.vm', '--nope'], /no option --nope/],
  [['render', 't.vm', '--body'], /--body needs a value/],
  [['render', 't.vm', '--path', 'x'], /NAME=VALUE/],
  [['render', 't.vm', '--context', '[1]'], /must be an object/],
  [['render', 'none.vm'], /cannot read none.vm/],
  [['test'], /edgeway vtl test FILE/],
  [['dance'], /edgeway vtl render/],
])('%j is refused with 2', async (argv, message) => {
  const [code, said, complaint] = await vtl(argv, T)
  expect([code, said]).toEqual([2, ''])
  expect(complaint).toMatch(message)
})

test('test runs fixtures and says which fail', async () => {
  const fixtures = `
defaults: {context: {stage: prod}}
tests:
  - {name: stage, template: $context.stage, output: prod}
  - {file: t.vm, body: {n: 5}, path: {id: i}, stageVariables: {v: w}, output: 5 prod w i}
  - {template: '{"a": $input.json("$.a")}', body: {a: [1]}, json: {a: [1]}}
  - {template: '#if(', error: end of the template}
  - {template: '#set($context.responseOverride.status=201)', overrides: {responseOverride: {status: 201}}}
  - {name: bad, template: x, output: y}
`
  const [code, said, complaint] = await vtl(['test', 'dir/f.yaml'], {
    'dir/f.yaml': fixtures,
    'dir/t.vm': T['t.vm'],
  })
  expect([code, said]).toEqual([1, '5 passed, 1 failed'])
  expect(complaint).toBe('not ok  dir/f.yaml: bad\n        expected:\n        y\n        got:\n        x')
})

test.each([
  ['tests: []', /has no tests/],
  ['tests: [{template: x}]', /give output, json, error or overrides/],
  ['tests: [{output: x}]', /give template or file/],
  ['tests: [{template: x, outputs: x}]', /there is no "outputs"/],
  ['a: [', /f.yaml: /],
])('fixtures %j are refused', async (text, message) => {
  const [code, , complaint] = await vtl(['test', 'f.yaml'], { 'f.yaml': text })
  expect(code).toBe(2)
  expect(complaint).toMatch(message)
})
