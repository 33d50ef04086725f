/** The ARN of a method, and how else its path may be read. */
import { expect, test } from 'vitest'
import type { Matched } from '../../src/core/call.ts'
import { methodArns } from '../../src/core/method-arn.ts'

const matched = (path: string, pathParameters: Record<string, string>, region = 'eu-west-1') =>
  ({
    located: {
      api: { region, apiId: 'api1' },
      accountId: '123456789012',
      stage: { stageName: 'v1' },
      call: { method: 'GET' },
    },
    resource: { path },
    pathParameters,
  }) as unknown as Matched
const read = (path: string, parameters: Record<string, string> = {}) =>
  methodArns(matched(path, parameters)).map((arn) => arn.split('/v1/GET')[1])

test('the parts of an ARN', () => {
  expect(methodArns(matched('/pets', {}))).toEqual([
    'arn:aws:execute-api:eu-west-1:123456789012:api1/v1/GET/pets',
  ])
  expect(methodArns(matched('/', {}, 'cn-north-1'))[0]).toBe(
    'arn:aws-cn:execute-api:cn-north-1:123456789012:api1/v1/GET/',
  )
})

test.each([
  ['/pets', {}, ['/pets']],
  ['/', {}, ['/']],
  ['/pets/{id}', { id: 'a1' }, ['/pets/a1']],
  ['/pets/{id}', { id: '%61%31' }, ['/pets/a1']],
  ['/pets/{id}', { id: 'a%20b' }, ['/pets/a%20b']],
  ['/pets/{id}', { id: 'a b' }, ['/pets/a%20b']],
  ['/pets/{id}', { id: '%C3%BC' }, ['/pets/%C3%BC']],
  ['/pets/{id}', { id: '%c3%bc' }, ['/pets/%C3%BC']],
  ['/pets/{id}', { id: '*' }, ['/pets/%2A']],
  ['/pets/{id}', { id: '%2a' }, ['/pets/%2A']],
  ['/pets/{id}', { id: '%3F' }, ['/pets/%3F']],
  ['/pets/{id}', { id: '${aws:username}' }, ['/pets/%24%7Baws:username%7D']],
  ['/pets/{id}', { id: 'a:b@c,d!' }, ['/pets/a:b@c,d!']],
  ['/pets/{id}', { id: '%zz' }, ['/pets/%25zz']],
  ['/pets/{id}', { id: 'a%252Fb' }, ['/pets/a%252Fb']],
  ['/pets/{id}', { id: 'a%2Fb' }, ['/pets/a%2Fb', '/pets/a/b']],
  ['/pets/{id}', { id: 'a;v=1' }, ['/pets/a;v=1', '/pets/a']],
  ['/pets/{id}', { id: '%2e%2e' }, ['/pets/..', '/']],
  ['/pets/{id}', { id: '..%2fadmin' }, ['/pets/..%2Fadmin', '/admin']],
  ['/pets/{id}', { id: '..%5cadmin' }, ['/pets/..%5Cadmin', '/admin']],
  ['/{proxy+}', { proxy: 'a/b/c' }, ['/a/b/c']],
  ['/{proxy+}', { proxy: 'a//b' }, ['/a//b', '/a/b']],
  ['/{proxy+}', { proxy: 'a/./b' }, ['/a/./b', '/a/b']],
  ['/{proxy+}', { proxy: 'a/%2e%2e/b' }, ['/a/../b', '/b']],
  ['/{proxy+}', { proxy: '../../b' }, ['/../../b', '/b']],
  ['/{a}/x/{b}', { a: '1', b: '2' }, ['/1/x/2']],
  ['/{a}/x', { a: '{b}' }, ['/%7Bb%7D/x']],
] as [string, Record<string, string>, string[]][])('%s %j: %j', (path, parameters, expected) => {
  expect(read(path, parameters)).toEqual(expected)
})
