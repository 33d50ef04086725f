/** Systems Manager's actions: parameters in the query string, answers as the query protocol has them. */
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { close, listen } from '../support/listen.ts'
import { aws, template } from './aws-integration.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

let server: Server
let gateway: TestGateway
const asked: { target: string; type: string; url: string; body: unknown }[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const body = JSON.parse(text)
    const { 'x-amz-target': target, 'content-type': type } = request.headers
    asked.push({ target: String(target), type: String(type), url: request.url!, body })
    const known = body.Name !== 'gone'
    response.writeHead(known ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' })
    response.end(
      known
        ? '{"Parameter":{"Value":"v"}}'
        : '{"__type":"com.amazonaws.ssm#ParameterNotFound","message":"no"}',
    )
  })
  const action = (name: string, from: Record<string, string>, more: object = {}) => ({
    integration: aws(`ssm:action/${name}`, {
      ...template('{"Name": "not this one"}'),
      requestParameters: Object.fromEntries(
        Object.entries(from).map(([to, value]) => [`integration.request.querystring.${to}`, value]),
      ),
      ...more,
    }),
  })
  gateway = await startGateway(
    definitionOf({
      '/one': {
        POST: action('GetParameter', { Name: 'method.request.querystring.n', WithDecryption: "'true'" }),
      },
      '/many': {
        POST: action('GetParameters', {
          'Names.member.1': "'a'",
          'Names.member.2': "'b'",
          Tags: 'method.request.multivaluequerystring.t',
        }),
      },
      '/fixed/{n}': {
        POST: {
          integration: aws('ssm:action/GetParameter&Name={n}&WithDecryption=false', {
            requestParameters: {
              'integration.request.path.n': 'method.request.path.n',
              'integration.request.querystring.Name': 'method.request.querystring.n',
            },
          }),
        },
      },
      '/list': { GET: action('DescribeParameters', { MaxResults: "'5'" }) },
    }),
    { settings: { endpoints: { '': await listen(server) } } },
  )
})
afterAll(async () => {
  await gateway.stop()
  await close(server)
})

test('parameters come from the query string, typed; the answer is wrapped', async () => {
  const answer = await gateway.call('POST', '/dev/one?n=%2Fa%2Fb', { body: '{}' })
  expect(answer.json()).toEqual({
    GetParameterResponse: {
      GetParameterResult: { Parameter: { Value: 'v' } },
      ResponseMetadata: { RequestId: answer.header('x-amzn-requestid') },
    },
  })
  expect(asked.pop()).toEqual({
    target: 'AmazonSSM.GetParameter',
    type: 'application/x-amz-json-1.1',
    url: '/',
    body: { Name: '/a/b', WithDecryption: true },
  })
})

test('a value stays in its parameter, and what the URI says stands', async () => {
  await gateway.call('POST', '/dev/fixed/a&WithDecryption=true;Name=b?n=other', { body: '{}' })
  expect(asked.pop()!.body).toEqual({ Name: 'a&WithDecryption=true;Name=b', WithDecryption: false })
})

test('numbered members and repeated names are lists', async () => {
  await gateway.call('POST', '/dev/many?t=x&t=y', { body: '{}' })
  expect(asked.pop()!.body).toEqual({ Names: ['a', 'b'], Tags: ['x', 'y'] })
})

test('pages end with a null token; a GET is asked by POST', async () => {
  const answer = await gateway.call('GET', '/dev/list')
  expect(answer.json()).toMatchObject({
    DescribeParametersResponse: { DescribeParametersResult: { NextToken: null } },
  })
  expect(asked.pop()!.body).toEqual({ MaxResults: 5 })
})

test('errors are those of the query protocol', async () => {
  const answer = await gateway.call('POST', '/dev/one?n=gone', { body: '{}' })
  expect(answer.json()).toEqual({
    Error: { Code: 'ParameterNotFound', Message: 'no', Type: 'Sender' },
    RequestId: answer.header('x-amzn-requestid'),
  })
})
