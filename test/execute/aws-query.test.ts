/** Services of the query protocol behind an endpoint that is not Amazon's: asked as the SDKs ask, answered as Amazon answers. */
import { createServer, type Server } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { close, listen } from '../support/listen.ts'
import { aws, template } from './aws-integration.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

let server: Server
let gateway: TestGateway
let asked: { line: string; type: string | undefined; body: string }
let answer = { status: 200, type: 'text/xml', body: '' }

const form = { 'integration.request.header.Content-Type': "'application/x-www-form-urlencoded'" }
const query = (from: Record<string, string>) => ({
  requestParameters: Object.fromEntries(
    Object.entries(from).map(([to, value]) => [`integration.request.querystring.${to}`, value]),
  ),
})

const publish = aws('sns:action/Publish&TopicArn=mine', { requestParameters: form })

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    asked = { line: `${request.method} ${request.url}`, type: request.headers['content-type'], body }
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  })
  gateway = await startGateway(
    definitionOf({
      '/path': {
        POST: {
          integration: aws('sqs:path/1/q', {
            ...template('Action=SendMessage&MessageBody=$util.urlEncode($input.body)'),
            requestParameters: form,
          }),
        },
      },
      '/action': {
        POST: {
          integration: aws('sns:action/Publish', {
            ...template('TopicArn=t&Message=$util.urlEncode($input.body)'),
            requestParameters: form,
          }),
        },
      },
      '/fixed/{m}': {
        POST: {
          integration: aws('sqs:action/SendMessage&MessageBody={m}&QueueUrl=mine', {
            requestParameters: {
              ...form,
              'integration.request.path.m': 'method.request.path.m',
              'integration.request.querystring.QueueUrl': 'method.request.querystring.q',
            },
          }),
        },
      },
      '/query': {
        GET: {
          integration: aws(
            'sqs:path/1/q',
            query({ Action: "'SendMessage'", MessageBody: 'method.request.querystring.m' }),
            'GET',
          ),
        },
      },
      '/ignored': {
        POST: { integration: aws('sns:action/Publish', { ...template('{}'), ...query({ Message: "'m'" }) }) },
      },
      '/json': {
        POST: {
          integration: aws('sqs:action/SendMessage', {
            ...template('{"MessageBody":"m"}'),
            requestParameters: {
              'integration.request.header.X-Amz-Target': "'AmazonSQS.SendMessage'",
              'integration.request.header.Content-Type': "'application/x-amz-json-1.0'",
            },
          }),
        },
      },
      '/xml': {
        POST: {
          integration: aws('sqs:path/1/q', {
            ...template('Action=SendMessage'),
            requestParameters: { ...form, 'integration.request.header.Accept': "'application/xml'" },
          }),
        },
      },
      '/template': {
        POST: {
          integration: aws('sqs:path/1/q', {
            ...template('Action=ReceiveMessage'),
            requestParameters: form,
            integrationResponses: {
              200: {
                statusCode: '200',
                responseTemplates: {
                  'application/json':
                    "#foreach($m in $input.path('$.ReceiveMessageResponse.ReceiveMessageResult.messages'))$m.Body;#end",
                },
              },
            },
          }),
        },
      },
    }),
    { settings: { endpoints: { '': await listen(server) } } },
  )
})
afterAll(async () => {
  await gateway.stop()
  await close(server)
})

const FORM = 'application/x-www-form-urlencoded'

test.each([
  ['POST', '/path', { line: 'POST /1/q', type: FORM, body: 'Action=SendMessage&MessageBody=a+%26%C3%A9' }],
  [
    'POST',
    '/action',
    { line: 'POST /', type: FORM, body: 'Action=Publish&Version=2010-03-31&TopicArn=t&Message=a+%26%C3%A9' },
  ],
  [
    'GET',
    '/query?m=x%20y%26z',
    { line: 'POST /1/q', type: FORM, body: 'Action=SendMessage&MessageBody=x%20y%26z' },
  ],
  ['POST', '/ignored', { line: 'POST /', type: FORM, body: 'Action=Publish&Version=2010-03-31&Message=m' }],
  [
    'POST',
    '/json',
    {
      line: 'POST /?Action=SendMessage&Version=2012-11-05',
      type: 'application/x-amz-json-1.0',
      body: '{"MessageBody":"m"}',
    },
  ],
])('%s %s is asked in a form', async (method, path, request) => {
  await gateway.call(method, `/dev${path}`, { body: method === 'GET' ? undefined : 'a &é' })
  expect(asked).toEqual(request)
})

test.each([
  ['hi&QueueUrl=other', 'hi%26QueueUrl%3Dother'],
  ['hi&Action=DeleteQueue', 'hi%26Action%3DDeleteQueue'],
  ['hi;Action=PurgeQueue', 'hi%3BAction%3DPurgeQueue'],
  ['a+b%26c', 'a%2Bb%26c'],
])(
  'a value stays in its parameter, and neither query nor body overrules the URI: %s',
  async (value, sent) => {
    const call = {
      headers: { 'Content-Type': FORM },
      body: 'Action=PurgeQueue&QueueUrl=other&DelaySeconds=1',
    }
    await gateway.call('POST', `/dev/fixed/${value}?q=third`, call)
    expect(asked).toEqual({
      line: 'POST /',
      type: FORM,
      body: `Action=SendMessage&Version=2012-11-05&MessageBody=${sent}&QueueUrl=mine&DelaySeconds=1`,
    })
  },
)

test('Amazon itself gets a form without what the URI says', async () => {
  const forms: string[] = []
  /** A fake: no test may call Amazon. */
  const outbound = {
    can: {},
    send: async ({ url, body }: { url: string; body: Uint8Array }) => {
      forms.push(`${url} ${new TextDecoder().decode(body)}`)
      return { status: 200, headers: [], body: null }
    },
  }
  const amazon = await startGateway(definitionOf({ '/': { POST: { integration: publish } } }), {
    platform: {
      outbound: outbound as never,
      credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }),
    },
  })
  for (const body of ['Message=a;b+c', 'Action=DeleteTopic&Message=m&Topic%41rn=other;Version=1'])
    await amazon.call('POST', '/dev/', { headers: { 'Content-Type': FORM }, body })
  await amazon.stop()
  const at = 'https://sns.us-east-1.amazonaws.com/?Action=Publish&Version=2010-03-31&TopicArn=mine'
  expect(forms).toEqual([`${at} Message=a;b+c`, `${at} Message=m`])
})

const SENT =
  '<SendMessageResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><SendMessageResult><MessageId>i</MessageId><MD5OfMessageBody>d</MD5OfMessageBody></SendMessageResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SendMessageResponse>'

test('an answer in XML comes as the JSON that integrations accept by default', async () => {
  answer = { status: 200, type: 'text/xml', body: SENT }
  expect((await gateway.call('POST', '/dev/path', { body: 'b' })).text).toBe(
    '{"SendMessageResponse":{"ResponseMetadata":{"RequestId":"r"},"SendMessageResult":{"MD5OfMessageAttributes":null,"MD5OfMessageBody":"d","MD5OfMessageSystemAttributes":null,"MessageId":"i","SequenceNumber":null}}}',
  )
  expect((await gateway.call('POST', '/dev/xml', { body: 'b' })).text).toBe(SENT)
})

test('an error, too', async () => {
  answer = {
    status: 400,
    type: 'application/xml',
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>C</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>',
  }
  expect((await gateway.call('POST', '/dev/path', { body: 'b' })).json()).toEqual({
    Error: { Code: 'C', Message: 'm', Type: 'Sender' },
    RequestId: 'r',
  })
})

test('one message is a list of messages', async () => {
  answer = {
    status: 200,
    type: 'text/xml',
    body: '<ReceiveMessageResponse><ReceiveMessageResult><Message><Body>b</Body></Message></ReceiveMessageResult></ReceiveMessageResponse>',
  }
  expect((await gateway.call('POST', '/dev/template', { body: '{}' })).text).toBe('b;')
})

test('JSON and what is neither stay as they are', async () => {
  for (const body of ['{"a":1}', 'no', '<no']) {
    answer = { status: 200, type: body.startsWith('{') ? 'application/json' : 'text/xml', body }
    expect((await gateway.call('POST', '/dev/path', { body: 'b' })).text).toBe(body)
  }
})
