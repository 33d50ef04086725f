/** The same suite on workerd, as `npm run dev:worker` runs it: two Workers, local D1, KV and Durable Objects, no code generation. */
import { APIGatewayClient, GetRestApisCommand } from '@aws-sdk/client-api-gateway'
import { describe, expect, test } from 'vitest'
import { credentials, principals, wranglerDev } from '../support/wrangler.ts'
import { runtimeSuite } from './suite.ts'

describe('Workers', () => runtimeSuite(wranglerDev({ EDGEWAY_PRINCIPALS: principals })))

test('a Worker without principals lets nobody manage it', async () => {
  const { endpoint, stop } = await wranglerDev({})()
  const client = new APIGatewayClient({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  await expect(client.send(new GetRestApisCommand({}))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    $metadata: { httpStatusCode: 403 },
  })
  await stop()
})
