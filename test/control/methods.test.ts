import {
  CreateAuthorizerCommand,
  type CreateAuthorizerRequest,
  CreateModelCommand,
  CreateRequestValidatorCommand,
  CreateRestApiCommand,
  DeleteAuthorizerCommand,
  DeleteIntegrationResponseCommand,
  DeleteMethodResponseCommand,
  DeleteModelCommand,
  DeleteRequestValidatorCommand,
  GetIntegrationCommand,
  GetMethodCommand,
  GetMethodResponseCommand,
  type PatchOperation,
  PutIntegrationCommand,
  type PutIntegrationRequest,
  PutIntegrationResponseCommand,
  type PutIntegrationResponseRequest,
  PutMethodCommand,
  type PutMethodRequest,
  PutMethodResponseCommand,
  UpdateAuthorizerCommand,
  UpdateIntegrationCommand,
  UpdateMethodCommand,
  UpdateMethodResponseCommand,
} from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

const POOL = 'arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_pool'
const LAMBDA =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations'

let server: ControlServer
let at: { restApiId: string; resourceId: string; httpMethod: string }
beforeAll(async () => {
  server = await startControl()
})
afterAll(() => server.close())
beforeEach(async () => {
  const api = await server.client.send(new CreateRestApiCommand({ name: 'api' }))
  at = { restApiId: api.id!, resourceId: api.rootResourceId!, httpMethod: 'GET' }
})

const putMethod = (more: Partial<PutMethodRequest> = {}) =>
  server.client.send(new PutMethodCommand({ ...at, authorizationType: 'NONE', ...more }))
const updateMethod = (...patchOperations: PatchOperation[]) =>
  server.client.send(new UpdateMethodCommand({ ...at, patchOperations }))
const putIntegration = (more: Partial<PutIntegrationRequest>) =>
  server.client.send(new PutIntegrationCommand({ ...at, type: 'MOCK', ...more }))
const putIntegrationResponse = (more: Partial<PutIntegrationResponseRequest> = {}) =>
  server.client.send(new PutIntegrationResponseCommand({ ...at, statusCode: '200', ...more }))

describe('methods', () => {
  test('are there once', async () => {
    const { $metadata, ...method } = await putMethod()
    expect($metadata.httpStatusCode).toBe(201)
    expect(method).toEqual({ httpMethod: 'GET', authorizationType: 'NONE', apiKeyRequired: false })
    expect(await failure(putMethod())).toBe('ConflictException: Method already exists for this resource')
  })

  test.each<[Partial<PutMethodRequest>, string]>([
    [
      { httpMethod: 'TRACE' },
      'Invalid HttpMethod specified. Valid options are GET,PUT,POST,DELETE,PATCH,OPTIONS,HEAD,ANY',
    ],
    [{ requestValidatorId: 'x' }, 'Invalid Request Validator identifier specified'],
    [{ requestModels: { 'application/json': 'Nothing' } }, 'Invalid model identifier specified: Nothing'],
    [
      { authorizationType: 'CUSTOM' },
      'Invalid authorizer ID specified. Setting the authorization type to CUSTOM or COGNITO_USER_POOLS requires a valid authorizer.',
    ],
    [
      { requestParameters: { 'method.request.header.a': true, 'method.request.path.a': true } },
      'Parameter names must be unique across querystring, header and path',
    ],
    [
      { requestParameters: { true: true } },
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: true]',
    ],
  ])('refuse %j', async (request, sentence) => {
    expect(await failure(putMethod(request))).toBe(`BadRequestException: ${sentence}`)
  })

  test('an authorizer looks for its token in Authorization unless told, and changes type before its function', async () => {
    const { restApiId } = at
    const made = await server.client.send(
      new CreateAuthorizerCommand({
        restApiId,
        name: 'a',
        type: 'COGNITO_USER_POOLS',
        providerARNs: [POOL],
      }),
    )
    expect(made.identitySource).toBe('method.request.header.Authorization')
    const patch = (path: string, value: string) =>
      server.client.send(
        new UpdateAuthorizerCommand({
          restApiId,
          authorizerId: made.id,
          patchOperations: [{ op: 'replace', path, value }],
        }),
      )
    expect((await patch('/type', 'TOKEN')).type).toBe('TOKEN')
    expect(await failure(patch('/authorizerUri', 'nowhere'))).toMatch(
      /^BadRequestException: Invalid Authorizer URI/,
    )
    expect((await patch('/authorizerUri', LAMBDA)).authorizerUri).toBe(LAMBDA)
  })

  test.each<[Partial<CreateAuthorizerRequest>, string]>([
    [
      { type: 'COGNITO_USER_POOLS', providerARNs: ['arn:p', POOL, 'arn:q'] },
      'ProviderARNs need to be valid Cognito Userpools. Invalid ARNs-arn:p,arn:q',
    ],
    [
      { type: 'TOKEN', authorizerUri: LAMBDA, identitySource: 'method.request.header.a b' },
      "Invalid token source expression: method.request.header.a b. The source must be a method request header, matching 'method.request.header.[a-zA-Z0-9._-]+'.",
    ],
    [
      { type: 'TOKEN', authorizerUri: LAMBDA.replace('us-east-1', '') },
      'Invalid Authorizer URI: arn:aws:apigateway::',
    ],
    [
      { type: 'REQUEST', authorizerUri: LAMBDA, identitySource: 'method.request.header.a, a' },
      'Invalid identity source specified for authorizer of type REQUEST: method.request.header.a, a',
    ],
  ])('refuse the authorizer %j', async (request, sentence) => {
    const create = new CreateAuthorizerCommand({ restApiId: at.restApiId, name: 'a', ...request } as never)
    expect(await failure(server.client.send(create))).toContain(`BadRequestException: ${sentence}`)
  })

  test('a REQUEST authorizer gains and loses sources one by one', async () => {
    const { restApiId } = at
    const identitySource = 'method.request.header.a'
    const create = { restApiId, name: 'a', type: 'REQUEST', authorizerUri: LAMBDA, identitySource } as const
    const { id: authorizerId } = await server.client.send(new CreateAuthorizerCommand(create))
    const patch = async (op: 'add' | 'remove', value: string) => {
      const patchOperations = [{ op, path: '/identitySource', value }]
      const command = new UpdateAuthorizerCommand({ restApiId, authorizerId, patchOperations })
      return (await server.client.send(command)).identitySource
    }
    expect(await patch('add', 'context.path')).toBe(`${identitySource},context.path`)
    expect(await patch('remove', identitySource)).toBe('context.path')
    expect(await failure(patch('remove', 'context.path'))).toBe(
      'BadRequestException: An identity source must be specified when authorization caching is enabled',
    )
  })

  test('a user pool may be named by a stage variable', async () => {
    const providerARNs = [POOL.replace('us-east-1_pool', '${stageVariables.pool}'), '${stageVariables.arn}']
    const create = { restApiId: at.restApiId, name: 'a', type: 'COGNITO_USER_POOLS', providerARNs } as const
    expect((await server.client.send(new CreateAuthorizerCommand(create))).providerARNs).toEqual(providerARNs)
  })

  test('need an authorizer of their own type', async () => {
    const create = (name: string, more: Partial<CreateAuthorizerRequest>) =>
      server.client.send(new CreateAuthorizerCommand({ restApiId: at.restApiId, name, ...more } as never))
    const { id: lambda } = await create('l', {
      type: 'REQUEST',
      authorizerUri: LAMBDA.replace('arn:aws:', 'arn:aws-cn:').replaceAll('us-east-1', 'cn-north-1'),
      identitySource: 'method.request.querystring.q,context.httpMethod,stageVariables.v',
    })
    const { id: pool } = await create('p', {
      type: 'COGNITO_USER_POOLS',
      providerARNs: ['arn:aws-us-gov:cognito-idp:us-gov-west-1:000000000000:userpool/us-gov-west-1_p'],
    })
    const wrong = 'BadRequestException: Invalid authorizer ID specified.'
    const put = (authorizationType: string, authorizerId: string | undefined) =>
      failure(putMethod({ authorizationType, authorizerId }))
    expect(await put('COGNITO_USER_POOLS', lambda)).toContain(wrong)
    expect(await put('CUSTOM', pool)).toContain(wrong)
    expect(await put('CUSTOM', lambda)).toBe('')
  })

  test('have scopes where a user pool is asked', async () => {
    const wrong =
      'BadRequestException: Invalid Method authorization type specified. Authorization Scopes are only valid for COGNITO_USER_POOLS authorization type'
    const { id } = await server.client.send(
      new CreateAuthorizerCommand({
        restApiId: at.restApiId,
        name: 'p',
        type: 'COGNITO_USER_POOLS',
        providerARNs: [POOL],
      }),
    )
    expect(await failure(putMethod({ authorizationScopes: ['a'] }))).toBe(wrong)
    await putMethod({ authorizationScopes: [] })
    const scope = { op: 'add', path: '/authorizationScopes', value: 'a' } as const
    expect(await failure(updateMethod(scope))).toBe(wrong)
    const type = { op: 'replace', path: '/authorizationType', value: 'COGNITO_USER_POOLS' } as const
    const both = await updateMethod(scope, type, { op: 'replace', path: '/authorizerId', value: id })
    expect(both).toMatchObject({ authorizationType: 'COGNITO_USER_POOLS', authorizationScopes: ['a'] })
    const none = { ...type, value: 'NONE' }
    expect(await failure(updateMethod(none))).toBe(wrong)
    const { authorizationScopes } = await updateMethod(none, { ...scope, op: 'remove' })
    expect(authorizationScopes).toBeUndefined()
  })

  test('keep an authorizer only where the type asks for one', async () => {
    await putMethod()
    const authorizer = await server.client.send(
      new CreateAuthorizerCommand({
        restApiId: at.restApiId,
        name: 'a',
        type: 'TOKEN',
        authorizerUri: LAMBDA,
        identitySource: 'method.request.header.Authorization',
      }),
    )
    const set = { op: 'replace', path: '/authorizerId', value: authorizer.id } as const
    expect((await updateMethod(set)).authorizerId).toBeUndefined()
    const both = await updateMethod(set, { op: 'replace', path: '/authorizationType', value: 'CUSTOM' })
    expect(both).toMatchObject({ authorizationType: 'CUSTOM', authorizerId: authorizer.id })
    const remove = new DeleteAuthorizerCommand({ restApiId: at.restApiId, authorizerId: authorizer.id })
    expect(await failure(server.client.send(remove))).toBe(
      "ConflictException: Cannot delete authorizer 'a', is referenced in method: GET//",
    )
  })

  test('hold what they refer to', async () => {
    const { restApiId } = at
    const validator = await server.client.send(new CreateRequestValidatorCommand({ restApiId, name: 'v' }))
    await server.client.send(
      new CreateModelCommand({
        restApiId,
        name: 'Pet',
        contentType: 'application/json',
        schema: '{"type":"object"}',
      }),
    )
    await putMethod({ requestValidatorId: validator.id, requestModels: { 'application/json': 'Pet' } })
    const deleteModel = () => server.client.send(new DeleteModelCommand({ restApiId, modelName: 'Pet' }))
    const deleteValidator = () =>
      server.client.send(new DeleteRequestValidatorCommand({ restApiId, requestValidatorId: validator.id }))
    expect(await failure(deleteModel())).toBe(
      "ConflictException: Cannot delete model 'Pet', is referenced in method request: //GET",
    )
    expect(await failure(deleteValidator())).toContain('ConflictException')
    await updateMethod(
      { op: 'remove', path: '/requestModels/application~1json' },
      { op: 'replace', path: '/requestValidatorId', value: '' },
    )
    await deleteModel()
    await deleteValidator()
  })

  test('are deleted with all below them', async () => {
    await putMethod()
    await putIntegration({})
    await putIntegrationResponse()
    const get = await server.client.send(new GetMethodCommand(at))
    expect(get.methodIntegration?.integrationResponses).toEqual({ '200': { statusCode: '200' } })
  })
})

describe('method responses', () => {
  test('set, changed, read', async () => {
    await putMethod()
    const put = await server.client.send(
      new PutMethodResponseCommand({ ...at, statusCode: '200', responseModels: {}, responseParameters: {} }),
    )
    expect(put).toMatchObject({ statusCode: '200', responseModels: {}, responseParameters: {} })
    const update = (...patchOperations: PatchOperation[]) =>
      server.client.send(new UpdateMethodResponseCommand({ ...at, statusCode: '200', patchOperations }))
    const header = '/responseParameters/method.response.header.a'
    expect(await update({ op: 'add', path: header, value: 'true' })).toMatchObject({
      $metadata: { httpStatusCode: 201 },
      responseParameters: { 'method.response.header.a': true },
    })
    const removed = await update({ op: 'remove', path: header })
    expect(removed.responseParameters).toBeUndefined()
    expect(await failure(update({ op: 'remove', path: header }))).toBe(
      'NotFoundException: Invalid parameter name specified',
    )
    expect(await failure(update({ op: 'remove', path: '/responseModels/a~1b' }))).toBe(
      'NotFoundException: Content-Type specified was not found',
    )
    const again = new PutMethodResponseCommand({ ...at, statusCode: '200' })
    expect(await failure(server.client.send(again))).toContain('ConflictException')
  })

  test('a status code is three digits, and what is wrong is told together', async () => {
    const call = new UpdateMethodResponseCommand({
      ...at,
      statusCode: 'wrong',
      patchOperations: [{ op: 'wrong_op' as 'add', path: '/x' }],
    })
    expect(await failure(server.client.send(call))).toBe(
      "ValidationException: 2 validation errors detected: Value 'wrong_op' at 'updateMethodResponseInput.patchOperations.1.member.op' failed to satisfy constraint: Member must satisfy enum value set: [add, remove, move, test, replace, copy]; Value 'wrong' at 'statusCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d",
    )
  })
})

describe('integrations', () => {
  test('defaults by type', async () => {
    await putMethod()
    const { $metadata, ...mock } = await putIntegration({})
    const common = {
      passthroughBehavior: 'WHEN_NO_MATCH',
      timeoutInMillis: 29000,
      cacheNamespace: at.resourceId,
      cacheKeyParameters: [],
    }
    expect(mock).toEqual({ type: 'MOCK', ...common })
    await putIntegrationResponse()
    const http = { type: 'HTTP_PROXY', uri: 'http://example.com/{p}', integrationHttpMethod: 'GET' } as const
    expect(await putIntegration(http)).toMatchObject({
      ...common,
      httpMethod: 'GET',
      connectionType: 'INTERNET',
    })
    const read = await server.client.send(new GetIntegrationCommand(at))
    expect(read.integrationResponses).toBeUndefined()
  })

  test('takes the method of the back end in any case', async () => {
    await putMethod()
    const put = { type: 'HTTP', uri: 'http://a', integrationHttpMethod: 'patch' } as const
    expect(await server.client.send(new PutIntegrationCommand({ ...at, ...put }))).toMatchObject({
      httpMethod: 'PATCH',
    })
  })

  test.each<[Partial<PutIntegrationRequest>, string]>([
    [{ type: 'HTTP', uri: 'http://a' }, 'Enumeration value for HttpMethod must be non-empty'],
    [{ type: 'HTTP', integrationHttpMethod: 'GET' }, 'Invalid HTTP endpoint specified for URI'],
    [
      { type: 'HTTP_PROXY', integrationHttpMethod: 'GET', uri: 'ftp://a' },
      'Invalid HTTP endpoint specified for URI',
    ],
    [{ type: 'AWS', integrationHttpMethod: 'POST', uri: 'http://a' }, 'Invalid ARN specified in the request'],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: 'arn:aws:x' },
      'Invalid ARN specified in the request',
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: 'arn:aws:iam::1:role/x' },
      'AWS ARN for integration must contain path or action',
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: 'arn:aws:apigateway:us-east-1:s3:bucket' },
      'AWS ARN for integration must contain path or action',
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: 'arn:aws:apigateway:us-east-1:s3:path/b' },
      'Role ARN must be specified for AWS integrations',
    ],
    [
      { type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri: 'arn:aws:apigateway:us-east-1:s3:path/b' },
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    ],
    [
      { type: 'HTTP', integrationHttpMethod: 'GET', uri: 'http://a b' },
      'Invalid HTTP endpoint specified for URI',
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: LAMBDA.replace('us-east-1', '') },
      'Invalid ARN specified in the request',
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: LAMBDA, credentials: 'arn:aws:iam::1:user/me' },
      'Invalid ARN specified in the request',
    ],
    [
      { type: 'AWS', integrationHttpMethod: 'POST', uri: LAMBDA, credentials: 'arn:aws:iam::*:user/*' },
      'AWS_IAM Auth type is required for AWS integrations with identity forwarding specified',
    ],
    [
      { type: 'HTTP', integrationHttpMethod: 'GET', uri: 'http://a', connectionType: 'VPC_LINK' },
      'connectionId must be specified for connection type VPC_LINK',
    ],
    [{ cacheKeyParameters: ['method.request.header.a'] }, 'Invalid cache key parameter specified'],
    [{ timeoutInMillis: 49 }, 'Timeout should be between 50 ms and 29000 ms'],
    [{ timeoutInMillis: 29_001 }, 'Timeout should be between 50 ms and 29000 ms'],
    [
      { requestTemplates: { '123': 'x' } },
      'Validation Result: warnings : [], errors : [Invalid content type specified: 123]',
    ],
    [
      { requestParameters: { 'integration.request.path.id': 'method.request.path.id' } },
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression parameter specified: method.request.path.id]',
    ],
    [
      { requestParameters: { x: "'y'" } },
      'Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: x]',
    ],
  ])('refuse %j', async (request, sentence) => {
    await putMethod()
    expect(await failure(putIntegration(request))).toBe(`BadRequestException: ${sentence}`)
  })

  test('that stream may take longer', async () => {
    await putMethod()
    const put = { timeoutInMillis: 900_000, responseTransferMode: 'STREAM' } as const
    expect(await putIntegration(put)).toMatchObject(put)
    expect(await failure(putIntegration({ ...put, timeoutInMillis: 900_001 }))).toContain('and 900000 ms')
  })

  test('are of Lambda in the guide’s other spelling, too', async () => {
    await putMethod()
    const uri = LAMBDA.replace(':path/', ':path//')
    expect(await putIntegration({ type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri })).toMatchObject({
      uri,
    })
  })

  test('hand on the identity of a caller whom AWS_IAM knows', async () => {
    await putMethod({ authorizationType: 'AWS_IAM' })
    const credentials = 'arn:aws:iam::*:user/*'
    const put = { type: 'AWS', integrationHttpMethod: 'POST', uri: LAMBDA, credentials } as const
    expect(await putIntegration(put)).toMatchObject({ credentials })
  })

  test('are patched by Amazon’s paths', async () => {
    await putMethod({ requestParameters: { 'method.request.querystring.q': false } })
    await putIntegration({ type: 'AWS_PROXY', integrationHttpMethod: 'POST', uri: LAMBDA })
    const updated = await server.client.send(
      new UpdateIntegrationCommand({
        ...at,
        patchOperations: [
          { op: 'replace', path: '/timeoutInMillis', value: '5000' },
          { op: 'add', path: '/cacheKeyParameters/method.request.querystring.q' },
          { op: 'add', path: '/requestTemplates/application~1json', value: '{}' },
          { op: 'replace', path: '/tlsConfig/insecureSkipVerification', value: 'true' },
        ],
      }),
    )
    expect(updated).toMatchObject({
      timeoutInMillis: 5000,
      cacheKeyParameters: ['method.request.querystring.q'],
      requestTemplates: { 'application/json': '{}' },
      tlsConfig: { insecureSkipVerification: true },
    })
  })

  test('an empty template is null; a delete looks past the method', async () => {
    await putMethod()
    expect(await failure(putIntegrationResponse())).toBe(
      'NotFoundException: Invalid Integration identifier specified',
    )
    await putIntegration({})
    const raw = await fetch(
      `${server.endpoint}/restapis/${at.restApiId}/resources/${at.resourceId}/methods/GET/integration/responses/200`,
      { method: 'PUT', body: '{"responseTemplates":{"application/json":""},"selectionPattern":""}' },
    )
    expect(await raw.json()).toEqual({
      statusCode: '200',
      selectionPattern: '',
      responseTemplates: { 'application/json': null },
    })
    const remove = new DeleteIntegrationResponseCommand({ ...at, httpMethod: 'POST', statusCode: '200' })
    expect(await failure(server.client.send(remove))).toBe(
      'NotFoundException: Invalid Integration identifier specified',
    )
  })

  test('a response maps to headers that the method declares', async () => {
    await putMethod()
    await putIntegration({})
    const responseParameters = { 'method.response.header.a': "'x'" }
    expect(await failure(putIntegrationResponse({ responseParameters }))).toBe(
      'BadRequestException: Invalid mapping expression specified: Validation Result: warnings : [], errors : [No method response exists for method.]',
    )
    await server.client.send(
      new PutMethodResponseCommand({ ...at, statusCode: '200', responseParameters: {} }),
    )
    expect(await failure(putIntegrationResponse({ responseParameters }))).toContain(
      'Invalid mapping expression parameter specified: method.response.header.a',
    )
    await server.client.send(new DeleteMethodResponseCommand({ ...at, statusCode: '200' }))
    await server.client.send(
      new PutMethodResponseCommand({
        ...at,
        statusCode: '200',
        responseParameters: { 'method.response.header.a': true },
      }),
    )
    await putIntegrationResponse({ responseParameters })
    const absent = new GetMethodResponseCommand({ ...at, statusCode: '201' })
    expect(await failure(server.client.send(absent))).toBe(
      'NotFoundException: Invalid Response status code specified',
    )
  })
})
