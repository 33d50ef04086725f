import type { ApiDefinition, RestApi } from '../documents.ts'

export type BasePathMode = 'ignore' | 'prepend' | 'split'

export interface ReadOptions {
  /** the API that the definition becomes: model references and policies name it */
  restApiId: string
  region: string
  accountId: string
  basepath?: BasePathMode
  ignore?: 'documentation'
  failOnWarnings?: boolean
  /** EDGE | REGIONAL | PRIVATE */
  endpointConfigurationTypes?: string
  vpcEndpointIds?: string[]
  /** whether JWT authorizers of any issuer (`x-edgeway-jwt`) are taken */
  oidcAuthorizers?: boolean
  /** the longest that an integration may take */
  maxTimeoutMs: number
  /** ids in ascending order, of so many characters: lists come in the order of ids */
  newId(length: 6 | 10): string
}

export interface Imported {
  /** `createdDate` and what else only the store knows are the caller's to add */
  definition: Omit<ApiDefinition, 'restApi'> & { restApi: Partial<RestApi> & { name: string } }
  warnings: string[]
}

/** Every model's `$ref` to another begins with this, whoever serves the API. */
export const modelsUrl = (restApiId: string): string =>
  `https://apigateway.amazonaws.com/restapis/${restApiId}/models/`

/** Amazon's partitions, as the names of their regions begin. */
export const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
