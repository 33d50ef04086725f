import { expect, test } from 'vitest'
import { Router } from '../../src/core/route.ts'

const router = new Router<string>()
for (const [path, ...verbs] of [
  ['/', 'GET'],
  ['/pets', 'GET'],
  ['/pets/{id}', 'GET', 'ANY'],
  ['/pets/{id}/toys/{toy}', 'GET'],
  ['/pets/mine', 'PUT'],
  ['/pets/mine/toys/{toy}', 'DELETE'],
  ['/files/{path+}', 'GET'],
  ['/files/{path+}', 'HEAD'],
  ['/{proxy+}', 'ANY'],
] as [string, ...string[]][])
  for (const verb of verbs) router.add(path, verb, `${verb} ${path}`)

test.each([
  ['GET', '/', 'GET /', {}],
  ['GET', '', 'GET /', {}],
  ['GET', '//', 'GET /', {}],
  ['GET', '/pets', 'GET /pets', {}],
  ['GET', '/pets/', 'GET /pets', {}],
  ['GET', '//pets', 'GET /pets', {}],
  // a resource that lacks the verb leaves the call to the greedy one
  ['POST', '/pets', 'ANY /{proxy+}', { proxy: 'pets' }],
  ['GET', '/pets/7', 'GET /pets/{id}', { id: '7' }],
  ['DELETE', '/pets/7', 'ANY /pets/{id}', { id: '7' }],
  ['PUT', '/pets/mine', 'PUT /pets/mine', {}],
  ['GET', '/pets/mine', 'GET /pets/{id}', { id: 'mine' }],
  ['GET', '/pets/mine/toys/1', 'GET /pets/{id}/toys/{toy}', { id: 'mine', toy: '1' }],
  ['DELETE', '/pets/mine/toys/1', 'DELETE /pets/mine/toys/{toy}', { toy: '1' }],
  ['GET', '/pets/7/toys', 'ANY /{proxy+}', { proxy: 'pets/7/toys' }],
  ['GET', '/files/a/b', 'GET /files/{path+}', { path: 'a/b' }],
  ['GET', '/files/a//b/', 'GET /files/{path+}', { path: 'a//b' }],
  ['POST', '/files/a/b', 'ANY /{proxy+}', { proxy: 'files/a/b' }],
  ['GET', '/files', 'ANY /{proxy+}', { proxy: 'files' }],
  ['GET', '/files/', 'ANY /{proxy+}', { proxy: 'files' }],
  // an encoded slash does not split, and stays encoded
  ['GET', '/pets/a%2Fb', 'GET /pets/{id}', { id: 'a%2Fb' }],
  // an empty segment is no value of a parameter
  ['GET', '/pets//toys/1', 'ANY /{proxy+}', { proxy: 'pets//toys/1' }],
  ['GET', '/PETS', 'ANY /{proxy+}', { proxy: 'PETS' }],
  // however its characters are written, it is the same resource: its protection holds
  ['GET', '/%70ets', 'GET /pets', {}],
  ['PUT', '/p%65ts/%6dine', 'PUT /pets/mine', {}],
  ['GET', '/pets%2F7', 'ANY /{proxy+}', { proxy: 'pets%2F7' }],
  ['GET', '/%zzets', 'ANY /{proxy+}', { proxy: '%zzets' }],
  ['GET', '/__proto__', 'ANY /{proxy+}', { proxy: '__proto__' }],
])('%s %s', (verb, path, target, parameters) => {
  expect(router.match(path, verb)).toEqual({ target, parameters })
})

test('nothing matches where no resource has the verb, and ANY is seven verbs', () => {
  const small = new Router<string>()
  small.add('/pets', 'GET', 'x')
  small.add('/any', 'ANY', 'y')
  expect(small.match('/', 'GET')).toBeNull()
  expect(small.match('/pets', 'POST')).toBeNull()
  expect(small.match('/pets', 'HEAD')).toBeNull()
  expect(small.match('/pets/1', 'GET')).toBeNull()
  expect(small.match('/any', 'TRACE')).toBeNull()
  expect(small.match('/any', 'PROPFIND')).toBeNull()
  expect(small.match('/any', 'HEAD')).not.toBeNull()
})

test('a variable has the name that its own verb gives it', () => {
  const both = new Router<string>()
  both.add('/pets/{id}', 'GET', 'read')
  both.add('/pets/{key}', 'POST', 'write')
  expect(both.match('/pets/1', 'GET')).toEqual({ target: 'read', parameters: { id: '1' } })
  expect(both.match('/pets/1', 'POST')).toEqual({ target: 'write', parameters: { key: '1' } })
})
