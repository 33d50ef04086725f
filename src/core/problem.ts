/**
 * The control service's seven error shapes, as the service model names them, with their status codes; and the errors of the
 * frame around it, which the model does not name but every service of Amazon's answers (recorded).
 */
const PROBLEM_STATUS = {
  BadRequestException: 400,
  UnauthorizedException: 401,
  NotFoundException: 404,
  ConflictException: 409,
  LimitExceededException: 429,
  TooManyRequestsException: 429,
  ServiceUnavailableException: 503,
  ValidationException: 400,
  SerializationException: 400,
  AccessDeniedException: 403,
  MissingAuthenticationTokenException: 403,
  IncompleteSignatureException: 403,
  InvalidSignatureException: 403,
  UnrecognizedClientException: 403,
  ExpiredTokenException: 403,
  RequestEntityTooLargeException: 413,
  InternalServerErrorException: 500,
} as const

export type ProblemType = keyof typeof PROBLEM_STATUS

/** An answer of the control service that is an error. Thrown anywhere below `control`, encoded in one place. */
export class Problem extends Error {
  readonly type: ProblemType
  readonly retryAfterSeconds: number | undefined
  /** where in a document that was sent it lies: a line and column, or a JSON pointer; told beside the message */
  place?: string

  constructor(type: ProblemType, message: string, retryAfterSeconds?: number) {
    super(message)
    this.name = 'Problem'
    this.type = type
    this.retryAfterSeconds = retryAfterSeconds
  }

  get status(): number {
    return PROBLEM_STATUS[this.type]
  }
}

/**
 * The same in apigatewayv2, whose model names fewer: what is wrong with a request is a BadRequestException, and what is too
 * many a TooManyRequestsException.
 */
export function inV2(problem: Problem): Problem {
  const type = IN_V2[problem.type]
  return type ? new Problem(type, problem.message, problem.retryAfterSeconds) : problem
}

const IN_V2: Partial<Record<ProblemType, ProblemType>> = {
  ValidationException: 'BadRequestException',
  SerializationException: 'BadRequestException',
  LimitExceededException: 'TooManyRequestsException',
}

export const badRequest = (message: string) => new Problem('BadRequestException', message)
export const notFound = (message: string) => new Problem('NotFoundException', message)
export const conflict = (message: string) => new Problem('ConflictException', message)
export const limitExceeded = (message: string) => new Problem('LimitExceededException', message)
