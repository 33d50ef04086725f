/**
 * TestInvokeMethod and TestInvokeAuthorizer, as the control service asks for them. The execution service implements it and
 * is handed over as an argument, so that neither plane imports the other.
 */
import type { ApiDefinition, Strings } from './documents.ts'

interface TestRequest {
  /** the API as it is now, not as it was deployed */
  definition: ApiDefinition
  region: string
  pathWithQueryString?: string
  body?: string
  headers?: Strings
  multiValueHeaders?: Record<string, string[]>
  stageVariables?: Strings
}

export interface TestInvokeMethodInput extends TestRequest {
  resourceId: string
  httpMethod: string
  clientCertificateId?: string
}

export interface TestInvokeMethodResponse {
  status: number
  body: string
  headers: Strings
  multiValueHeaders: Record<string, string[]>
  log: string
  /** milliseconds */
  latency: number
}

export interface TestInvokeAuthorizerInput extends TestRequest {
  authorizerId: string
  additionalContext?: Strings
}

export interface TestInvokeAuthorizerResponse {
  clientStatus: number
  log: string
  /** milliseconds */
  latency: number
  principalId?: string
  /** JSON text */
  policy?: string
  authorization?: Record<string, string[]>
  claims?: Strings
}

export interface TestInvoker {
  testInvokeMethod(input: TestInvokeMethodInput): Promise<TestInvokeMethodResponse>
  testInvokeAuthorizer(input: TestInvokeAuthorizerInput): Promise<TestInvokeAuthorizerResponse>
}
