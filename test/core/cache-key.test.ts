import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  asksToInvalidate,
  clusterBytes,
  isCacheable,
  keyProgramOf,
  variantOf,
  varyOf,
} from '../../src/core/cache-key.ts'
import type { Admitted, Caller, Pair } from '../../src/core/call.ts'
import { headerOf } from '../../src/core/headers.ts'
import type { MethodProgram } from '../../src/core/program.ts'

const integration = (cacheKeyParameters: string[], cacheNamespace?: string) => ({
  proxy: true,
  responses: [],
  integration: { type: 'HTTP_PROXY', cacheKeyParameters, cacheNamespace },
})

function program(parameters: string[], namespace?: string, resourceId = 'res'): MethodProgram {
  return {
    resource: { id: resourceId, path: '/' },
    method: { httpMethod: 'GET' },
    integration: () => integration(parameters, namespace),
  } as unknown as MethodProgram
}

interface Sketch {
  query?: string
  headers?: Pair[]
  path?: Record<string, string>
  verb?: string
  deployment?: string
  type?: string
  caller?: Partial<Caller>
}

const admitted = (sketch: Sketch): Admitted =>
  ({
    caller: { identity: {}, authorizer: null, ...sketch.caller },
    matched: {
      method: { authorizationType: sketch.type ?? 'NONE' },
      pathParameters: sketch.path ?? {},
      located: {
        api: { deploymentId: sketch.deployment ?? 'dep' },
        program: { binary: () => false },
        call: {
          method: sketch.verb ?? 'GET',
          headers: sketch.headers ?? [],
          header: (name: string) => headerOf(sketch.headers ?? [], name),
          rawQuery: sketch.query ?? '',
        },
      },
    },
  }) as unknown as Admitted

const key = (parameters: string[], sketch: Sketch, namespace?: string, resourceId?: string) =>
  keyProgramOf(program(parameters, namespace, resourceId)).keyOf(admitted(sketch), null)

/** Half of a surrogate pair cannot stand in a URL. */
const encodes = (text: string): boolean => !/\p{Surrogate}/u.test(text)

describe('keys over generated parameter sets', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom('', 'a', '"', '","', '],[', '\\', 'a|b', '{}', 'null', '=', '\u0000'),
  )
  const values = fc.record({
    a: fc.option(hostile),
    b: fc.option(hostile),
    h: fc.array(
      hostile.map((text) => text.replace(/[\r\n\0]/g, '')),
      { maxLength: 3 },
    ),
    p: fc.option(hostile),
    namespace: hostile,
    principal: fc.option(hostile),
  })
  const NAMES = [
    'method.request.querystring.a',
    'method.request.querystring.b',
    'method.request.header.H',
    'method.request.path.p',
  ]

  interface Values {
    a: string | null
    b: string | null
    h: string[]
    p: string | null
    namespace: string
    principal: string | null
  }
  const keyFor = ({ a, b, h, p, namespace, principal }: Values) =>
    key(
      NAMES,
      {
        query: [
          a === null ? [] : `a=${encodeURIComponent(a)}`,
          b === null ? [] : `b=${encodeURIComponent(b)}`,
        ]
          .flat()
          .join('&'),
        headers: h.map((value): Pair => ['H', value]),
        path: p === null ? {} : { p },
        type: principal === null ? 'NONE' : 'CUSTOM',
        caller: { authorizer: principal === null ? null : { principalId: principal } },
      },
      namespace,
    )

  test('are the same only for the same values', () => {
    const encodable = values.filter(({ a, b }) => [a, b].every((text) => text === null || encodes(text)))
    fc.assert(
      fc.property(encodable, encodable, (one, two) => {
        expect(keyFor(one) === keyFor(two)).toBe(JSON.stringify(one) === JSON.stringify(two))
        expect(keyFor(one)).toBe(keyFor({ ...one }))
      }),
      { numRuns: 3000 },
    )
  })

  test('a value moved from one parameter to the next is another key', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(encodes(text))
        const value = encodeURIComponent(text)
        const keys = [
          `a=${value}`,
          `b=${value}`,
          `a=${value}&b=`,
          `a=&b=${value}`,
          `a=${value}&a=${value}`,
          '',
        ].map((query) => key(NAMES, { query }))
        expect(new Set(keys).size).toBe(text === '' ? 5 : 6)
      }),
    )
  })
})

describe('keys tell apart', () => {
  test('deployments, verbs and resources; a namespace joins resources', () => {
    const keys = [
      key([], {}),
      key([], { deployment: 'other' }),
      key([], { verb: 'HEAD' }),
      key([], {}, undefined, 'res2'),
      key([], {}, 'shared'),
    ]
    expect(new Set(keys).size).toBe(5)
    expect(key([], {}, 'shared', 'res2')).toBe(keys[4])
  })

  test('identities: principals, contexts, claims, users; not the latency of finding out', () => {
    const of = (caller: Partial<Caller>, type = 'CUSTOM') => key([], { type, caller })
    const callers: [Partial<Caller>, string?][] = [
      [{ authorizer: { principalId: 'a' } }],
      [{ authorizer: { principalId: 'b' } }],
      [{ authorizer: { principalId: 'a', tenant: 'x' } }],
      [{ authorizer: { claims: { sub: 'a' } } }, 'COGNITO_USER_POOLS'],
      [{ authorizer: { claims: { sub: 'b' } } }, 'COGNITO_USER_POOLS'],
      [{ identity: { userArn: 'arn:aws:iam::1:user/a' } }, 'AWS_IAM'],
      [{ identity: { userArn: 'arn:aws:iam::1:user/b' } }, 'AWS_IAM'],
      [{ identity: { accessKey: 'AKIA' } }, 'AWS_IAM'],
      [{}, 'NONE'],
    ]
    expect(new Set(callers.map(([caller, type]) => of(caller, type))).size).toBe(callers.length)
    expect(of({ authorizer: { principalId: 'a', integrationLatency: 1 } })).toBe(
      of({ authorizer: { principalId: 'a', integrationLatency: 2 } }),
    )
  })

  test('bearers, but not signatures, which differ in every call', () => {
    const of = (value: string, type = 'NONE') => key([], { headers: [['authorization', value]], type })
    expect(of('Bearer a')).not.toBe(of('Bearer b'))
    expect(of('AWS4-HMAC-SHA256 Credential=a')).toBe(of('AWS4-HMAC-SHA256 Credential=b'))
    expect(of('anything', 'AWS_IAM')).toBe(of('else', 'AWS_IAM'))
  })
})

test('Vary, and what back ends forget to say', () => {
  expect(
    varyOf([
      ['Vary', 'Origin,  ACCEPT'],
      ['vary', 'origin'],
    ]),
  ).toEqual(['accept', 'origin'])
  expect(varyOf([['Vary', 'Origin, *']])).toBeNull()
  expect(
    varyOf([
      ['Content-Encoding', 'identity'],
      ['Access-Control-Allow-Origin', '*'],
    ]),
  ).toEqual([])
  expect(
    varyOf([
      ['content-encoding', 'br'],
      ['access-control-allow-origin', 'https://a'],
    ]),
  ).toEqual(['accept-encoding', 'origin'])
  const [a, b] = [variantOf('k', ['x', 'y'], [['X', '1']]), variantOf('k', ['x', 'y'], [['Y', '1']])]
  expect(a).not.toBe(b)
  expect(variantOf('k', [], [['X', '1']])).toBe('k')
})

test.each([
  [200, [], true],
  [404, [], true],
  [301, [], true],
  [500, [], false],
  [206, [], false],
  [304, [], false],
  [101, [], false],
  [200, [['SET-COOKIE', 'a=b']], false],
  [200, [['Content-Type', 'text/event-stream; charset=utf-8']], false],
] as [number, Pair[], boolean][])('an answer of %i with %j is kept: %s', (status, headers, expected) => {
  expect(isCacheable(status, headers)).toBe(expected)
})

test.each([
  ['max-age=0', true],
  ['no-cache, MAX-AGE = 0', true],
  ['max-age="0"', true],
  ['max-age=00', true],
  ['max-age=01', false],
  ['max-age=10', false],
  ['s-max-age=0', false],
  ['no-cache', false],
])('Cache-Control: %s invalidates: %s', (value, expected) => {
  expect(asksToInvalidate({ headers: [['cache-control', value]], header: () => value })).toBe(expected)
})

test('sizes are gibibytes', () => {
  expect(clusterBytes('0.5')).toBe(512 * 1024 * 1024)
  expect(clusterBytes('237')).toBe(237 * 1024 ** 3)
  expect(clusterBytes(undefined)).toBe(512 * 1024 * 1024)
  expect(clusterBytes('nonsense')).toBe(512 * 1024 * 1024)
})
