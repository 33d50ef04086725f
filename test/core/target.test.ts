import { expect, test } from 'vitest'
import { authorityOf } from '../../src/core/authority.ts'
import { parseTarget } from '../../src/core/target.ts'

const api = (more: object) => ({ by: 'api', rawQuery: 'q=1', ...more })

test.each([
  ['abc.execute-api.us-east-1.localhost', '/dev/a', { apiId: 'abc', region: 'us-east-1', rawPath: '/dev/a' }],
  ['abc.execute-api.us-gov-west-1.example.com', '/', { apiId: 'abc', region: 'us-gov-west-1', rawPath: '/' }],
  [
    'my-api_1.execute-api.localhost.localstack.cloud',
    '/dev',
    { apiId: 'my-api_1', region: undefined, rawPath: '/dev' },
  ],
  [
    'abc-vpce-0123.execute-api.eu-west-1.amazonaws.com',
    '/dev',
    { apiId: 'abc', region: 'eu-west-1', rawPath: '/dev' },
  ],
  ['localhost', '/_aws/execute-api/ABC/dev/a%2Fb/c', { apiId: 'abc', stage: 'dev', rawPath: '/a%2Fb/c' }],
  ['localhost', '/_aws/execute-api/abc/dev', { apiId: 'abc', stage: 'dev', rawPath: '/' }],
  ['localhost', '/_aws/execute-api/abc/dev/', { apiId: 'abc', stage: 'dev', rawPath: '/' }],
  ['localhost', '/_aws/execute-api/abc', { apiId: 'abc', stage: '', rawPath: '/' }],
  ['localhost', '/restapis/abc/dev/_user_request_/a', { apiId: 'abc', stage: 'dev', rawPath: '/a' }],
  ['localhost', '/restapis/abc/dev/_user_request_', { apiId: 'abc', stage: 'dev', rawPath: '/' }],
  // the host decides before the path does
  [
    'abc.execute-api.us-east-1.localhost',
    '/_aws/execute-api/x/dev',
    { apiId: 'abc', region: 'us-east-1', rawPath: '/_aws/execute-api/x/dev' },
  ],
])('%s %s', (host, path, expected) => {
  expect(parseTarget(authorityOf(host), path, 'q=1')).toEqual(api(expected))
})

test.each([
  ['localhost', '/restapis/abc/resources'],
  ['localhost', '/restapis/abc/stages/dev'],
  ['api.example.com', '/v1/pets'],
  ['execute-api.us-east-1.localhost', '/'],
  // a custom domain's own regional name
  ['d-a1b2c3d4e5.execute-api.us-east-1.localhost', '/v1'],
  ['localhost', '/x/_user_request_/y'],
])('%s %s names no API', (host, path) => {
  expect(parseTarget(authorityOf(host), path, '')).toBeNull()
})
