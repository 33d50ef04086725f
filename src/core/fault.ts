/**
 * Gateway faults: what the execution service answers when a call does not get to its integration, or comes back without a response.
 * One table of Amazon's 21 gateway response types (guide: supported-gateway-response-types) and one class.
 */
export interface FaultDefault {
  /** 4XX or 5XX status; null for the two that only lend their settings to others */
  status: number | null
  /** the x-amzn-ErrorType header */
  errorType: string
  /** `$context.error.message` */
  message: string | null
  /** the body where nobody customised it, as recorded; `%` stands for the message in JSON */
  body: string
}

/** The front end writes its JSON tight, the part behind it with a space: recorded. */
const TIGHT = '{"message":%}'
const SPACED = '{"message": %}'

const row = (
  status: number | null,
  errorType: string,
  message: string | null,
  body = TIGHT,
): FaultDefault => ({
  status,
  errorType,
  message,
  body,
})

export const GATEWAY_RESPONSES = {
  ACCESS_DENIED: row(
    403,
    'AccessDeniedException',
    'User is not authorized to access this resource',
    '{"Message":%}',
  ),
  API_CONFIGURATION_ERROR: row(500, 'InternalServerErrorException', 'Internal server error', SPACED),
  AUTHORIZER_CONFIGURATION_ERROR: row(500, 'AuthorizerConfigurationException', null),
  AUTHORIZER_FAILURE: row(500, 'AuthorizerFailureException', null),
  BAD_REQUEST_BODY: row(400, 'BadRequestException', 'Invalid request body', SPACED),
  BAD_REQUEST_PARAMETERS: row(400, 'BadRequestException', 'Missing required request parameters', SPACED),
  DEFAULT_4XX: row(null, 'BadRequestException', 'Bad Request', SPACED),
  DEFAULT_5XX: row(null, 'InternalServerErrorException', 'Internal server error', SPACED),
  EXPIRED_TOKEN: row(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
  INTEGRATION_FAILURE: row(
    504,
    'InternalServerErrorException',
    'Network error communicating with endpoint',
    SPACED,
  ),
  INTEGRATION_TIMEOUT: row(504, 'InternalServerErrorException', 'Endpoint request timed out', SPACED),
  INVALID_API_KEY: row(403, 'ForbiddenException', 'Forbidden'),
  INVALID_SIGNATURE: row(
    403,
    'InvalidSignatureException',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ),
  MISSING_AUTHENTICATION_TOKEN: row(
    403,
    'MissingAuthenticationTokenException',
    'Missing Authentication Token',
  ),
  QUOTA_EXCEEDED: row(429, 'LimitExceededException', 'Limit Exceeded'),
  REQUEST_TOO_LARGE: row(413, 'RequestTooLargeException', 'Request Too Long'),
  RESOURCE_NOT_FOUND: row(404, 'ResourceNotFoundException', 'Not Found'),
  THROTTLED: row(429, 'TooManyRequestsException', 'Too Many Requests'),
  UNAUTHORIZED: row(401, 'UnauthorizedException', 'Unauthorized'),
  UNSUPPORTED_MEDIA_TYPE: row(415, 'BadRequestException', 'Unsupported Media Type', SPACED),
  WAF_FILTERED: row(403, 'ForbiddenException', 'Forbidden'),
} satisfies Record<string, FaultDefault>

export type GatewayResponseType = keyof typeof GATEWAY_RESPONSES

export interface FaultDetails {
  /** instead of the type's own status */
  status?: number
  /** instead of the type's own message; null is answered as JSON null */
  message?: string | null
  /** instead of the type's own x-amzn-ErrorType */
  errorType?: string
  /** the front end answers, whose JSON is tight, though the type is one of the part behind it */
  tight?: boolean
  /** what went wrong, for the log and never for the client */
  reason?: string
  /** `$context.integrationErrorMessage`, where it is not the reason */
  integrationError?: string
  /** `$context.error.validationErrorString` */
  validationErrorString?: string
  /** headers that the fault brings along, e.g. Retry-After */
  headers?: [string, string][]
  cause?: unknown
}

/** Ends a call. Steps throw it; one catch turns it into a gateway response. */
export class Fault extends Error {
  readonly type: GatewayResponseType
  readonly status: number
  readonly errorType: string
  /** what the client is told; `message` of Error holds the reason for the log */
  readonly clientMessage: string | null
  readonly validationErrorString: string | undefined
  readonly integrationError: string
  /** as in the table */
  readonly body: string
  readonly headers: [string, string][]

  constructor(type: GatewayResponseType, details: FaultDetails = {}) {
    const defaults = GATEWAY_RESPONSES[type]
    const clientMessage = details.message === undefined ? defaults.message : details.message
    super(details.reason ?? clientMessage ?? type, { cause: details.cause })
    this.name = 'Fault'
    this.type = type
    this.status = details.status ?? defaults.status ?? (type === 'DEFAULT_4XX' ? 400 : 500)
    this.errorType = details.errorType ?? defaults.errorType
    this.clientMessage = clientMessage
    this.validationErrorString = details.validationErrorString
    this.body = details.tight ? TIGHT : defaults.body
    this.integrationError = details.integrationError ?? this.message
    this.headers = details.headers ?? []
  }
}

/** The API asks for something that cannot be done as it is configured: 500, and the log says what. */
export const configurationFault = (reason: string, cause?: unknown): Fault =>
  new Fault('API_CONFIGURATION_ERROR', {
    reason: `Execution failed due to configuration error: ${reason}`,
    cause,
  })
