import { expect, test } from 'vitest'
import { compileTemplate } from '../../../src/core/vtl/template.ts'
import { output, renderCase, scopeOf } from '../../support/template-cases.ts'

test('no body is {}', () => {
  expect(output("$input.body|$input.json('$')|$input.path('$')")).toBe('{}|{}|{}')
  expect(output('$input.body', '')).toBe('{}')
})

test('what a template sets stays in its render, and the scope is left as it was', () => {
  const t = compileTemplate(
    '$!x#set($x=1)#set($context.stage="s")#set($stageVariables.v="w")#set($context.identity.ip="i")$context.stage',
  )
  const scope = scopeOf({
    context: { stage: 'prod', identity: { ip: '1.1.1.1' } },
    stageVariables: { v: 'v' },
  })
  const before = JSON.stringify(scope)
  expect([t.render(scope).output, t.render(scope).output]).toEqual(['s', 's'])
  expect(JSON.stringify(scope)).toBe(before)
})

test('overrides are plain values; numbers other than Integers as Java prints them', () => {
  const { overrides } = renderCase(
    [
      '#set($context.requestOverride.header.one = 1.0)',
      '#set($context.requestOverride.header.many = ["a", $input.path("$.n")])',
      '#set($context.requestOverride.querystring.q = "v")#set($context.requestOverride.path["id"] = true)',
      '#set($context.responseOverride.status = 404)#set($context.responseOverride.header.x = {"k":[1]})',
    ].join(''),
    { body: '{"n":123456789012345678901}' },
  )
  expect(overrides).toEqual({
    requestOverride: {
      header: { one: '1.0', many: ['a', '123456789012345678901'] },
      querystring: { q: 'v' },
      path: { id: true },
    },
    responseOverride: { status: 404, header: { x: { k: [1] } } },
  })
})

test('nothing set, no overrides', () => {
  expect(renderCase('$context.requestOverride.header.a $context.identity.sourceIp').overrides).toEqual({})
})

test('a key called __proto__ is a key like any other', () => {
  const { output: text, overrides } = renderCase(
    '#set($context.requestOverride.header["__proto__"] = "x")$input.path("$.__proto__.a")|$input.params("__proto__")|$context["__proto__"]|$context.constructor',
    { body: '{"__proto__":{"a":1}}', context: { a: 1 } },
  )
  expect(text).toBe('1|||')
  const { header } = overrides.requestOverride as { header: object }
  expect(Object.entries(header)).toEqual([['__proto__', 'x']])
  expect(({} as Record<string, unknown>).a).toBeUndefined()
})

test('header names keep their case, unless the caller wants them folded', () => {
  const t = compileTemplate("$input.params('x-h')|$input.params().header.get('X-H')")
  const scope = scopeOf({ params: { header: { 'X-H': 'v' } } })
  expect(t.render(scope).output).toBe('|v')
  expect(t.render({ ...scope, foldHeaderCase: true }).output).toBe('v|v')
})

test('numbers of the context keep their Java types', () => {
  const context = { int: 5, long: 1428582896000, double: 1.5 }
  const text = '$context.int.class.name $context.long.class.name $context.double.class.name $context.long'
  expect(renderCase(text, { context }).output).toBe(
    'java.lang.Integer java.lang.Long java.lang.Double 1428582896000',
  )
})

test('no value changes by being mapped', () => {
  const numbers =
    '[1,1.0,1.50,10,1e10,-0.0,123456789012345678901,9007199254740993,0.1234567890123456789,5e-324]'
  expect(output("$input.json('$')", numbers)).toBe(
    '[1,1.0,1.5,10,1.0E10,-0.0,123456789012345678901,9007199254740993,0.1234567890123456789,4.9E-324]',
  )
})

test('the extended JSONPath dialect is an addition', () => {
  const body = { c: [1, 2, 5] }
  const t =
    "$input.path('$.c[-1]')|$input.path('$.c.length()')|$input.json('$.c[0,9]')|$input.path('$[\"c\"][0]')"
  expect(output(t, body, { jsonPath: 'extended' })).toBe('5|3|[1]|1')
  expect(output("$input.path('$.c[-1]')|$input.path('$.c.length()')", body)).toBe('|')
})
