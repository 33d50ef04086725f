/** Principal and NotPrincipal of a resource policy. Source: IAM user guide, "AWS JSON policy elements: Principal". */
import { PolicyError } from './problem.ts'

/** Who makes a request. Anonymous where nobody was proved by IAM. */
export interface PolicyPrincipal {
  /** the user's or the session's ARN */
  arn: string
  accountId: string
  /** the role that a session was assumed from */
  roleArn?: string
  /** AIDA…, AROA…:session */
  userId?: string
}

export type PrincipalTest = (principal: PolicyPrincipal | null) => boolean

const ACCOUNT = /^(?:arn:[\w-]+:iam::(\d{12}):root|(\d{12}))$/

/** Throws PolicyError for a principal that Amazon would not take either, such as an ARN with wildcards. */
export function principalTest(element: unknown): PrincipalTest {
  if (element === '*') return () => true
  if (element === null || typeof element !== 'object' || Array.isArray(element))
    throw new PolicyError('Principal must be "*" or an object')
  let anyone = false
  const accounts = new Set<string>()
  const names = new Set<string>()
  for (const [kind, value] of Object.entries(element)) {
    const list = Array.isArray(value) ? value : [value]
    if (!list.every((one): one is string => typeof one === 'string' && one !== ''))
      throw new PolicyError(`Principal ${kind} must be a text or a list of texts`)
    if (kind === 'Service' || kind === 'Federated' || kind === 'CanonicalUser') {
      // a caller of an API is none of these; they are part of the language and match nobody here
      continue
    }
    if (kind !== 'AWS') throw new PolicyError(`'${kind}' is no kind of principal`)
    for (const one of list) {
      const account = ACCOUNT.exec(one)
      if (one === '*') anyone = true
      else if (account) accounts.add((account[1] ?? account[2])!)
      else if (/[*?]/.test(one)) throw new PolicyError(`a principal cannot have wildcards: '${one}'`)
      else if (/^arn:[\w-]+:(?:iam|sts)::\d{12}:.+$/.test(one) || /^A[A-Z0-9]{10,}$/.test(one)) names.add(one)
      else throw new PolicyError(`'${one}' is no principal`)
    }
  }
  if (anyone) return () => true
  return (principal) =>
    principal !== null &&
    (accounts.has(principal.accountId) ||
      names.has(principal.arn) ||
      (principal.roleArn !== undefined && names.has(principal.roleArn)) ||
      (principal.userId !== undefined && names.has(principal.userId.split(':')[0]!)))
}
