/** VPC links, client certificates, the account, tags and SDK types. */
import { X509Certificate } from 'node:crypto'
import type { APIGateway, PatchOperation } from '@aws-sdk/client-api-gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deployApi, gatewayOf } from './deployed.ts'
import { failure } from './failure.ts'
import { type ControlServer, startControl } from './server.ts'

let server: ControlServer
let gateway: APIGateway
beforeAll(async () => {
  server = await startControl()
  gateway = gatewayOf(server)
})
afterAll(async () => {
  gateway.destroy()
  await server.close()
})

describe('a VPC link', () => {
  const arn =
    'arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/net/my-load-balancer/50dc6c495c0c9188'
  const ready = { status: 'AVAILABLE', statusMessage: 'Your vpc link is ready for use' }

  test('is pending, then available (recorded)', async () => {
    const { $metadata, ...made } = await gateway.createVpcLink({ name: 'link', targetArns: [arn] })
    const vpcLinkId = made.id!
    expect($metadata.httpStatusCode).toBe(202)
    expect(made).toEqual({ id: vpcLinkId, name: 'link', status: 'PENDING', targetArns: [arn] })
    const { $metadata: _, ...found } = await gateway.getVpcLink({ vpcLinkId })
    expect(found).toEqual({ ...made, ...ready, tags: {} })
    expect((await gateway.getVpcLinks({})).items).toEqual([{ ...made, ...ready }])
    const patch = (operation: PatchOperation) =>
      gateway.updateVpcLink({ vpcLinkId, patchOperations: [operation] })
    expect(await patch({ op: 'replace', path: '/name', value: 'renamed' })).toMatchObject({
      name: 'renamed',
      ...ready,
      tags: {},
    })
    expect(await failure(patch({ op: 'replace', path: '/targetArns/0', value: arn }))).toBe(
      'BadRequestException: Target arns are not allowed to be changed/added.',
    )
    await gateway.deleteVpcLink({ vpcLinkId })
    const gone = 'NotFoundException: Invalid Vpc Link identifier specified'
    expect(await failure(gateway.getVpcLink({ vpcLinkId }))).toBe(gone)
    expect(await failure(gateway.deleteVpcLink({ vpcLinkId }))).toBe(gone)
    expect(await failure(patch({ op: 'replace', path: '/name', value: 'x' }))).toBe(gone)
  })

  test.each([
    [{ name: 'x', targetArns: ['invalid-arn'] }, 'Invalid ARN. ARN is not well formed invalid-arn'],
    [{ name: '', targetArns: [] }, 'Name cannot be empty'],
    [{ name: 'x', targetArns: [arn, arn] }, 'More than one target arn specified for vpc link.'],
  ])('is refused: %#', async (wrong, message) => {
    expect(await failure(gateway.createVpcLink(wrong))).toBe(`BadRequestException: ${message}`)
  })

  test('stays while a deployed integration goes through it', async () => {
    const { id: vpcLinkId } = await gateway.createVpcLink({ name: 'used', targetArns: [arn] })
    const { id: restApiId, rootResourceId: resourceId } = await gateway.createRestApi({ name: 'private' })
    const at = { restApiId, resourceId, httpMethod: 'GET' }
    const integrate = (through: object) =>
      gateway.putIntegration({
        ...at,
        type: 'HTTP_PROXY',
        integrationHttpMethod: 'GET',
        uri: 'http://x.example',
        ...through,
      })
    await gateway.putMethod({ ...at, authorizationType: 'NONE' })
    await integrate({ connectionType: 'VPC_LINK', connectionId: vpcLinkId })
    await gateway.createDeployment({ restApiId, stageName: 'dev' })
    await integrate({})
    expect(await failure(gateway.deleteVpcLink({ vpcLinkId }))).toBe(
      `BadRequestException: Cannot delete vpc link. Vpc link '${vpcLinkId}', is referenced in [${restApiId}:GET:${resourceId}:dev] in format of [RESTApiId:Method:Resource:Stage].`,
    )
    await gateway.createDeployment({ restApiId, stageName: 'dev' })
    await gateway.deleteVpcLink({ vpcLinkId })
  })
})

describe('a client certificate', () => {
  test('is real, and its key is told to nobody', async () => {
    const { $metadata: _, ...made } = await gateway.generateClientCertificate({
      description: 'd',
      tags: { a: 'b' },
    })
    const { clientCertificateId } = made
    expect(Object.keys(made).sort()).toEqual([
      'clientCertificateId',
      'createdDate',
      'description',
      'expirationDate',
      'pemEncodedCertificate',
      'tags',
    ])
    const certificate = new X509Certificate(made.pemEncodedCertificate!)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(new Date(certificate.validTo)).toEqual(made.expirationDate)
    expect(await gateway.getClientCertificate({ clientCertificateId })).toMatchObject(made)
    expect((await gateway.getClientCertificates({})).items).toEqual([made])
    const stored = await server.store.documents.get<{ privateKey: string }>(
      'us-east-1',
      `/clientcertificates/${clientCertificateId}`,
    )
    expect(stored?.privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    const patchOperations = [{ op: 'replace' as const, path: '/description', value: 'new' }]
    const changed = await gateway.updateClientCertificate({ clientCertificateId, patchOperations })
    expect(changed).toMatchObject({ ...made, description: 'new' })
  })

  test('stays while a stage shows it', async () => {
    const restApiId = await deployApi(gateway)
    const { clientCertificateId } = await gateway.generateClientCertificate({})
    const show = (value: string) =>
      gateway.updateStage({
        restApiId,
        stageName: 'dev',
        patchOperations: [{ op: 'replace', path: '/clientCertificateId', value }],
      })
    await show(clientCertificateId!)
    expect(await failure(gateway.deleteClientCertificate({ clientCertificateId }))).toMatch(
      /^BadRequestException: Client certificate \w+ is in use by stage dev$/,
    )
    await show('')
    await gateway.deleteClientCertificate({ clientCertificateId })
    expect(await failure(gateway.getClientCertificate({ clientCertificateId }))).toMatch(/^NotFoundException/)
  })
})

describe('the account', () => {
  test('has limits of the settings, and keeps a role', async () => {
    const fresh = await gateway.getAccount({})
    expect(fresh).toMatchObject({
      apiKeyVersion: '4',
      features: ['UsagePlans'],
      throttleSettings: { rateLimit: 10_000, burstLimit: 5000 },
    })
    expect(fresh.cloudwatchRoleArn).toBeUndefined()
    const role = 'arn:aws:iam::123456789012:role/logs'
    const patch = (operation: PatchOperation) => gateway.updateAccount({ patchOperations: [operation] })
    await patch({ op: 'replace', path: '/cloudwatchRoleArn', value: role })
    expect((await gateway.getAccount({})).cloudwatchRoleArn).toBe(role)
    expect((await patch({ op: 'add', path: '/features', value: 'UsagePlans' })).features).toEqual([
      'UsagePlans',
    ])
    expect(await failure(patch({ op: 'remove', path: '/features', value: 'UsagePlans' }))).toBe(
      'BadRequestException: Usage Plans cannot be disabled once enabled',
    )
    const more = await patch({ op: 'add', path: '/features', value: 'More' })
    expect(more.features).toEqual(['UsagePlans', 'More'])
    const less = await patch({ op: 'remove', path: '/features', value: 'More' })
    expect(less.features).toEqual(['UsagePlans'])
    const bare = await patch({ op: 'replace', path: '/cloudwatchRoleArn', value: '' })
    expect(bare.cloudwatchRoleArn).toBeUndefined()
  })
})

describe('tags', () => {
  test('are set, read and taken away by ARN on every kind that has them', async () => {
    const restApiId = await deployApi(gateway)
    const [key, plan, link, certificate] = await Promise.all([
      gateway.createApiKey({}),
      gateway.createUsagePlan({ name: 'tagged' }),
      gateway.createVpcLink({ name: 'tagged', targetArns: ['arn:aws:elasticloadbalancing:us-east-1:1:x'] }),
      gateway.generateClientCertificate({}),
      gateway.createDomainName({ domainName: 'tagged.example.com' }),
    ])
    const resources = [
      `restapis/${restApiId}`,
      `restapis/${restApiId}/stages/dev`,
      `apikeys/${key.id}`,
      `usageplans/${plan.id}`,
      `vpclinks/${link.id}`,
      `clientcertificates/${certificate.clientCertificateId}`,
      'domainnames/tagged.example.com',
    ]
    for (const resource of resources) {
      const resourceArn = `arn:aws:apigateway:us-east-1::/${resource}`
      expect((await gateway.getTags({ resourceArn })).tags).toEqual({})
      await gateway.tagResource({ resourceArn, tags: { a: '1', b: '2' } })
      await gateway.tagResource({ resourceArn, tags: { b: '3', 'c d': 'Grüße_1.:/=+-@' } })
      expect((await gateway.getTags({ resourceArn })).tags).toEqual({
        a: '1',
        b: '3',
        'c d': 'Grüße_1.:/=+-@',
      })
      await gateway.untagResource({ resourceArn, tagKeys: ['a', 'c d', 'unknown'] })
      expect((await gateway.getTags({ resourceArn })).tags).toEqual({ b: '3' })
    }
    expect((await gateway.getRestApi({ restApiId })).tags).toEqual({ b: '3' })
    expect((await gateway.getUsagePlan({ usagePlanId: plan.id })).tags).toEqual({ b: '3' })
  })

  test('are refused where they do not belong', async () => {
    const restApiId = await deployApi(gateway)
    const resourceArn = `arn:aws:apigateway:us-east-1::/restapis/${restApiId}`
    const get = (arn: string) => failure(gateway.getTags({ resourceArn: arn }))
    for (const [place, account] of [
      ['', '000000000000'],
      ['000000000000', ''],
      ['us-east-1', '000000000000'],
    ])
      expect(await get(`arn:aws:apigateway:${place}:${account}:/restapis/${restApiId}`)).toBe('')
    expect(await get(resourceArn.replace('us-east-1', 'eu-west-1'))).toMatch(/^BadRequestException/)
    expect(await get('no-arn')).toBe('BadRequestException: Invalid ARN specified in the request')
    expect(await get(`${resourceArn}/deployments/x`)).toMatch(/^BadRequestException/)
    expect(await get(`${resourceArn}x`)).toMatch(/^NotFoundException: Invalid API identifier specified/)
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, 'v']))
    expect(await failure(gateway.tagResource({ resourceArn, tags: many }))).toMatch(/at most 50 tags$/)
    expect((await gateway.getTags({ resourceArn })).tags).toEqual({})
  })
})

describe('SDKs', () => {
  test('have types with their settings', async () => {
    const { items } = await gateway.getSdkTypes({})
    expect(items?.map(({ id }) => id)).toEqual([
      'android',
      'java',
      'javascript',
      'objectivec',
      'ruby',
      'swift',
    ])
    expect(await gateway.getSdkType({ id: 'swift' })).toMatchObject({
      configurationProperties: [{ name: 'classPrefix', required: true }],
    })
    expect(await failure(gateway.getSdkType({ id: 'cobol' }))).toMatch(/^NotFoundException/)
  })

  test('are not generated yet, which is said', async () => {
    const restApiId = await deployApi(gateway)
    const get = (more: object) =>
      failure(gateway.getSdk({ restApiId, stageName: 'dev', sdkType: 'javascript', ...more }))
    expect(await get({})).toMatch(/does not generate SDKs/)
    expect(await get({ stageName: 'none' })).toMatch(/^NotFoundException: Invalid stage identifier/)
    expect(await get({ sdkType: 'swift' })).toMatch(/Missing required parameter classPrefix/)
  })
})
