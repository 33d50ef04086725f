/** Amazon's client with a method for each operation, and an API with one mock method on the stage `dev`. */
import { APIGateway } from '@aws-sdk/client-api-gateway'
import type { ControlServer } from './server.ts'

export const gatewayOf = (server: ControlServer, region = 'us-east-1'): APIGateway =>
  new APIGateway({
    region,
    endpoint: server.endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })

export async function deployApi(gateway: APIGateway, stageName = 'dev'): Promise<string> {
  const { id: restApiId, rootResourceId: resourceId } = await gateway.createRestApi({ name: 'deployed' })
  const at = { restApiId, resourceId, httpMethod: 'GET' }
  await gateway.putMethod({ ...at, authorizationType: 'NONE' })
  await gateway.putIntegration({ ...at, type: 'MOCK' })
  await gateway.createDeployment({ restApiId, stageName })
  return restApiId!
}
