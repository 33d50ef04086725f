/**
 * The documents that Amazon API Gateway keeps, in the shapes of its service model (2015-07-09).
 * A document holds what was set, in Amazon's member names; what Amazon computes on reading is added by the kind's view.
 * Dates are epoch seconds. A nested form (`ApiDefinition`) is what compile, import and export work on.
 */
export type Strings = Record<string, string>

export interface EndpointConfiguration {
  types: string[]
  ipAddressType?: string
  vpcEndpointIds?: string[]
}

export interface RestApi {
  id: string
  name: string
  description?: string
  version?: string
  createdDate: number
  binaryMediaTypes?: string[]
  minimumCompressionSize?: number
  apiKeySource: string
  endpointConfiguration: EndpointConfiguration
  policy?: string
  tags?: Strings
  disableExecuteApiEndpoint: boolean
  rootResourceId: string
  securityPolicy?: string
  endpointAccessMode?: string
  apiStatus?: string
  /** warnings of the last import; answered by that import only */
  warnings?: string[]
}

export interface TlsConfig {
  insecureSkipVerification?: boolean
}

export interface IntegrationResponse {
  statusCode: string
  selectionPattern?: string
  responseParameters?: Strings
  /** a null template passes the body through */
  responseTemplates?: Record<string, string | null>
  contentHandling?: string
}

export interface Integration {
  /** HTTP | AWS | MOCK | HTTP_PROXY | AWS_PROXY */
  type: string
  httpMethod?: string
  uri?: string
  /** INTERNET | VPC_LINK */
  connectionType?: string
  connectionId?: string
  credentials?: string
  requestParameters?: Strings
  requestTemplates?: Record<string, string | null>
  passthroughBehavior?: string
  contentHandling?: string
  timeoutInMillis?: number
  cacheNamespace?: string
  cacheKeyParameters?: string[]
  tlsConfig?: TlsConfig
  responseTransferMode?: string
  integrationTarget?: string
  integrationResponses?: Record<string, IntegrationResponse>
}

export interface MethodResponse {
  statusCode: string
  responseParameters?: Record<string, boolean>
  responseModels?: Strings
}

export interface Method {
  httpMethod: string
  /** NONE | AWS_IAM | CUSTOM | COGNITO_USER_POOLS */
  authorizationType: string
  authorizerId?: string
  authorizationScopes?: string[]
  apiKeyRequired: boolean
  requestValidatorId?: string
  operationName?: string
  requestParameters?: Record<string, boolean>
  requestModels?: Strings
  methodResponses?: Record<string, MethodResponse>
  methodIntegration?: Integration
}

export interface Resource {
  id: string
  parentId?: string
  pathPart?: string
  path: string
  resourceMethods?: Record<string, Method>
}

export interface Model {
  id: string
  name: string
  description?: string
  schema?: string
  contentType: string
}

export interface RequestValidator {
  id: string
  name?: string
  validateRequestBody: boolean
  validateRequestParameters: boolean
}

export interface Authorizer {
  id: string
  name: string
  /** TOKEN | REQUEST | COGNITO_USER_POOLS */
  type: string
  providerARNs?: string[]
  authType?: string
  authorizerUri?: string
  authorizerCredentials?: string
  identitySource?: string
  identityValidationExpression?: string
  authorizerResultTtlInSeconds?: number
  /** beyond Amazon: an OIDC issuer's JWTs on a REST API (`x-edgeway-jwt`) */
  jwt?: { issuer: string; audience: string[] }
}

export interface GatewayResponse {
  responseType: string
  statusCode?: string
  responseParameters?: Strings
  responseTemplates?: Strings
  /** true for one that nobody has set */
  defaultResponse?: boolean
}

export interface DocumentationPart {
  id: string
  location: { type: string; path?: string; method?: string; statusCode?: string; name?: string }
  /** JSON text */
  properties: string
}

export interface MethodSetting {
  metricsEnabled?: boolean
  loggingLevel?: string
  dataTraceEnabled?: boolean
  throttlingBurstLimit?: number
  throttlingRateLimit?: number
  cachingEnabled?: boolean
  cacheTtlInSeconds?: number
  cacheDataEncrypted?: boolean
  requireAuthorizationForCacheControl?: boolean
  unauthorizedCacheControlHeaderStrategy?: string
}

export interface CanarySettings {
  percentTraffic?: number
  deploymentId?: string
  stageVariableOverrides?: Strings
  useStageCache?: boolean
}

export interface Stage {
  deploymentId: string
  clientCertificateId?: string
  stageName: string
  description?: string
  cacheClusterEnabled: boolean
  cacheClusterSize?: string
  cacheClusterStatus: string
  /** keyed by `{resourcePath with ~1}/{METHOD}` or the wildcard pair `*` + `/*` */
  methodSettings: Record<string, MethodSetting>
  variables?: Strings
  documentationVersion?: string
  accessLogSettings?: { format?: string; destinationArn?: string }
  canarySettings?: CanarySettings
  tracingEnabled: boolean
  webAclArn?: string
  tags?: Strings
  createdDate: number
  lastUpdatedDate: number
  /** bumped by FlushStageCache and FlushStageAuthorizersCache; never shown */
  cacheGeneration?: number
  authorizersGeneration?: number
}

export interface Deployment {
  id: string
  description?: string
  createdDate: number
  /** path -> METHOD -> summary */
  apiSummary?: Record<string, Record<string, { authorizationType: string; apiKeyRequired: boolean }>>
}

/** A whole API in one value: what is compiled into a deployment, read from OpenAPI and written to it. */
export interface ApiDefinition {
  restApi: RestApi
  /** methods, integrations and responses nested, as GetResources with embed=methods gives them */
  resources: Resource[]
  models: Model[]
  requestValidators: RequestValidator[]
  authorizers: Authorizer[]
  gatewayResponses: GatewayResponse[]
  documentationParts: DocumentationPart[]
}

export interface ApiKey {
  id: string
  /** sealed where an encryption key is configured */
  value: string
  name?: string
  customerId?: string
  description?: string
  enabled: boolean
  createdDate: number
  lastUpdatedDate: number
  /** may be patched, and is never answered: the service model has no such member */
  labels?: string[]
  /** `restApiId/stageName`, from before there were usage plans */
  stageKeys: string[]
  tags?: Strings
}

export interface ThrottleSettings {
  rateLimit?: number
  burstLimit?: number
}

export interface ApiStage {
  apiId: string
  stage: string
  /** by `/{resourcePath}/{METHOD}` */
  throttle?: Record<string, ThrottleSettings>
}

export interface UsagePlan {
  id: string
  name: string
  description?: string
  apiStages: ApiStage[]
  throttle?: ThrottleSettings
  /** period: DAY | WEEK | MONTH */
  quota?: { limit: number; offset: number; period: string }
  productCode?: string
  tags?: Strings
}

/** An API key in a usage plan: name and value are the key's own. */
export interface UsagePlanKey {
  id: string
  type: string
  name?: string
  value: string
}

export interface DomainName {
  /** its label in paths: the domain name, followed by `+` and its id for a private one */
  address: string
  domainName: string
  /** private domain names only */
  domainNameId?: string
  domainNameArn: string
  certificateName?: string
  certificateArn?: string
  certificateUploadDate?: number
  regionalDomainName?: string
  regionalHostedZoneId?: string
  regionalCertificateName?: string
  regionalCertificateArn?: string
  distributionDomainName?: string
  distributionHostedZoneId?: string
  endpointConfiguration: EndpointConfiguration
  domainNameStatus: string
  securityPolicy: string
  endpointAccessMode?: string
  mutualTlsAuthentication?: { truststoreUri?: string; truststoreVersion?: string }
  ownershipVerificationCertificateArn?: string
  managementPolicy?: string
  policy?: string
  /** BASE_PATH_MAPPING_ONLY | ROUTING_RULE_ONLY | ROUTING_RULE_THEN_BASE_PATH_MAPPING */
  routingMode: string
  tags?: Strings
}

export interface BasePathMapping {
  /** its name in apigatewayv2; without one that is its base path */
  apiMappingId?: string
  /** `(none)` is the empty one */
  basePath: string
  restApiId: string
  /** without it the path's next segment names the stage */
  stage?: string
}

export interface DomainNameAccessAssociation {
  domainNameAccessAssociationArn: string
  domainNameArn: string
  /** VPCE */
  accessAssociationSourceType: string
  accessAssociationSource: string
  tags?: Strings
}

export interface Account {
  cloudwatchRoleArn?: string
  features: string[]
  apiKeyVersion: string
}

export interface VpcLink {
  id: string
  name: string
  description?: string
  targetArns: string[]
  tags?: Strings
}

export interface ClientCertificate {
  clientCertificateId: string
  description?: string
  pemEncodedCertificate: string
  /** PEM; never answered, and sealed where an encryption key is configured */
  privateKey: string
  createdDate: number
  expirationDate: number
  tags?: Strings
}
