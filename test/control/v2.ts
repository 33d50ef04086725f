/** Amazon's client of apigatewayv2 with a method for each operation. */
import { ApiGatewayV2 } from '@aws-sdk/client-apigatewayv2'

export const gatewayV2At = (endpoint: string, region = 'us-east-1'): ApiGatewayV2 =>
  new ApiGatewayV2({
    region,
    endpoint,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
  })
