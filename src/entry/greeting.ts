/** What a user reads when the gateway has started: what runs where, and what to try next. */
import type { Settings } from '../platform.ts'

export function greeting(facts: {
  host: string
  port: number
  tlsPort?: number
  runtime: string
  version: string
  database: string
  /** who may manage: anybody, principals, or principals whose secrets cannot be opened without a key */
  managers: 'anybody' | 'principals' | 'sealed'
  settings: Settings
}): string[] {
  const { host, port, settings } = facts
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const lines = [
    `Edgeway ${facts.version} on ${facts.runtime}`,
    `  control   ${base}   (region ${settings.region}, account ${settings.accountId})`,
    `  invoke    http://{api-id}.execute-api.${settings.region}.${settings.domain}:${port}/{stage}/…`,
    `            ${base}/_aws/execute-api/{api-id}/{stage}/…`,
    `            ${base}/restapis/{api-id}/{stage}/_user_request_/…`,
    ...(facts.tlsPort ? [`  TLS       port ${facts.tlsPort}, by server name`] : []),
    `  database  ${facts.database}`,
    '',
    facts.managers === 'anybody'
      ? 'Try next (any AWS credentials do):'
      : 'Try next (with the access key of a principal that may manage):',
    `  export ${facts.managers === 'anybody' ? 'AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test ' : ''}AWS_DEFAULT_REGION=${settings.region}`,
    `  aws apigateway import-rest-api --endpoint-url ${base} --body fileb://examples/petstore.json`,
    `  aws apigateway create-deployment --endpoint-url ${base} --rest-api-id API_ID --stage-name dev`,
    `  curl ${base}/_aws/execute-api/API_ID/dev/pets`,
  ]
  const warning = WARNINGS[facts.managers]
  return warning ? [...lines, '', warning] : lines
}

const WARNINGS = {
  anybody:
    'Warning: no principal is configured, so anybody on this machine may manage the gateway (loopback only).',
  principals: '',
  sealed:
    'Warning: the database holds principals, which cannot be read without EDGEWAY_ENCRYPTION_KEY: signed requests get 500.',
}
