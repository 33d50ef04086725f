/** Custom domain names and their API mappings through apigatewayv2, and what apigateway shows of them. */
import type { APIGateway } from '@aws-sdk/client-api-gateway'
import type {
  ApiGatewayV2,
  CreateApiMappingRequest,
  CreateDomainNameRequest,
} from '@aws-sdk/client-apigatewayv2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployApi, gatewayOf } from './deployed.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'
import { gatewayV2At } from './v2.ts'

let server: ControlServer
let first: APIGateway
let second: ApiGatewayV2
let ApiId: string
beforeAll(async () => {
  server = await startControl()
  first = gatewayOf(server)
  second = gatewayV2At(server.endpoint)
  ApiId = await deployApi(first)
})
afterAll(async () => {
  first.destroy()
  second.destroy()
  await server.close()
})

let made = 0
const newName = () => `v2-${++made}.example.com`
const CERTIFICATE = 'arn:aws:acm:us-east-1:000000000000:certificate/one'
const ONE = /^BadRequestException: Invalid input. Expected one domain name configuration$/
const ONLY_REGIONAL =
  /^BadRequestException: Only REGIONAL domain names can be managed through the API Gateway V2/
const create = async (more: Partial<CreateDomainNameRequest> = {}) => {
  const { $metadata, ...domain } = await second.createDomainName({
    DomainName: newName(),
    DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }],
    ...more,
  })
  return { ...domain, DomainName: domain.DomainName!, status: $metadata.httpStatusCode }
}

describe('a domain name', () => {
  test('is the same document in both APIs', async () => {
    const { status, ...domain } = await create({
      DomainNameConfigurations: [
        { CertificateArn: CERTIFICATE, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
      RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING',
      Tags: { a: 'b' },
    })
    const { DomainName } = domain
    expect(status).toBe(201)
    expect(domain).toEqual({
      ApiMappingSelectionExpression: '$request.basepath',
      DomainName,
      DomainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/${DomainName}`,
      DomainNameConfigurations: [
        {
          ApiGatewayDomainName: expect.stringMatching(/^d-[a-z0-9]{10}\.execute-api\.us-east-1\.localhost$/),
          CertificateArn: CERTIFICATE,
          DomainNameStatus: 'AVAILABLE',
          EndpointType: 'REGIONAL',
          HostedZoneId: 'Z1UJRXOUMOOFQ8',
          IpAddressType: 'ipv4',
          SecurityPolicy: 'TLS_1_2',
        },
      ],
      RoutingMode: 'ROUTING_RULE_THEN_API_MAPPING',
      Tags: { a: 'b' },
    })
    expect(await second.getDomainName({ DomainName })).toMatchObject(domain)
    expect(await first.getDomainName({ domainName: DomainName })).toMatchObject({
      regionalCertificateArn: CERTIFICATE,
      regionalDomainName: domain.DomainNameConfigurations![0]!.ApiGatewayDomainName,
      routingMode: 'ROUTING_RULE_THEN_BASE_PATH_MAPPING',
      endpointConfiguration: { types: ['REGIONAL'] },
      tags: { a: 'b' },
    })
    expect((await second.deleteDomainName({ DomainName })).$metadata.httpStatusCode).toBe(204)
    expect(await failure(second.getDomainName({ DomainName }))).toBe(
      'NotFoundException: Invalid domain name identifier specified',
    )
    expect(await failure(first.getDomainName({ domainName: DomainName }))).toMatch(/^NotFoundException/)
  })

  test('is changed member by member', async () => {
    const truststore = { TruststoreUri: 's3://bucket/store.pem', TruststoreVersion: '1' }
    const { DomainName } = await create({
      DomainNameConfigurations: [{ CertificateArn: CERTIFICATE }],
      MutualTlsAuthentication: truststore,
    })
    const mode = await second.updateDomainName({ DomainName, RoutingMode: 'ROUTING_RULE_ONLY' })
    expect(mode).toMatchObject({
      RoutingMode: 'ROUTING_RULE_ONLY',
      MutualTlsAuthentication: truststore,
      DomainNameConfigurations: [{ CertificateArn: CERTIFICATE }],
    })
    const renewed = await second.updateDomainName({
      DomainName,
      DomainNameConfigurations: [{ CertificateArn: `${CERTIFICATE}-2`, IpAddressType: 'dualstack' }],
      MutualTlsAuthentication: { TruststoreVersion: '2' },
    })
    expect(renewed).toMatchObject({
      RoutingMode: 'ROUTING_RULE_ONLY',
      MutualTlsAuthentication: { ...truststore, TruststoreVersion: '2' },
      DomainNameConfigurations: [{ CertificateArn: `${CERTIFICATE}-2`, IpAddressType: 'dualstack' }],
    })
    const mutual = { DomainName, MutualTlsAuthentication: { TruststoreVersion: '3' } }
    expect(await failure(second.updateDomainName(mutual))).toMatch(ONE)
    const off = await second.updateDomainName({
      DomainName,
      DomainNameConfigurations: [{}],
      MutualTlsAuthentication: { TruststoreUri: '' },
    })
    expect(off.MutualTlsAuthentication).toBeUndefined()
    expect(off.DomainNameConfigurations).toEqual(renewed.DomainNameConfigurations)
  })

  test('is tagged', async () => {
    const { DomainName, DomainNameArn: ResourceArn } = await create({ Tags: { a: 'b' } })
    const tagged = await second.tagResource({ ResourceArn, Tags: { c: 'd' } })
    expect(tagged.$metadata.httpStatusCode).toBe(201)
    await second.untagResource({ ResourceArn, TagKeys: ['a'] })
    expect((await second.getTags({ ResourceArn })).Tags).toEqual({ c: 'd' })
    expect((await second.getDomainName({ DomainName })).Tags).toEqual({ c: 'd' })
  })

  test('is listed in pages, private ones not at all', async () => {
    const names = [await create(), await create()].map(({ DomainName }) => DomainName)
    const hidden = newName()
    await first.createDomainName({ domainName: hidden, endpointConfiguration: { types: ['PRIVATE'] } })
    const seen: (string | undefined)[] = []
    let NextToken: string | undefined
    do {
      const page = await second.getDomainNames({ MaxResults: '1', NextToken })
      expect(page.Items!.length).toBeLessThanOrEqual(1)
      seen.push(...page.Items!.map(({ DomainName }) => DomainName))
      NextToken = page.NextToken
    } while (NextToken)
    expect(seen).toEqual(expect.arrayContaining(names))
    expect((await second.getDomainNames({})).Items!.map(({ DomainName }) => DomainName)).toEqual(seen)
    expect(seen.some((name) => name?.startsWith(hidden))).toBe(false)
  })

  test('at the edge is shown, and left to apigateway', async () => {
    const DomainName = newName()
    await first.createDomainName({ domainName: DomainName, certificateArn: CERTIFICATE })
    const { DomainNameConfigurations } = await second.getDomainName({ DomainName })
    expect(DomainNameConfigurations).toEqual([
      expect.objectContaining({
        ApiGatewayDomainName: expect.stringMatching(/\.cloudfront\.localhost$/),
        CertificateArn: CERTIFICATE,
        CertificateUploadDate: expect.any(Date),
        EndpointType: 'EDGE',
        HostedZoneId: 'Z2FDTNDATAQYW2',
      }),
    ])
    expect(await failure(second.updateDomainName({ DomainName, RoutingMode: 'ROUTING_RULE_ONLY' }))).toMatch(
      ONLY_REGIONAL,
    )
    expect(await failure(second.createApiMapping({ DomainName, ApiId, Stage: 'dev' }))).toMatch(ONLY_REGIONAL)
    const edge: CreateDomainNameRequest = {
      DomainName: newName(),
      DomainNameConfigurations: [{ EndpointType: 'EDGE' }],
    }
    expect(await failure(second.createDomainName(edge))).toMatch(ONLY_REGIONAL)
  })

  test.each<[Partial<CreateDomainNameRequest>, RegExp]>([
    ...[[], [{}, {}], undefined].map(
      (DomainNameConfigurations): [Partial<CreateDomainNameRequest>, RegExp] => [
        { DomainNameConfigurations },
        ONE,
      ],
    ),
    [
      { DomainNameConfigurations: [{ SecurityPolicy: 'TLS_1_0' }] },
      /^BadRequestException: Only REGIONAL domain names with a security policy of TLS 1.2/,
    ],
    [
      { RoutingMode: 'BASE_PATH_MAPPING_ONLY' as 'API_MAPPING_ONLY' },
      /^BadRequestException: 1 validation error/,
    ],
    [{ DomainName: 'taken.example.com' }, /^ConflictException: The domain name you provided already exists/],
  ])('is refused: %j', async (more, message) => {
    await create({ DomainName: 'taken.example.com' }).catch(() => {})
    expect(await failure(create(more))).toMatch(message)
  })
})

describe('an API mapping', () => {
  const map = async (DomainName: string, more: Partial<CreateApiMappingRequest> = {}) => {
    const { $metadata, ...mapping } = await second.createApiMapping({
      DomainName,
      ApiId,
      Stage: 'dev',
      ...more,
    })
    return { ...mapping, status: $metadata.httpStatusCode }
  }

  test('has several levels, and is a base path mapping too', async () => {
    const { DomainName } = await create()
    const { status, ...mapping } = await map(DomainName, { ApiMappingKey: 'orders/v1' })
    expect(status).toBe(201)
    const { ApiMappingId } = mapping
    expect(mapping).toEqual({ ApiId, ApiMappingId, ApiMappingKey: 'orders/v1', Stage: 'dev' })
    expect(ApiMappingId).toMatch(/^[a-z0-9]{6}$/)
    expect(await second.getApiMapping({ DomainName, ApiMappingId })).toMatchObject(mapping)
    const shown = { basePath: 'orders/v1', restApiId: ApiId, stage: 'dev' }
    const { $metadata: _, ...seen } = await first.getBasePathMapping({
      domainName: DomainName,
      basePath: 'orders/v1',
    })
    expect(seen).toEqual(shown)
    await first.updateBasePathMapping({
      domainName: DomainName,
      basePath: 'orders/v1',
      patchOperations: [{ op: 'replace', path: '/stage', value: 'dev' }],
    })
    expect((await server.store.deployments.domain(DomainName))?.mappings).toMatchObject([shown])
    const gone = await second.deleteApiMapping({ DomainName, ApiMappingId })
    expect(gone.$metadata.httpStatusCode).toBe(204)
    expect((await first.getBasePathMappings({ domainName: DomainName })).items).toEqual([])
  })

  test('made by apigateway is found by its id, under which it keeps when it is renamed', async () => {
    const { DomainName } = await create()
    await first.createBasePathMapping({ domainName: DomainName, restApiId: ApiId, stage: 'dev' })
    const { Items } = await second.getApiMappings({ DomainName })
    expect(Items).toEqual([{ ApiId, ApiMappingId: expect.any(String), ApiMappingKey: '', Stage: 'dev' }])
    const { ApiMappingId } = Items![0]!
    const { $metadata: _, ...renamed } = await second.updateApiMapping({
      DomainName,
      ApiMappingId,
      ApiId,
      ApiMappingKey: 'a/b',
    })
    expect(renamed).toEqual({ ApiId, ApiMappingId, ApiMappingKey: 'a/b', Stage: 'dev' })
    await first.updateBasePathMapping({
      domainName: DomainName,
      basePath: 'a/b',
      patchOperations: [{ op: 'replace', path: '/basePath', value: 'c' }],
    })
    expect(await second.getApiMapping({ DomainName, ApiMappingId })).toMatchObject({ ApiMappingKey: 'c' })
    const emptied = await second.updateApiMapping({ DomainName, ApiMappingId, ApiId, ApiMappingKey: '' })
    expect(emptied.ApiMappingKey).toBe('')
  })

  test('of a version that gave no ids goes by its path', async () => {
    const { DomainName } = await create()
    await map(DomainName, { ApiMappingKey: 'old' })
    await server.database.execute(
      `update documents set body = json_remove(body, '$.apiMappingId') where path = '/domainnames/${DomainName}/basepathmappings/old'`,
    )
    const at = { DomainName, ApiMappingId: 'old' }
    expect(await second.getApiMapping(at)).toMatchObject({ ApiMappingId: 'old', ApiMappingKey: 'old' })
    await second.updateApiMapping({ ...at, ApiId, ApiMappingKey: 'new' })
    expect(await second.getApiMapping(at)).toMatchObject({ ApiMappingKey: 'new' })
    await second.deleteApiMapping(at)
  })

  test('is listed in pages', async () => {
    const { DomainName } = await create()
    for (const ApiMappingKey of ['a', 'b/c', 'd']) await map(DomainName, { ApiMappingKey })
    const one = await second.getApiMappings({ DomainName, MaxResults: '2' })
    const two = await second.getApiMappings({ DomainName, MaxResults: '2', NextToken: one.NextToken })
    expect([one, two].map(({ Items }) => Items!.map(({ ApiMappingKey }) => ApiMappingKey))).toEqual([
      ['a', 'b/c'],
      ['d'],
    ])
    expect(two.NextToken).toBeUndefined()
  })

  test('keeps its API and stage', async () => {
    const { DomainName } = await create()
    const other = await deployApi(first, 'prod')
    const { ApiMappingId } = await map(DomainName, { ApiId: other, Stage: 'prod', ApiMappingKey: 'x' })
    expect(await failure(first.deleteRestApi({ restApiId: other }))).toMatch(
      `related to the RestApi in your domains: ${DomainName}`,
    )
    await second.updateApiMapping({ DomainName, ApiMappingId, ApiId, Stage: 'dev' })
    await first.deleteRestApi({ restApiId: other })
  })

  test.each<[Partial<CreateApiMappingRequest>, RegExp]>([
    [{ ApiMappingKey: '/a' }, /^BadRequestException: An ApiMapping key may contain only letters/],
    [{ ApiMappingKey: 'a/' }, /^BadRequestException: An ApiMapping key/],
    [{ ApiMappingKey: 'a//b' }, /^BadRequestException: An ApiMapping key/],
    [{ ApiMappingKey: 'a?b' }, /^BadRequestException: An ApiMapping key/],
    [{ ApiMappingKey: 'a'.repeat(301) }, /^BadRequestException: An ApiMapping key/],
    [{ ApiMappingKey: 'twice' }, /^ConflictException: ApiMapping key already exists for this domain name$/],
    [{ ApiId: 'none' }, /^BadRequestException: Invalid REST API identifier specified$/],
    [{ Stage: 'none' }, /^BadRequestException: Invalid stage identifier specified$/],
    [{ Stage: undefined }, /^BadRequestException: 1 validation error detected/],
    [{ DomainName: 'none' }, /^NotFoundException: Invalid domain name identifier specified$/],
  ])('is refused: %j', async (wrong, message) => {
    const { DomainName } = await create()
    await map(DomainName, { ApiMappingKey: 'twice' })
    expect(await failure(map(DomainName, wrong))).toMatch(message)
  })

  test('that is not there', async () => {
    const { DomainName } = await create()
    for (const call of [
      () => second.getApiMapping({ DomainName, ApiMappingId: 'nobody' }),
      () => second.updateApiMapping({ DomainName, ApiMappingId: 'nobody', ApiId }),
      () => second.deleteApiMapping({ DomainName, ApiMappingId: 'nobody' }),
    ])
      expect(await failure(call())).toBe('NotFoundException: Invalid API mapping identifier specified')
  })
})

test('what else apigatewayv2 has is unknown here', async () => {
  expect(await failure(second.getApis({}))).toMatch(/^AccessDeniedException: Unable to determine service/)
  expect(await failure(second.createApi({ Name: 'http', ProtocolType: 'HTTP' }))).toMatch(/^AccessDenied/)
})

test('nothing failed inside', () => expect(server.errors).toEqual([]))
