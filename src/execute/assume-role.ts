/**
 * Roles of integrations and authorizers: assumed through STS with the gateway's own credentials and kept until shortly before
 * they expire. Calls that come together wait for one answer of STS.
 */
import { endpointOf } from '../core/aws-service.ts'
import { configurationFault } from '../core/fault.ts'
import { type SigningCredentials, signRequest } from '../core/sigv4/sign.ts'
import type { AwsCredentials, Platform } from '../platform.ts'

/** The session that Amazon's own logs and trails show for API Gateway. */
const SESSION = 'BackplaneAssumeRoleSession'
const DURATION_SECONDS = 3600
/** A role is assumed again this long before its credentials expire, in milliseconds. */
const MARGIN_MS = 5 * 60_000
const TIMEOUT_MS = 10_000
const MAX_ROLES = 1000

type Held = AwsCredentials & { expiresAt: number }

const sessions = new WeakMap<Platform, Map<string, Promise<Held>>>()

/** `own` are the gateway's credentials. Throws Amazon's configuration fault where STS says no, or nothing. */
export async function assumeRole(
  arn: string,
  own: SigningCredentials,
  platform: Platform,
): Promise<SigningCredentials> {
  const roles = sessions.get(platform) ?? new Map<string, Promise<Held>>()
  sessions.set(platform, roles)
  const key = `${own.accessKeyId} ${arn}`
  const known = roles.get(key)
  if (known) {
    const held = await platform.join(known)
    if (held.expiresAt - MARGIN_MS > platform.clock.now()) return held
    // of all that waited, the first one asks again; the others find its question
    if (roles.get(key) !== known) return assumeRole(arn, own, platform)
  }
  const asked = ask(arn, own, platform)
  roles.delete(key)
  if (roles.size >= MAX_ROLES) roles.delete(roles.keys().next().value!)
  roles.set(key, asked)
  const settled = asked.catch(() => {
    if (roles.get(key) === asked) roles.delete(key)
  })
  // others wait for this answer, so it must survive the disconnect of the call that asked
  platform.defer(settled)
  return asked
}

async function ask(arn: string, own: SigningCredentials, platform: Platform): Promise<Held> {
  const { clock, outbound, settings } = platform
  const region = settings.region
  const { url, signing } = endpointOf({ service: 'sts', region }, settings.endpoints)
  const form = new URLSearchParams({
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: arn,
    RoleSessionName: SESSION,
    DurationSeconds: String(DURATION_SECONDS),
  })
  const body = new TextEncoder().encode(form.toString())
  const request = {
    method: 'POST',
    url: `${url}/`,
    headers: [['content-type', 'application/x-www-form-urlencoded']] as [string, string][],
    body,
  }
  const refused = (cause: unknown) =>
    configurationFault(`API Gateway does not have permission to assume the provided role ${arn}`, cause)
  try {
    const headers = await signRequest(request, { credentials: own, ...signing, now: clock.now() })
    const { status, body: answer } = await outbound.send({
      ...request,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const text = await new Response(answer as BodyInit | null).text()
    if (status !== 200)
      throw new Error(`STS answered ${status}: ${element(text, 'Code') ?? text.slice(0, 200)}`)
    return credentialsIn(text)
  } catch (cause) {
    platform.log('warn', 'a role could not be assumed', { role: arn, error: String(cause) })
    throw refused(cause)
  }
}

function credentialsIn(xml: string): Held {
  const accessKeyId = element(xml, 'AccessKeyId')
  const secretAccessKey = element(xml, 'SecretAccessKey')
  const sessionToken = element(xml, 'SessionToken')
  const expiresAt = Date.parse(element(xml, 'Expiration') ?? '')
  if (!accessKeyId || !secretAccessKey || Number.isNaN(expiresAt))
    throw new Error('STS answered no credentials')
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt }
}

/** The text of the first element of a name: STS's answer is flat enough for it. */
function element(xml: string, name: string): string | undefined {
  const text = new RegExp(`<${name}>\\s*([^<]*?)\\s*</${name}>`).exec(xml)?.[1]
  return text
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
