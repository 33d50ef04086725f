import type { APIGateway, PatchOperation } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployApi, gatewayOf } from './deployed.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'
import { gatewayV2At } from './v2.ts'

let server: ControlServer
let gateway: APIGateway
let restApiId: string
beforeAll(async () => {
  server = await startControl()
  gateway = gatewayOf(server)
  restApiId = await deployApi(gateway)
})
afterAll(async () => {
  gateway.destroy()
  await server.close()
})

let made = 0
const newName = () => `d${++made}.example.com`
const create = (domainName: string, more: object = {}) => gateway.createDomainName({ domainName, ...more })
const REGIONAL = { endpointConfiguration: { types: ['REGIONAL' as const] } }
const PRIVATE = { endpointConfiguration: { types: ['PRIVATE' as const] } }
const update = (domainName: string, ...patchOperations: PatchOperation[]) =>
  gateway.updateDomainName({ domainName, patchOperations })
const served = (host: string) => server.store.deployments.domain(host)

/** No call names such a host and reaches a custom domain. */
const UNSERVABLE = [
  'localhost',
  'LocalHost',
  '127.0.0.1',
  '[::1]',
  '::1',
  'api.example.0x7f',
  'abc1234567.execute-api.us-east-1.localhost',
  'd-abcdefghij.execute-api.us-east-1.localhost',
  '*.execute-api.us-east-1.localhost',
  'api.example.com:443',
  'api.example.com/path',
  'a b.example.com',
  'a_b.example.com',
  'täst.example.com',
  '-a.example.com',
  'a-.example.com',
  'a..example.com',
  'api.example.com.',
  '.example.com',
  'a.*.example.com',
  'a*.example.com',
  '*',
  `${'a'.repeat(64)}.example.com`,
  `${'a.'.repeat(125)}example`,
]

test.each(UNSERVABLE)('%s is refused, by both APIs', async (name) => {
  const refusal = /^BadRequestException: Invalid domain name specified: /
  expect(await failure(create(name))).toMatch(refusal)
  expect(await failure(create(name, PRIVATE))).toMatch(refusal)
  const second = gatewayV2At(server.endpoint)
  expect(
    await failure(
      second.createDomainName({ DomainName: name, DomainNameConfigurations: [{ EndpointType: 'REGIONAL' }] }),
    ),
  ).toMatch(refusal)
  second.destroy()
})

test.each([
  'intranet',
  'API.Example.com',
  '*.example.com',
  'xn--tst-qla.example.com',
  '1.2.3.4.example.com',
  `${'a'.repeat(63)}.example.com`,
  'execute-api.example.com',
])('%s is taken and found', async (name) => {
  const { domainName } = await create(name, REGIONAL)
  expect(domainName).toBe(name)
  expect(await served(name.toLowerCase().replace('*', 'any'))).toMatchObject({ domainName: name })
  await gateway.deleteDomainName({ domainName: name })
})

describe('a domain name', () => {
  test('is reached under itself and its regional name', async () => {
    const domainName = newName()
    const { $metadata: _, ...domain } = await create(domainName, { ...REGIONAL, tags: { a: 'b' } })
    expect(domain).toEqual({
      domainName,
      domainNameArn: `arn:aws:apigateway:us-east-1::/domainnames/${domainName}`,
      domainNameStatus: 'AVAILABLE',
      endpointConfiguration: { types: ['REGIONAL'], ipAddressType: 'ipv4' },
      regionalDomainName: expect.stringMatching(/^d-[a-z0-9]{10}\.execute-api\.us-east-1\.localhost$/),
      regionalHostedZoneId: 'Z1UJRXOUMOOFQ8',
      routingMode: 'BASE_PATH_MAPPING_ONLY',
      securityPolicy: 'TLS_1_2',
      tags: { a: 'b' },
    })
    expect(await gateway.getDomainName({ domainName })).toMatchObject(domain)
    for (const host of [domainName, domain.regionalDomainName!])
      expect(await served(host)).toMatchObject({ domainName, region: 'us-east-1', mappings: [] })
    await gateway.deleteDomainName({ domainName })
    expect(await served(domainName)).toBeNull()
    expect(await failure(gateway.getDomainName({ domainName }))).toBe(
      'NotFoundException: Invalid domain name identifier specified',
    )
  })

  test('is at the edge unless told otherwise, and keeps no key', async () => {
    const domainName = newName()
    const domain = await create(domainName, { certificateName: 'c', certificatePrivateKey: 'secret-key' })
    expect(domain).toMatchObject({
      endpointConfiguration: { types: ['EDGE'] },
      certificateName: 'c',
      distributionDomainName: expect.stringMatching(/^d[a-z0-9]{13}\.cloudfront\.localhost$/),
      distributionHostedZoneId: 'Z2FDTNDATAQYW2',
    })
    expect(domain.certificateUploadDate).toBeInstanceOf(Date)
    expect(domain.regionalDomainName).toBeUndefined()
    const { rows } = await server.database.execute('select body from documents')
    expect(rows.map(({ body }) => body).join()).not.toContain('secret-key')
  })

  test('moves from the edge to a region as the guide has it', async () => {
    const domainName = newName()
    await create(domainName, { certificateName: 'c' })
    const arn = 'arn:aws:acm:us-west-2:123456789012:certificate/x'
    const both = await update(
      domainName,
      { op: 'add', path: '/endpointConfiguration/types', value: 'REGIONAL' },
      { op: 'add', path: '/regionalCertificateArn', value: arn },
    )
    expect(both).toMatchObject({
      endpointConfiguration: { types: ['EDGE', 'REGIONAL'] },
      regionalCertificateArn: arn,
    })
    expect(await served(both.regionalDomainName!)).not.toBeNull()
    const moved = await update(
      domainName,
      { op: 'remove', path: '/endpointConfiguration/types', value: 'EDGE' },
      { op: 'remove', path: '/certificateName' },
    )
    expect(moved.endpointConfiguration?.types).toEqual(['REGIONAL'])
    expect(moved.distributionDomainName ?? moved.certificateName).toBeUndefined()
    expect(await served(both.distributionDomainName!)).toBeNull()
    expect(moved.regionalDomainName).toBe(both.regionalDomainName)
  })

  test('asks for client certificates where it is regional', async () => {
    const domainName = newName()
    const mutualTlsAuthentication = { truststoreUri: 's3://bucket/store.pem' }
    expect(await failure(create(domainName, { mutualTlsAuthentication }))).toBe(
      'BadRequestException: Mutual TLS is only supported for REGIONAL domain names.',
    )
    const elsewhere = { truststoreUri: 'https://bucket/store.pem' }
    expect(await failure(create(domainName, { ...REGIONAL, mutualTlsAuthentication: elsewhere }))).toBe(
      'BadRequestException: Invalid truststoreUri specified. It must be of the form s3://bucket-name/key-name.',
    )
    const old = { ...REGIONAL, mutualTlsAuthentication, securityPolicy: 'TLS_1_0' } as const
    expect(await failure(create(domainName, old))).toBe(
      'BadRequestException: Mutual TLS requires a security policy of TLS 1.2.',
    )
    await create(domainName, { ...REGIONAL, mutualTlsAuthentication })
    expect((await served(domainName))?.domain).toMatchObject({ mutualTlsAuthentication })
    const off = await update(domainName, {
      op: 'replace',
      path: '/mutualTlsAuthentication/truststoreUri',
      value: '',
    })
    expect(off.mutualTlsAuthentication).toBeUndefined()
  })

  test('an enhanced security policy comes with an access mode', async () => {
    const domainName = newName()
    const securityPolicy = 'SecurityPolicy_TLS13_1_3_2025_09'
    const wrong = 'BadRequestException: Endpoint access mode is required for the specified security policy'
    expect(await failure(create(domainName, { ...REGIONAL, securityPolicy }))).toBe(wrong)
    expect(await failure(create(domainName, { ...REGIONAL, endpointAccessMode: 'STRICT' }))).toMatch(
      /^BadRequestException: Endpoint access mode STRICT is only supported/,
    )
    await create(domainName, REGIONAL)
    const policy = { op: 'replace', path: '/securityPolicy', value: securityPolicy } as const
    const mode = { op: 'replace', path: '/endpointAccessMode', value: 'STRICT' } as const
    expect(await failure(update(domainName, policy))).toBe(wrong)
    const changed = await update(domainName, mode, policy)
    expect(changed).toMatchObject({ securityPolicy, endpointAccessMode: 'STRICT' })
    const mutual = newName()
    const mutualTlsAuthentication = { truststoreUri: 's3://bucket/store.pem' }
    await create(mutual, { ...REGIONAL, mutualTlsAuthentication })
    expect(await failure(update(mutual, policy, mode))).toBe(
      'BadRequestException: /endpointAccessMode Invalid request input',
    )
  })

  test('is unique, whatever its case', async () => {
    const domainName = newName()
    await create(domainName)
    expect(await failure(create(domainName))).toBe(
      'BadRequestException: The domain name you provided already exists.',
    )
    expect(await failure(create(domainName.toUpperCase()))).toMatch(/already exists/)
    expect(await failure(create(''))).toBe('BadRequestException: No Domain Name specified')
  })

  test('may be a wildcard', async () => {
    await create('*.wild.example.com')
    expect(await served('any.wild.example.com')).toMatchObject({ domainName: '*.wild.example.com' })
    expect(await served('a.b.wild.example.com')).toBeNull()
  })

  test('is listed, but not among those of others', async () => {
    const domainName = newName()
    await create(domainName)
    const names = async (resourceOwner?: 'SELF' | 'OTHER_ACCOUNTS') =>
      (await gateway.getDomainNames({ resourceOwner, limit: 500 })).items!.map((item) => item.domainName)
    expect(await names()).toContain(domainName)
    expect(await names('OTHER_ACCOUNTS')).toEqual([])
  })
})

describe('a private domain name', () => {
  test('is found under its name and id, and served to nobody', async () => {
    const domainName = newName()
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
      ],
    })
    const { domainNameId, domainNameArn, ...domain } = await create(domainName, {
      ...PRIVATE,
      policy,
      certificateArn: 'arn:aws:acm:us-east-1:000000000000:certificate/x',
    })
    expect(domainNameArn).toBe(
      `arn:aws:apigateway:us-east-1:000000000000:/domainnames/${domainName}+${domainNameId}`,
    )
    expect(domain.endpointConfiguration).toEqual({ types: ['PRIVATE'], ipAddressType: 'dualstack' })
    expect(await failure(gateway.getDomainName({ domainName }))).toMatch(/^NotFoundException/)
    const found = await gateway.getDomainName({ domainName, domainNameId })
    expect(domain.certificateUploadDate).toBeInstanceOf(Date)
    expect(JSON.parse(found.policy!).Statement[0].Resource).toBe(
      `arn:aws:execute-api:us-east-1:000000000000:/domainnames/${domainName}+${domainNameId}/*`,
    )
    expect(await served(domainName)).toBeNull()
    await gateway.createBasePathMapping({ domainName, domainNameId, restApiId, stage: 'dev' })
    expect((await gateway.getBasePathMappings({ domainName, domainNameId })).items).toHaveLength(1)
    await gateway.deleteDomainName({ domainName, domainNameId })
  })

  test('is associated with VPC endpoints', async () => {
    const domainName = newName()
    const { domainNameId, domainNameArn } = await create(domainName, PRIVATE)
    const associate = (accessAssociationSource: string, arn = domainNameArn) =>
      gateway.createDomainNameAccessAssociation({
        domainNameArn: arn,
        accessAssociationSourceType: 'VPCE',
        accessAssociationSource,
        tags: { a: 'b' },
      })
    const { $metadata: _, ...one } = await associate('vpce-1')
    const arn = `arn:aws:apigateway:us-east-1:000000000000:/domainnameaccessassociations/domainname/${domainName}/vpcesource/vpce-1`
    expect(one).toEqual({
      domainNameAccessAssociationArn: arn,
      domainNameArn,
      accessAssociationSource: 'vpce-1',
      accessAssociationSourceType: 'VPCE',
      tags: { a: 'b' },
    })
    const all = async () => (await gateway.getDomainNameAccessAssociations({})).items
    expect(await all()).toEqual([one])
    expect(await failure(associate('vpce-1'))).toMatch(/^ConflictException/)
    expect(await failure(associate('eni-1'))).toMatch(/^BadRequestException/)
    expect(await failure(associate('vpce-2', `${domainNameArn}x`))).toBe(
      'BadRequestException: Invalid domain name ARN specified',
    )
    expect((await gateway.getTags({ resourceArn: arn })).tags).toEqual({ a: 'b' })
    await gateway.rejectDomainNameAccessAssociation({ domainNameArn, domainNameAccessAssociationArn: arn })
    expect(await all()).toEqual([])
    const { domainNameAccessAssociationArn } = await associate('vpce-3')
    await gateway.deleteDomainNameAccessAssociation({ domainNameAccessAssociationArn })
    await associate('vpce-4')
    await gateway.deleteDomainName({ domainName, domainNameId })
    expect(await all()).toEqual([])
  })
})

describe('a base path mapping', () => {
  const map = (domainName: string, more: object = {}) =>
    gateway.createBasePathMapping({ domainName, restApiId, ...more })

  test('is seen by the data plane, longest path first', async () => {
    const domainName = newName()
    await create(domainName, REGIONAL)
    expect(await map(domainName)).toMatchObject({ basePath: '(none)', restApiId })
    await map(domainName, { basePath: 'v1', stage: 'dev' })
    // several levels are made by apigatewayv2 only
    const second = gatewayV2At(server.endpoint)
    await second.createApiMapping({
      DomainName: domainName,
      ApiMappingKey: 'v1/orders',
      ApiId: restApiId,
      Stage: 'dev',
    })
    second.destroy()
    expect((await served(domainName))?.mappings.map(({ basePath, stage }) => [basePath, stage])).toEqual([
      ['v1/orders', 'dev'],
      ['v1', 'dev'],
      ['(none)', undefined],
    ])
    expect((await gateway.getBasePathMappings({ domainName })).items).toHaveLength(3)
    expect(await gateway.getBasePathMapping({ domainName, basePath: 'v1/orders' })).toMatchObject({
      stage: 'dev',
    })
    await gateway.deleteBasePathMapping({ domainName, basePath: '(none)' })
    expect(await failure(gateway.getBasePathMapping({ domainName, basePath: '(none)' }))).toBe(
      'NotFoundException: Invalid base path mapping identifier specified',
    )
  })

  test('changes its path, API and stage', async () => {
    const domainName = newName()
    await create(domainName)
    await map(domainName, { basePath: 'old', stage: 'dev' })
    await map(domainName, { basePath: 'taken' })
    const other = await deployApi(gateway, 'prod')
    const change = (basePath: string, ...patchOperations: PatchOperation[]) =>
      gateway.updateBasePathMapping({ domainName, basePath, patchOperations })
    expect(
      await change(
        'old',
        { op: 'replace', path: '/basePath', value: 'new' },
        { op: 'replace', path: '/restapiId', value: other },
        { op: 'replace', path: '/stage', value: 'prod' },
      ),
    ).toMatchObject({ basePath: 'new', restApiId: other, stage: 'prod' })
    expect(await failure(change('new', { op: 'replace', path: '/basePath', value: 'taken' }))).toBe(
      'ConflictException: Base path already exists for this domain name',
    )
    expect(await failure(change('new', { op: 'replace', path: '/stage', value: 'dev' }))).toBe(
      'BadRequestException: Invalid stage identifier specified',
    )
    expect(await failure(change('old', { op: 'replace', path: '/stage', value: 'prod' }))).toBe(
      'NotFoundException: Invalid base path mapping identifier specified',
    )
    // the API that it left can go, the one that it points at cannot
    const words = `Please remove all base path mappings related to the`
    expect(await failure(gateway.deleteRestApi({ restApiId: other }))).toBe(
      `BadRequestException: Deleting RestApi ${other} failed. ${words} RestApi in your domains: ${domainName}`,
    )
    expect(await failure(gateway.deleteStage({ restApiId: other, stageName: 'prod' }))).toBe(
      `BadRequestException: Deleting stage prod failed. ${words} stage in your domains: ${domainName}`,
    )
    await change('new', { op: 'replace', path: '/basepath', value: 'newer' })
    expect((await change('newer', { op: 'replace', path: '/basePath', value: '' })).basePath).toBe('(none)')
    await gateway.deleteDomainName({ domainName })
    await gateway.deleteRestApi({ restApiId: other })
  })

  test.each([
    [{ basePath: '/v1' }, /^BadRequestException: API Gateway V1 doesn't support the slash character/],
    [{ basePath: 'v1/orders' }, /^BadRequestException: API Gateway V1 doesn't support the slash character/],
    [{ basePath: 'a?b' }, /^BadRequestException: Base path can only contain/],
    [{ restApiId: 'none' }, /^BadRequestException: Invalid REST API identifier specified$/],
    [{ stage: 'none' }, /^BadRequestException: Invalid stage identifier specified$/],
    [{ domainName: 'none' }, /^NotFoundException: Invalid domain name identifier specified$/],
    [{ basePath: 'twice' }, /^ConflictException: Base path already exists for this domain name$/],
  ])('is refused: %#', async (wrong, message) => {
    const domainName = newName()
    await create(domainName)
    await map(domainName, { basePath: 'twice' })
    expect(await failure(map(domainName, wrong))).toMatch(message)
  })

  test('does not come along with a copy of its API', async () => {
    const domainName = newName()
    await create(domainName)
    await map(domainName)
    const copy = await gateway.createRestApi({ name: 'copy', cloneFrom: restApiId })
    await gateway.deleteRestApi({ restApiId: copy.id })
  })
})
