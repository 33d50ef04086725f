/** Every command of Amazon's SDK, in an order in which one API lives: each is answered as the service model says. */
import * as sdk from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExecute } from '../../src/execute/execute.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
beforeAll(async () => {
  const execute = () => createExecute({ platform: server.platform, ...server.store }).testInvoker
  server = await startControl({
    execute: {
      testInvokeMethod: (input) => execute().testInvokeMethod(input),
      testInvokeAuthorizer: (input) => execute().testInvokeAuthorizer(input),
    },
  })
})
afterAll(() => server.close())

type Values = Record<string, string | undefined>
/** what the steps so far have made, by the name under which later steps send it */
const known: Values = {}
const pick = (...names: string[]) => Object.fromEntries(names.map((name) => [name, known[name]]))
const replace = (path: string, value: string) => ({ patchOperations: [{ op: 'replace', path, value }] })
const bytes = (text: string) => new TextEncoder().encode(text)
const openapi = (title: string) =>
  bytes(JSON.stringify({ openapi: '3.0.1', info: { title, version: '1' }, paths: {} }))

const API = () => pick('restApiId')
const RESOURCE = () => pick('restApiId', 'resourceId')
const METHOD = () => ({ ...RESOURCE(), httpMethod: 'GET' })
const RESPONSE = () => ({ ...METHOD(), statusCode: '200' })
const STAGE = () => ({ ...API(), stageName: 'dev' })
const PLAN = () => pick('usagePlanId')
const KEY = () => pick('usagePlanId', 'keyId')
const DOMAIN = () => ({ domainName: 'all.example.com' })
const ARN = 'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/n/1'
const LAMBDA =
  'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:f/invocations'
const day = new Date().toISOString().slice(0, 10)

type Step = [command: string, input: () => object, saves?: (answer: Record<string, never>) => Values]

const MAKE: Step[] = [
  ['GetAccount', () => ({})],
  ['UpdateAccount', () => replace('/cloudwatchRoleArn', 'arn:aws:iam::000000000000:role/logs')],
  [
    'CreateRestApi',
    () => ({ name: 'all' }),
    ({ id, rootResourceId }) => ({ restApiId: id, parentId: rootResourceId }),
  ],
  ['ImportRestApi', () => ({ body: openapi('imported') }), ({ id }) => ({ importedId: id })],
  ['PutRestApi', () => ({ restApiId: known.importedId, mode: 'overwrite', body: openapi('again') })],
  ['GetRestApi', API],
  ['GetRestApis', () => ({})],
  ['UpdateRestApi', () => ({ ...API(), ...replace('/name', 'renamed') })],
  [
    'CreateResource',
    () => ({ ...pick('restApiId', 'parentId'), pathPart: 'pets' }),
    ({ id }) => ({ resourceId: id }),
  ],
  ['GetResource', RESOURCE],
  ['GetResources', API],
  ['UpdateResource', () => ({ ...RESOURCE(), ...replace('/pathPart', 'animals') })],
  [
    'CreateModel',
    () => ({ ...API(), name: 'Pet', contentType: 'application/json', schema: '{"type":"object"}' }),
  ],
  ['GetModel', () => ({ ...API(), modelName: 'Pet' })],
  ['GetModels', API],
  ['GetModelTemplate', () => ({ ...API(), modelName: 'Pet' })],
  ['UpdateModel', () => ({ ...API(), modelName: 'Pet', ...replace('/description', 'a pet') })],
  ['CreateRequestValidator', () => ({ ...API(), name: 'v' }), ({ id }) => ({ requestValidatorId: id })],
  ['GetRequestValidator', () => pick('restApiId', 'requestValidatorId')],
  ['GetRequestValidators', API],
  [
    'UpdateRequestValidator',
    () => ({ ...pick('restApiId', 'requestValidatorId'), ...replace('/name', 'w') }),
  ],
  [
    'CreateAuthorizer',
    () => ({
      ...API(),
      name: 'a',
      type: 'TOKEN',
      authorizerUri: LAMBDA,
      identitySource: 'method.request.header.Auth',
    }),
    ({ id }) => ({ authorizerId: id }),
  ],
  ['GetAuthorizer', () => pick('restApiId', 'authorizerId')],
  ['GetAuthorizers', API],
  ['UpdateAuthorizer', () => ({ ...pick('restApiId', 'authorizerId'), ...replace('/name', 'b') })],
  ['TestInvokeAuthorizer', () => ({ ...pick('restApiId', 'authorizerId'), headers: {} })],
  ['PutMethod', () => ({ ...METHOD(), authorizationType: 'NONE' })],
  ['GetMethod', METHOD],
  ['UpdateMethod', () => ({ ...METHOD(), ...replace('/operationName', 'listPets') })],
  ['PutMethodResponse', RESPONSE],
  ['GetMethodResponse', RESPONSE],
  [
    'UpdateMethodResponse',
    () => ({
      ...RESPONSE(),
      patchOperations: [{ op: 'add', path: '/responseModels/application~1json', value: 'Empty' }],
    }),
  ],
  [
    'PutIntegration',
    () => ({ ...METHOD(), type: 'MOCK', requestTemplates: { 'application/json': '{"statusCode": 200}' } }),
  ],
  ['GetIntegration', METHOD],
  ['UpdateIntegration', () => ({ ...METHOD(), ...replace('/timeoutInMillis', '1000') })],
  ['PutIntegrationResponse', RESPONSE],
  ['GetIntegrationResponse', RESPONSE],
  ['UpdateIntegrationResponse', () => ({ ...RESPONSE(), ...replace('/selectionPattern', '') })],
  ['TestInvokeMethod', METHOD],
  ['PutGatewayResponse', () => ({ ...API(), responseType: 'DEFAULT_4XX', statusCode: '418' })],
  ['GetGatewayResponse', () => ({ ...API(), responseType: 'DEFAULT_4XX' })],
  ['GetGatewayResponses', API],
  [
    'UpdateGatewayResponse',
    () => ({ ...API(), responseType: 'DEFAULT_4XX', ...replace('/statusCode', '419') }),
  ],
  [
    'CreateDocumentationPart',
    () => ({ ...API(), location: { type: 'API' }, properties: '{"description":"d"}' }),
    ({ id }) => ({ documentationPartId: id }),
  ],
  ['GetDocumentationPart', () => pick('restApiId', 'documentationPartId')],
  ['GetDocumentationParts', API],
  [
    'UpdateDocumentationPart',
    () => ({ ...pick('restApiId', 'documentationPartId'), ...replace('/properties', '{"a":"b"}') }),
  ],
  ['ImportDocumentationParts', () => ({ ...API(), body: openapi('parts') })],
  ['CreateDocumentationVersion', () => ({ ...API(), documentationVersion: '1' })],
  ['GetDocumentationVersion', () => ({ ...API(), documentationVersion: '1' })],
  ['GetDocumentationVersions', API],
  [
    'UpdateDocumentationVersion',
    () => ({ ...API(), documentationVersion: '1', ...replace('/description', 'd') }),
  ],
  ['CreateDeployment', API, ({ id }) => ({ deploymentId: id })],
  ['GetDeployment', () => pick('restApiId', 'deploymentId')],
  ['GetDeployments', API],
  ['UpdateDeployment', () => ({ ...pick('restApiId', 'deploymentId'), ...replace('/description', 'd') })],
  ['CreateStage', () => ({ ...STAGE(), ...pick('deploymentId') })],
  ['GetStage', STAGE],
  ['GetStages', API],
  ['UpdateStage', () => ({ ...STAGE(), ...replace('/description', 'd') })],
  ['FlushStageCache', STAGE],
  ['FlushStageAuthorizersCache', STAGE],
  ['GetExport', () => ({ ...STAGE(), exportType: 'oas30' })],
  ['GetSdkTypes', () => ({})],
  ['GetSdkType', () => ({ id: 'ruby' })],
  [
    'TagResource',
    () => ({ resourceArn: `arn:aws:apigateway:us-east-1::/restapis/${known.restApiId}`, tags: { a: 'b' } }),
  ],
  ['GetTags', () => ({ resourceArn: `arn:aws:apigateway:us-east-1::/restapis/${known.restApiId}` })],
  [
    'UntagResource',
    () => ({ resourceArn: `arn:aws:apigateway:us-east-1::/restapis/${known.restApiId}`, tagKeys: ['a'] }),
  ],
  ['CreateApiKey', () => ({ name: 'key' }), ({ id }) => ({ apiKey: id, keyId: id })],
  ['ImportApiKeys', () => ({ format: 'csv', body: bytes('name,key\nx,abcdefghijklmnopqrstuvwxyz0123') })],
  ['GetApiKey', () => pick('apiKey')],
  ['GetApiKeys', () => ({})],
  ['UpdateApiKey', () => ({ ...pick('apiKey'), ...replace('/name', 'renamed') })],
  [
    'CreateUsagePlan',
    () => ({
      name: 'plan',
      apiStages: [{ apiId: known.restApiId, stage: 'dev' }],
      quota: { limit: 9, period: 'DAY' },
    }),
    ({ id }) => ({ usagePlanId: id }),
  ],
  ['GetUsagePlan', PLAN],
  ['GetUsagePlans', () => ({})],
  ['UpdateUsagePlan', () => ({ ...PLAN(), ...replace('/name', 'renamed') })],
  ['CreateUsagePlanKey', () => ({ ...KEY(), keyType: 'API_KEY' })],
  ['GetUsagePlanKey', KEY],
  ['GetUsagePlanKeys', PLAN],
  ['GetUsage', () => ({ ...PLAN(), startDate: day, endDate: day })],
  ['UpdateUsage', () => ({ ...KEY(), ...replace('/remaining', '5') })],
  ['CreateDomainName', DOMAIN],
  ['GetDomainName', DOMAIN],
  ['GetDomainNames', () => ({})],
  ['UpdateDomainName', () => ({ ...DOMAIN(), ...replace('/securityPolicy', 'TLS_1_0') })],
  ['CreateBasePathMapping', () => ({ ...DOMAIN(), ...API(), basePath: 'v1', stage: 'dev' })],
  ['GetBasePathMapping', () => ({ ...DOMAIN(), basePath: 'v1' })],
  ['GetBasePathMappings', DOMAIN],
  ['UpdateBasePathMapping', () => ({ ...DOMAIN(), basePath: 'v1', ...replace('/stage', 'dev') })],
  [
    'CreateDomainName',
    () => ({ domainName: 'private.example.com', endpointConfiguration: { types: ['PRIVATE'] } }),
    ({ domainNameArn }) => ({ domainNameArn }),
  ],
  [
    'CreateDomainNameAccessAssociation',
    () => ({
      ...pick('domainNameArn'),
      accessAssociationSourceType: 'VPCE',
      accessAssociationSource: 'vpce-1',
    }),
    ({ domainNameAccessAssociationArn }) => ({ domainNameAccessAssociationArn }),
  ],
  ['GetDomainNameAccessAssociations', () => ({})],
  ['GenerateClientCertificate', () => ({}), ({ clientCertificateId }) => ({ clientCertificateId })],
  ['GetClientCertificate', () => pick('clientCertificateId')],
  ['GetClientCertificates', () => ({})],
  ['UpdateClientCertificate', () => ({ ...pick('clientCertificateId'), ...replace('/description', 'd') })],
  ['CreateVpcLink', () => ({ name: 'link', targetArns: [ARN] }), ({ id }) => ({ vpcLinkId: id })],
  ['GetVpcLink', () => pick('vpcLinkId')],
  ['GetVpcLinks', () => ({})],
  ['UpdateVpcLink', () => ({ ...pick('vpcLinkId'), ...replace('/name', 'renamed') })],
]

const END: Step[] = [
  ['DeleteVpcLink', () => pick('vpcLinkId')],
  ['DeleteClientCertificate', () => pick('clientCertificateId')],
  ['RejectDomainNameAccessAssociation', () => pick('domainNameArn', 'domainNameAccessAssociationArn')],
  [
    'CreateDomainNameAccessAssociation',
    () => ({
      ...pick('domainNameArn'),
      accessAssociationSourceType: 'VPCE',
      accessAssociationSource: 'vpce-1',
    }),
  ],
  ['DeleteDomainNameAccessAssociation', () => pick('domainNameAccessAssociationArn')],
  ['DeleteBasePathMapping', () => ({ ...DOMAIN(), basePath: 'v1' })],
  ['DeleteDomainName', DOMAIN],
  ['DeleteUsagePlanKey', KEY],
  [
    'UpdateUsagePlan',
    () => ({
      ...PLAN(),
      patchOperations: [{ op: 'remove', path: '/apiStages', value: `${known.restApiId}:dev` }],
    }),
  ],
  ['DeleteUsagePlan', PLAN],
  ['DeleteApiKey', () => pick('apiKey')],
  ['DeleteStage', STAGE],
  ['DeleteDeployment', () => pick('restApiId', 'deploymentId')],
  ['DeleteDocumentationVersion', () => ({ ...API(), documentationVersion: '1' })],
  ['DeleteDocumentationPart', () => pick('restApiId', 'documentationPartId')],
  ['DeleteGatewayResponse', () => ({ ...API(), responseType: 'DEFAULT_4XX' })],
  ['DeleteIntegrationResponse', RESPONSE],
  ['DeleteIntegration', METHOD],
  ['DeleteMethodResponse', RESPONSE],
  ['DeleteMethod', METHOD],
  ['DeleteAuthorizer', () => pick('restApiId', 'authorizerId')],
  ['DeleteRequestValidator', () => pick('restApiId', 'requestValidatorId')],
  ['DeleteModel', () => ({ ...API(), modelName: 'Pet' })],
  ['DeleteResource', RESOURCE],
  ['DeleteRestApi', API],
]

const COMMANDS = Object.keys(sdk).flatMap((name) => /^([A-Z]\w+)Command$/.exec(name)?.[1] ?? [])
const steps = [...MAKE, ...END]
type Command = new (input: object) => Parameters<sdk.APIGatewayClient['send']>[0]

test('there are 124, and all but GetSdk are driven', () => {
  expect(COMMANDS).toHaveLength(124)
  const driven = new Set(steps.map(([name]) => name))
  expect(COMMANDS.filter((name) => !driven.has(name))).toEqual(['GetSdk'])
})

test.each(steps)('%s', async (name, input, saves) => {
  const made = (sdk as unknown as Record<string, Command>)[`${name}Command`]!
  const answer = await server.client.send(new made(input()))
  expect(answer.$metadata.httpStatusCode).toBeLessThan(300)
  Object.assign(known, saves?.(answer as never))
  expect(Object.values(known)).not.toContain(undefined)
})

test('nothing failed inside', () => {
  expect(server.errors).toEqual([])
})
