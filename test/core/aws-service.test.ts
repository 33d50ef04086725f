import { describe, expect, test } from 'vitest'
import { endpointOf, parseServiceUri, serviceRequest } from '../../src/core/aws-service.ts'

const uri = (rest: string, region = 'us-east-1') => `arn:aws:apigateway:${region}:${rest}`
const request = (
  rest: string,
  {
    region = 'us-east-1',
    method = 'POST',
    query = '',
    headers = [] as [string, string][],
    overrides = {},
  } = {},
) => serviceRequest(parseServiceUri(uri(rest, region))!, { method, query, headers }, overrides)

describe('AWS service URIs', () => {
  test.each<[string, string, string, string]>([
    // service part of the URI, region, URL, scope of the signature
    ['dynamodb:path/', 'us-east-1', 'https://dynamodb.us-east-1.amazonaws.com/', 'dynamodb us-east-1'],
    [
      'sqs:path/123456789012/my-queue',
      'eu-west-3',
      'https://sqs.eu-west-3.amazonaws.com/123456789012/my-queue',
      'sqs eu-west-3',
    ],
    ['sns:path//', 'us-east-1', 'https://sns.us-east-1.amazonaws.com/', 'sns us-east-1'],
    [
      'lambda:path//2015-03-31/functions/f/invocations',
      'us-east-1',
      'https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/f/invocations',
      'lambda us-east-1',
    ],
    [
      's3:path/bucket/a%20b/c+d:e%C3%A9',
      'us-west-2',
      'https://s3.us-west-2.amazonaws.com/bucket/a%20b/c%2Bd%3Ae%C3%A9',
      's3 us-west-2',
    ],
    ['s3:path/bucket?acl', 'us-west-2', 'https://s3.us-west-2.amazonaws.com/bucket?acl', 's3 us-west-2'],
    [
      'my.bucket.s3:path/key',
      'us-west-2',
      'https://my.bucket.s3.us-west-2.amazonaws.com/key',
      's3 us-west-2',
    ],
    [
      'abc123.execute-api:path/dev/pets',
      'us-east-1',
      'https://abc123.execute-api.us-east-1.amazonaws.com/dev/pets',
      'execute-api us-east-1',
    ],
    [
      'streams.dynamodb:path/',
      'us-east-1',
      'https://streams.dynamodb.us-east-1.amazonaws.com/',
      'dynamodb us-east-1',
    ],
    [
      'runtime.sagemaker:path/endpoints/e/invocations',
      'us-east-1',
      'https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/e/invocations',
      'sagemaker us-east-1',
    ],
    [
      'a1b2-ats.iotdata:path/topics/t?qos=1',
      'us-east-1',
      'https://a1b2-ats.iot.us-east-1.amazonaws.com/topics/t?qos=1',
      'iotdata us-east-1',
    ],
    [
      'email:path/v2/email/outbound-emails',
      'us-east-1',
      'https://email.us-east-1.amazonaws.com/v2/email/outbound-emails',
      'ses us-east-1',
    ],
    [
      'search-mine.es:path/_search',
      'us-east-1',
      'https://search-mine.us-east-1.es.amazonaws.com/_search',
      'es us-east-1',
    ],
    [
      'sms-voice.pinpoint:path/v1/sms',
      'us-east-1',
      'https://sms-voice.pinpoint.us-east-1.amazonaws.com/v1/sms',
      'sms-voice us-east-1',
    ],
    ['memory-db:path/', 'us-east-1', 'https://memory-db.us-east-1.amazonaws.com/', 'memorydb us-east-1'],
    [
      'stepfunctions:action/StartExecution',
      'us-east-1',
      'https://states.us-east-1.amazonaws.com/',
      'states us-east-1',
    ],
    [
      'stepfunctions:action/StartSyncExecution',
      'us-east-1',
      'https://sync-states.us-east-1.amazonaws.com/',
      'states us-east-1',
    ],
    [
      'eventbridge:action/PutEvents',
      'us-east-1',
      'https://events.us-east-1.amazonaws.com/',
      'events us-east-1',
    ],
    ['cloudwatch:path/', 'us-east-1', 'https://monitoring.us-east-1.amazonaws.com/', 'monitoring us-east-1'],
    ['iam:path/', 'eu-west-1', 'https://iam.amazonaws.com/', 'iam us-east-1'],
    ['iam:path/', 'cn-northwest-1', 'https://iam.cn-north-1.amazonaws.com.cn/', 'iam cn-north-1'],
    ['kinesis:path/', 'cn-north-1', 'https://kinesis.cn-north-1.amazonaws.com.cn/', 'kinesis cn-north-1'],
    [
      'dynamodb:path/',
      'us-gov-west-1',
      'https://dynamodb.us-gov-west-1.amazonaws.com/',
      'dynamodb us-gov-west-1',
    ],
    [
      'brand-new-service:path/v1/things',
      'us-east-1',
      'https://brand-new-service.us-east-1.amazonaws.com/v1/things',
      'brand-new-service us-east-1',
    ],
  ])('%s in %s', (rest, region, url, scope) => {
    const sent = request(rest, { region })
    expect(sent.url).toBe(url)
    expect(`${sent.endpoint.signing.service} ${sent.endpoint.signing.region}`).toBe(scope)
    expect(sent.endpoint.override).toBe(false)
  })

  test.each<[string, string, [string, string][]]>([
    [
      'dynamodb:action/PutItem',
      'https://dynamodb.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'DynamoDB_20120810.PutItem'],
        ['Content-Type', 'application/x-amz-json-1.0'],
      ],
    ],
    [
      'kinesis:action/PutRecord',
      'https://kinesis.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'Kinesis_20131202.PutRecord'],
        ['Content-Type', 'application/x-amz-json-1.1'],
      ],
    ],
    [
      'states:action/StartExecution',
      'https://states.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'AWSStepFunctions.StartExecution'],
        ['Content-Type', 'application/x-amz-json-1.0'],
      ],
    ],
    [
      'states:action/StartSyncExecution',
      'https://sync-states.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'AWSStepFunctions.StartSyncExecution'],
        ['Content-Type', 'application/x-amz-json-1.0'],
      ],
    ],
    [
      'events:action/PutEvents',
      'https://events.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'AWSEvents.PutEvents'],
        ['Content-Type', 'application/x-amz-json-1.1'],
      ],
    ],
    [
      'ssm:action/GetParameter',
      'https://ssm.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'AmazonSSM.GetParameter'],
        ['Content-Type', 'application/x-amz-json-1.1'],
      ],
    ],
    [
      'secretsmanager:action/GetSecretValue',
      'https://secretsmanager.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'secretsmanager.GetSecretValue'],
        ['Content-Type', 'application/x-amz-json-1.1'],
      ],
    ],
    [
      'streams.dynamodb:action/ListStreams',
      'https://streams.dynamodb.us-east-1.amazonaws.com/',
      [
        ['X-Amz-Target', 'DynamoDBStreams_20120810.ListStreams'],
        ['Content-Type', 'application/x-amz-json-1.0'],
      ],
    ],
    [
      'sqs:action/SendMessage',
      'https://sqs.us-east-1.amazonaws.com/?Action=SendMessage&Version=2012-11-05',
      [],
    ],
    [
      'sns:action/Publish&TopicArn=a%3Ab&Message=hi',
      'https://sns.us-east-1.amazonaws.com/?Action=Publish&Version=2010-03-31&TopicArn=a%3Ab&Message=hi',
      [],
    ],
    [
      'strange:action/Do&Version=2020-01-01',
      'https://strange.us-east-1.amazonaws.com/?Action=Do&Version=2020-01-01',
      [],
    ],
    [
      's3:action/GetObject&Bucket=my-bucket&Key=a/b c&versionId=1',
      'https://s3.us-east-1.amazonaws.com/my-bucket/a/b%20c?versionId=1',
      [],
    ],
    ['s3:action/ListBuckets', 'https://s3.us-east-1.amazonaws.com/', []],
  ])('%s', (rest, url, headers) => {
    const sent = request(rest)
    expect(sent.url).toBe(url)
    expect(sent.headers).toEqual(headers)
  })

  test('the content type that a mapping chose stays, mapped parameters follow', () => {
    const headers: [string, string][] = [['Content-Type', 'application/x-amz-json-1.1']]
    expect(request('dynamodb:action/PutItem', { headers }).headers).toEqual([
      ['Content-Type', 'application/x-amz-json-1.1'],
      ['X-Amz-Target', 'DynamoDB_20120810.PutItem'],
    ])
    expect(request('sqs:action/SendMessage', { query: 'MessageBody=a%20b' }).url).toBe(
      'https://sqs.us-east-1.amazonaws.com/?Action=SendMessage&Version=2012-11-05&MessageBody=a%20b',
    )
    expect(request('s3:path/b?list-type=2', { query: 'prefix=x' }).url).toBe(
      'https://s3.us-east-1.amazonaws.com/b?list-type=2&prefix=x',
    )
  })

  test('what an action’s URI says stands, mapped parameters cannot say it again', () => {
    expect(
      request('sqs:action/SendMessage&QueueUrl=mine', {
        query: 'QueueUrl=other&Action=PurgeQueue&MessageBody=a;Queue%55rl=third',
      }).url,
    ).toBe(
      'https://sqs.us-east-1.amazonaws.com/?Action=SendMessage&Version=2012-11-05&QueueUrl=mine&MessageBody=a',
    )
  })

  test('overrides: for all, by service id, by the name in the URI; buckets become paths, other subdomains the Host', () => {
    const at = (service: string, overrides: Record<string, string>, subdomain?: string) =>
      endpointOf({ service, subdomain, region: 'us-east-1' }, overrides)
    expect(at('dynamodb', { '': 'http://all:1/' })).toMatchObject({ url: 'http://all:1', override: true })
    expect(at('dynamodb', { '': 'http://all:1', DYNAMODB: 'http://one:2/base' }).url).toBe(
      'http://one:2/base',
    )
    expect(at('states', { SFN: 'http://one:2' }).url).toBe('http://one:2')
    expect(at('states', { STATES: 'http://one:2' }).url).toBe('http://one:2')
    expect(at('dynamodb', { DYNAMODB_STREAMS: 'http://one:2' }, 'streams').url).toBe('http://one:2')
    expect(at('kinesis', { DYNAMODB: 'http://one:2' }).override).toBe(false)
    expect(at('constructor', {}).override).toBe(false)
    expect(at('s3', { S3: 'https://vpce-1.s3.us-east-1.vpce.amazonaws.com' })).toMatchObject({
      url: 'https://vpce-1.s3.us-east-1.vpce.amazonaws.com',
      override: false,
    })
    expect(at('s3', { S3: 'https://amazonaws.com.evil.example' }).override).toBe(true)
    expect(at('s3', { S3: 'http://one:2' }, 'bucket')).toMatchObject({ url: 'http://one:2/bucket' })
    expect(at('execute-api', { EXECUTE_API: 'http://one:2' }, 'abc')).toMatchObject({
      url: 'http://one:2',
      host: 'abc.execute-api.us-east-1.amazonaws.com',
    })
    expect(request('abc.execute-api:path/dev', { overrides: { '': 'http://all:1' } }).headers).toEqual([
      ['Host', 'abc.execute-api.us-east-1.amazonaws.com'],
    ])
  })

  test.each([
    'http://example.com/',
    'arn:aws:lambda:us-east-1:123456789012:function:f',
    'arn:aws:apigateway:us-east-1:dynamodb:other/PutItem',
    'arn:aws:apigateway::dynamodb:path/',
    'arn:aws:apigateway:us-east-1:evil.example/x:path/',
    'arn:aws:apigateway:evil.example#:s3:path/',
  ])('%s is none', (text) => {
    expect(parseServiceUri(text)).toBeNull()
  })
})
