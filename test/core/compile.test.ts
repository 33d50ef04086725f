import { expect, test } from 'vitest'
import { compile } from '../../src/core/compile.ts'
import { definitionOf } from '../execute/gateway.ts'

test('a deployment warns of what cannot be read, and of nothing else', () => {
  const definition = definitionOf({
    '/good': {
      GET: { integration: { type: 'MOCK', requestTemplates: { 'application/json': '$input.json("$")' } } },
    },
    '/bad': {
      GET: {
        integration: {
          type: 'MOCK',
          requestTemplates: { 'application/json': '{}\n#if(' },
          integrationResponses: {
            200: { statusCode: '200', responseTemplates: { 'text/xml': '#foreach' } },
            400: { statusCode: '400', selectionPattern: '(' },
          },
        },
      },
    },
  })
  expect(compile(definition, 'd', 'us-east-1').warnings).toEqual([
    expect.stringMatching(
      /^GET \/bad: request template for application\/json cannot be read at line 2, column \d+: /,
    ),
    expect.stringMatching(/^GET \/bad: response template of 200 for text\/xml cannot be read/),
    expect.stringMatching(/^GET \/bad: .*Invalid selection pattern/),
  ])
})
