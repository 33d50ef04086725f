import { expect, test } from 'vitest'
import { methodRules } from '../../src/core/method-settings.ts'
import { clientBuckets, stageBuckets } from '../../src/core/traffic.ts'

const stage = (methodSettings: Record<string, object>, cacheClusterEnabled = false) => ({
  methodSettings,
  cacheClusterEnabled,
})

test('the most specific key that sets a field wins', () => {
  const settings = {
    '*/*': { throttlingRateLimit: 1, throttlingBurstLimit: 11, loggingLevel: 'INFO' },
    '~1pets~1{id}/*': { throttlingRateLimit: 2 },
    '~1pets~1{id}/GET': { throttlingRateLimit: 3 },
    '~1/GET': { throttlingRateLimit: 4 },
  }
  const rate = (path: string, verb: string, called = verb) =>
    methodRules(stage(settings), path, verb, called).throttlingRateLimit
  expect(rate('/other', 'GET')).toBe(1)
  expect(rate('/pets/{id}', 'POST')).toBe(2)
  expect(rate('/pets/{id}', 'GET')).toBe(3)
  expect(rate('/pets/{id}', 'ANY', 'GET')).toBe(3)
  expect(rate('/pets/{id}', 'ANY', 'PUT')).toBe(2)
  expect(rate('/', 'GET')).toBe(4)
  expect(rate('/pets', 'GET')).toBe(1)
  expect(methodRules(stage(settings), '/pets/{id}', 'GET').throttlingBurstLimit).toBe(11)
  expect(methodRules(stage(settings), '/pets/{id}', 'GET').loggingLevel).toBe('INFO')
})

test('keys are read with and without their leading slash, encoded or not', () => {
  for (const key of ['~1pets/GET', '/pets/GET', 'pets/GET', '/~1pets/get'.slice(1)])
    expect(
      methodRules(stage({ [key]: { throttlingRateLimit: 9 } }), '/pets', 'GET').throttlingRateLimit,
    ).toBe(9)
})

test.each([
  ['GET by default', {}, 'GET', true],
  ['no other verb by default', {}, 'POST', false],
  ['no other verb by wildcard', { '*/*': { cachingEnabled: true } }, 'POST', false],
  ['another verb that is named', { '~1p/POST': { cachingEnabled: true } }, 'POST', true],
  ['not where it is switched off', { '*/*': { cachingEnabled: false } }, 'GET', false],
  [
    'where a method switches it on again',
    { '*/*': { cachingEnabled: false }, '~1p/GET': { cachingEnabled: true } },
    'GET',
    true,
  ],
  ['not with a TTL of zero', { '*/*': { cacheTtlInSeconds: 0 } }, 'GET', false],
])('a stage with a cache cluster caches: %s', (_name, settings, verb, expected) => {
  expect(methodRules(stage(settings, true), '/p', verb).cachingEnabled).toBe(expected)
  expect(methodRules(stage(settings, false), '/p', verb).cachingEnabled).toBe(false)
})

const called = { region: 'r', apiId: 'a', stageName: 's', path: '/pets', verb: 'GET', called: 'GET' }
const account = { rateLimit: 10_000, burstLimit: 5000 }

test('a call passes the client’s method, the plan, the method and the account', () => {
  const plan = {
    id: 'p',
    throttle: { rateLimit: 20, burstLimit: 2 },
    apiStages: [
      { apiId: 'a', stage: 'other', throttle: { '/pets/GET': { rateLimit: 99, burstLimit: 9 } } },
      { apiId: 'a', stage: 's', throttle: { '/pets/GET': { rateLimit: 10, burstLimit: 1 } } },
    ],
  }
  const rules = methodRules(
    stage({ '*/*': { throttlingRateLimit: 30, throttlingBurstLimit: 3 } }),
    '/pets',
    'GET',
  )
  const buckets = [...clientBuckets(called, plan, 'k'), ...stageBuckets(called, rules, account)]
  expect(buckets.map(({ rate, burst }) => [rate, burst])).toEqual([
    [10, 1],
    [20, 2],
    [30, 3],
    [10_000, 5000],
  ])
  expect(new Set(buckets.map(({ key }) => key)).size).toBe(4)
  // the plan's bucket is the key's over all its stages, the method's is its own
  const elsewhere = clientBuckets({ ...called, apiId: 'b', path: '/' }, plan, 'k')
  expect(elsewhere).toEqual([buckets[1]])
  expect(clientBuckets(called, plan, 'k2').every(({ key }) => buckets.every((b) => b.key !== key))).toBe(true)
})

test('a negative limit is none; a limit without a burst holds one second', () => {
  const rules = methodRules(
    stage({ '*/*': { throttlingRateLimit: -1, throttlingBurstLimit: -1 } }),
    '/pets',
    'GET',
  )
  expect(stageBuckets(called, rules, account)).toHaveLength(1)
  expect(clientBuckets(called, { id: 'p', throttle: { rateLimit: 2.5 } }, 'k')[0]).toMatchObject({
    rate: 2.5,
    burst: 3,
  })
  expect(clientBuckets(called, { id: 'p', throttle: { burstLimit: 5 } }, 'k')).toEqual([])
})

test.each(['//GET', '/GET', '//*', '/*/*'])('the root resource may be written %s in a usage plan', (name) => {
  const stages = [{ apiId: 'a', stage: 's', throttle: { [name]: { rateLimit: 1, burstLimit: 1 } } }]
  const plan = { id: 'p', apiStages: stages }
  expect(clientBuckets({ ...called, path: '/' }, plan, 'k')).toHaveLength(1)
  expect(clientBuckets(called, plan, 'k')).toHaveLength(name === '/*/*' ? 1 : 0)
})
