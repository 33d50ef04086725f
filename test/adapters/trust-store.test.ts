/** Which object of S3 is trusted. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { trustStores } from '../../src/adapters/trust-store.ts'
import { settingsOf } from '../../src/config.ts'
import { firstAuthority, secondAuthority } from '../support/client-certificates.ts'

test('the version that the domain name asks for, and no file in its place', async () => {
  const s3 = createServer(({ url }, response) =>
    response.end(url === '/bucket/store.pem?versionId=v%2B1' ? firstAuthority : secondAuthority),
  )
  await new Promise<void>((resolve) => s3.listen(0, '127.0.0.1', resolve))
  const outbound = socketOutbound()
  const trusted = trustStores({
    outbound,
    credentials: async () => null,
    clock: { now: () => 0 },
    log: () => {},
    settings: {
      ...settingsOf({}, 'open'),
      endpoints: { S3: `http://127.0.0.1:${(s3.address() as AddressInfo).port}` },
    },
  })
  expect(await trusted('s3://bucket/store.pem')).toEqual([secondAuthority.trim()])
  expect(await trusted('s3://bucket/store.pem', 'v+1')).toEqual([firstAuthority.trim()])
  expect(await trusted('s3://bucket/store.pem')).toEqual([secondAuthority.trim()])
  expect(await trusted('file:///etc/hosts', 'v1')).toEqual([])
  await outbound.close()
  await new Promise((resolve) => s3.close(resolve))
})
