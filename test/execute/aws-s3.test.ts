/** The guide's S3 proxy, against s3rver, which checks signatures. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aws } from './aws-integration.ts'
import { definitionOf, startGateway, type TestGateway } from './gateway.ts'

describe('S3', () => {
  let server: S3rver
  let gateway: TestGateway
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x0d, 0x0a])

  beforeAll(async () => {
    server = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory: mkdtempSync(join(tmpdir(), 'edgeway-s3-')),
    })
    const { port } = await server.run()
    const bucket = { 'integration.request.path.bucket': 'method.request.path.folder' }
    const object = { ...bucket, 'integration.request.path.object': 'method.request.path.item' }
    const headers = { 'method.response.header.Content-Type': 'integration.response.header.Content-Type' }
    const s3 = (path: string, verb: string, requestParameters: Record<string, string>) => ({
      requestParameters: Object.fromEntries(Object.values(requestParameters).map((source) => [source, true])),
      integration: aws(
        `s3:path/${path}`,
        {
          requestParameters,
          passthroughBehavior: 'WHEN_NO_MATCH',
          integrationResponses: {
            200: { statusCode: '200', responseParameters: headers },
            404: { statusCode: '404', selectionPattern: '4\\d{2}', responseParameters: headers },
          },
        },
        verb,
      ),
    })
    const typed = {
      ...object,
      'integration.request.header.Content-Type': 'method.request.header.Content-Type',
    }
    gateway = await startGateway(
      definitionOf(
        {
          '/': { GET: s3('/', 'GET', {}) },
          '/{folder}': {
            GET: s3('{bucket}', 'GET', bucket),
            PUT: s3('{bucket}', 'PUT', bucket),
            DELETE: s3('{bucket}', 'DELETE', bucket),
          },
          '/{folder}/{item}': {
            GET: s3('{bucket}/{object}', 'GET', object),
            HEAD: s3('{bucket}/{object}', 'HEAD', object),
            PUT: s3('{bucket}/{object}', 'PUT', typed),
            DELETE: s3('{bucket}/{object}', 'DELETE', object),
          },
        },
        { restApi: { binaryMediaTypes: ['image/png'] } },
      ),
      {
        settings: { endpoints: { S3: `http://127.0.0.1:${port}` } },
        platform: { credentials: async () => ({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }) },
      },
    )
  })
  afterAll(async () => {
    await gateway.stop()
    await server.close()
  })

  test('buckets and objects are made, listed, read and deleted through a proxy', async () => {
    expect((await gateway.call('PUT', '/dev/photos')).status).toBe(200)
    expect((await gateway.call('GET', '/dev/')).text).toContain('<Name>photos</Name>')

    for (const key of ['plain.txt', 'a%20b.txt', 'caf%C3%A9%2B%3A(1).txt', 'sub%2Ffile.txt']) {
      const put = await gateway.call('PUT', `/dev/photos/${key}`, {
        body: `text of ${key}`,
        headers: { 'Content-Type': 'text/plain' },
      })
      expect([put.status, put.text], key).toEqual([200, ''])
      const got = await gateway.call('GET', `/dev/photos/${key}`)
      expect([got.status, got.text, got.header('content-type')]).toEqual([
        200,
        `text of ${key}`,
        'text/plain',
      ])
    }
    const list = (await gateway.call('GET', '/dev/photos')).text
    for (const key of ['plain.txt', 'a b.txt', 'café+:(1).txt', 'sub/file.txt'])
      expect(list).toContain(`<Key>${key}</Key>`)

    expect((await gateway.call('DELETE', '/dev/photos/plain.txt')).status).toBe(200)
    const gone = await gateway.call('GET', '/dev/photos/plain.txt')
    expect([gone.status, gone.text.includes('<Code>NoSuchKey</Code>')]).toEqual([404, true])
  })

  test('an image goes up and down byte for byte', async () => {
    await gateway.call('PUT', '/dev/pictures')
    const headers = { 'Content-Type': 'image/png', Accept: 'image/png' }
    await gateway.call('PUT', '/dev/pictures/p.png', { body: png, headers })
    const got = await gateway.call('GET', '/dev/pictures/p.png', { headers })
    expect([...got.body]).toEqual([...png])
    expect(got.header('content-type')).toBe('image/png')
  })
})
