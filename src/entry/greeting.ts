/** What a user reads when the gateway has started: what runs where, and what to try next. */
import type { Settings } from '../platform.ts'

export function greeting(facts: {
  host: string
  port: number
  tlsPort?: number
  runtime: string
  version: string
  database: string
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
    'Try next (any AWS credentials do, e.g. AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test):',
    `  aws apigateway import-rest-api --endpoint-url ${base} --body fileb://examples/petstore.json`,
    `  aws apigateway create-deployment --endpoint-url ${base} --rest-api-id API_ID --stage-name dev`,
    `  curl ${base}/_aws/execute-api/API_ID/dev/pets`,
  ]
  if (settings.control === 'open')
    lines.push(
      '',
      'Warning: no principal is configured, so anybody on this machine may manage the gateway (loopback only).',
    )
  return lines
}
