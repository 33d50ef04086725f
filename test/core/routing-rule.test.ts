/** Examples of the guide (rest-api-routing-rules, rest-api-routing-rules-examples, rest-api-mappings) among others. */
import { describe, expect, test } from 'vitest'
import type { DomainPointer } from '../../src/core/api.ts'
import { pathBelow } from '../../src/core/base-path.ts'
import { routeOf } from '../../src/core/domain-route.ts'
import {
  matchesGlob,
  pathByRule,
  type RoutingCondition,
  type RoutingRule,
} from '../../src/core/routing-rule.ts'

const VALUES = ['account', 'alpha', 'backup', 'beta', 'users']

test.each([
  ['a*', ['account', 'alpha']],
  ['*a', ['alpha', 'beta']],
  ['*a*', ['account', 'alpha', 'backup', 'beta']],
  ['*', VALUES],
  ['beta', ['beta']],
  ['Beta', []],
  ['bet', []],
  ['b?ta', []],
  ['b.*', []],
])('%s matches %j', (glob, matching) => {
  expect(VALUES.filter((value) => matchesGlob(glob, value))).toEqual(matching)
})

test.each([
  ['ab*', 'ab', true],
  ['*ab', 'ab', true],
  ['*ab*', 'ab', true],
  ['*aba', 'ab', false],
  ['*', '', true],
  ['*ux=beta*', 'lang=en-us;ux=beta', true],
  ['image/webp', 'image/webp', true],
])('%s on %s: %s', (glob, value, matches) => {
  expect(matchesGlob(glob, value)).toBe(matches)
})

test.each([
  ['/orders/v1', 'orders/v1', '/'],
  ['/orders/v1/', 'orders/v1', '/'],
  ['/orders/v1/5', 'orders/v1', '/5'],
  ['/orders/v11', 'orders/v1', undefined],
  ['/orders', 'orders/v1', undefined],
  ['/Orders/v1', 'orders/v1', undefined],
  ['/x/orders/v1', 'orders/v1', undefined],
  ['/orders%2Fv1', 'orders/v1', undefined],
  ['/', '', '/'],
  ['/any/thing', '', '/any/thing'],
])('%s below %s: %s', (path, basePath, rest) => {
  expect(pathBelow(path, basePath)).toBe(rest)
})

const header = (header: string, valueGlob: string): RoutingCondition => ({
  matchHeaders: { anyOf: [{ header, valueGlob }] },
})
const path = (...anyOf: string[]): RoutingCondition => ({ matchBasePaths: { anyOf } })
const rule = (conditions: RoutingCondition[], more: Partial<RoutingRule> = {}, strip = false) => ({
  routingRuleId: 'r',
  routingRuleArn: '',
  priority: 1,
  conditions,
  actions: [{ invokeApi: { apiId: 'api', stage: 'prod', stripBasePath: strip } }],
  ...more,
})
type Headers = Record<string, string | string[]>
const valuesIn = (headers: Headers) => (name: string) =>
  Object.entries(headers).flatMap(([key, value]) => (key.toLowerCase() === name ? value : []))

describe('a rule', () => {
  test.each<[string, RoutingCondition[], string, Headers, boolean]>([
    ['without conditions', [], '/any', {}, true],
    ['a header', [header('Hello', 'World')], '/', { hello: 'World' }, true],
    ['another case of its value', [header('Hello', 'World')], '/', { Hello: 'world' }, false],
    ['no such header', [header('Hello', '*')], '/', {}, false],
    ['an empty header', [header('Hello', '*')], '/', { Hello: '' }, true],
    ['two headers', [header('a', '1'), header('b', '2')], '/', { a: '1', b: '2' }, true],
    ['one of two headers', [header('a', '1'), header('b', '2')], '/', { a: '1' }, false],
    ['two conditions on one header', [header('a', 'b*'), header('a', '*a')], '/', { a: 'beta' }, true],
    ['half of them', [header('a', 'b*'), header('a', '*a')], '/', { a: 'backup' }, false],
    ['two lines', [header('Accept', '*json')], '/', { accept: ['application/json', 'text/xml'] }, true],
    ['two in a line', [header('Accept', '*json')], '/', { accept: 'application/json,text/xml' }, false],
    ['a base path', [path('orders/v1')], '/orders/v1/5', {}, true],
    ['another base path', [path('orders/v1')], '/orders/v2/5', {}, false],
    ['any of several base paths', [path('a', 'b')], '/b', {}, true],
    ['both kinds', [header('a', '1'), path('b')], '/b/c', { a: '1' }, true],
    ['the header alone', [header('a', '1'), path('b')], '/c', { a: '1' }, false],
    ['the path alone', [header('a', '1'), path('b')], '/b', {}, false],
    ['both kinds in one condition', [{ ...header('a', '1'), ...path('b') }], '/b', { a: '2' }, false],
    [
      'any of several headers',
      [
        {
          matchHeaders: { anyOf: [...header('a', '1').matchHeaders!.anyOf, { header: 'b', valueGlob: '2' }] },
        },
      ],
      '/',
      { b: '2' },
      true,
    ],
  ])('%s', (_, conditions, at, headers, matches) => {
    expect(pathByRule(rule(conditions), at, valuesIn(headers))).toBe(matches ? at : undefined)
  })

  test.each([
    [['PetStoreShopper/dogs'], true, '/PetStoreShopper/dogs', '/'],
    [['PetStoreShopper/dogs'], false, '/PetStoreShopper/dogs', '/PetStoreShopper/dogs'],
    [['PetStoreShopper'], true, '/PetStoreShopper/dogs', '/dogs'],
    [['PetStoreShopper'], false, '/PetStoreShopper/dogs', '/PetStoreShopper/dogs'],
    [['PetStoreShopper'], true, '/PetStoreShopper', '/'],
    [['a', 'a/b'], true, '/a/b/c', '/c'],
    [['a/b', 'a'], true, '/a/b/c', '/c'],
    [[], true, '/a/b', '/a/b'],
  ])('%j, strip %s: %s -> %s', (basePaths, strip, at, seen) => {
    const conditions = basePaths.length > 0 ? [path(...basePaths)] : []
    expect(pathByRule(rule(conditions, {}, strip), at, () => [])).toBe(seen)
  })
})

const to = (apiId: string, stage = 'prod') => ({
  actions: [{ invokeApi: { apiId, stage, stripBasePath: false } }],
})
const domain = (
  routingMode: string | undefined,
  rules: RoutingRule[] | undefined,
  mappings: DomainPointer['mappings'],
): DomainPointer => ({ domainName: 'd', region: 'us-east-1', domain: { routingMode }, rules, mappings })
const mapping = (basePath: string, restApiId: string) => ({ basePath, restApiId, stage: 'prod' })

const SHOPPER = [header('Accept', 'image/webp'), header('Pet', 'Dog-*'), path('PetStoreShopper')]
const HELLO = rule([header('Hello', 'World')], { routingRuleId: 'abc123', ...to('api1') })

describe('a domain name', () => {
  const only = domain(
    'ROUTING_RULE_ONLY',
    [
      HELLO,
      rule(SHOPPER, { routingRuleId: 'zzz000', ...to('api2') }),
      rule([], { routingRuleId: 'efg456', ...to('api3') }),
    ],
    [mapping('(none)', 'never')],
  )
  test.each<[string, Headers, string]>([
    ['/', { Hello: 'World' }, 'api1'],
    ['/PetStoreShopper', { Hello: 'World', Pet: 'Dog-Bella', Accept: 'image/webp' }, 'api1'],
    ['/PetStoreShopper', { Pet: 'Dog-Bella', Accept: 'image/webp' }, 'api2'],
    ['/PetStoreShopper', { Pet: 'Dog-Bella' }, 'api3'],
  ])('with rules only: %s %j -> %s', (at, headers, apiId) => {
    expect(routeOf(only, at, valuesIn(headers))).toMatchObject({ apiId, stageName: 'prod' })
  })

  const both = domain(
    'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
    [HELLO, rule(SHOPPER, to('api2'))],
    [mapping('PetStoreShopper/cats', 'api4'), mapping('PetStoreShopper', 'api3')],
  )
  test.each<[string, Headers, object | undefined]>([
    [
      '/PetStoreShopper',
      { Accept: 'image/webp', Pet: 'Cats' },
      { apiId: 'api3', path: '/', basePath: 'PetStoreShopper' },
    ],
    ['/PetStoreShopper/cats/1', {}, { apiId: 'api4', path: '/1', basePath: 'PetStoreShopper/cats' }],
    [
      '/PetStoreShopper/cats',
      { Hello: 'World' },
      { apiId: 'api1', path: '/PetStoreShopper/cats', routingRuleId: 'abc123' },
    ],
    ['/Admin', { Pet: 'Dog-Bella' }, undefined],
  ])('with rules and mappings: %s %j -> %j', (at, headers, route) => {
    const found = routeOf(both, at, valuesIn(headers))
    expect(found && JSON.parse(JSON.stringify(found))).toEqual(route && { stageName: 'prod', ...route })
  })

  test.each([undefined, 'BASE_PATH_MAPPING_ONLY'])('with mappings only (%s) asks no rule', (mode) => {
    const mapped = domain(mode, [rule([], to('never'))], [mapping('(none)', 'api1')])
    expect(routeOf(mapped, '/x', () => [])).toMatchObject({ apiId: 'api1', path: '/x', basePath: '(none)' })
  })

  test('whose pointer knows no rules falls back to mappings, or to nothing', () => {
    const old = (mode: string) => domain(mode, undefined, [mapping('(none)', 'api1')])
    expect(routeOf(old('ROUTING_RULE_THEN_BASE_PATH_MAPPING'), '/', () => [])?.apiId).toBe('api1')
    expect(routeOf(old('ROUTING_RULE_ONLY'), '/', () => [])).toBeUndefined()
  })
})
