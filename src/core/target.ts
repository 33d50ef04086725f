/** Which API a request names, by its host or by a path form. Pure; nothing is looked up. */
import { memo } from './memo.ts'

export type Target =
  | {
      by: 'api'
      apiId: string
      /** from the host; the path forms name none */
      region?: string
      /** set for the path forms; in the host form the stage is the path's first segment */
      stage?: string
      /** what follows the host or the path form's prefix: percent-encoded, starts with `/` */
      rawPath: string
      /** without the `?` */
      rawQuery: string
    }
  | { by: 'domain'; host: string; rawPath: string; rawQuery: string }

/** `{api-id}.execute-api.{region}.{domain}`; the suffix names a VPC endpoint, and LocalStack's hosts have no region. */
const HOST = /^([a-z0-9_-]+?)(?:-vpce-[a-z0-9]+)?\.execute-api\.(?:([a-z]{2}(?:-[a-z]+)+-\d+)\.)?[a-z0-9.-]+$/

/** The label of a custom domain's own regional name, `d-{id}.execute-api.{region}.{domain}`: it names no API. */
const REGIONAL = /^d-[a-z0-9]{10}$/

/** `/_aws/execute-api/{api-id}/{stage}/…` and `/restapis/{api-id}/{stage}/_user_request_/…` */
const PATH_FORM =
  /^\/(?:_aws\/execute-api\/([^/]+)(?:\/([^/]*))?|restapis\/([^/]+)\/([^/]+)\/_user_request_)(\/.*)?$/s

interface Named {
  apiId: string
  region: string | undefined
}

/** Hosts recur. */
const MAX_HOSTS = 50_000

const namedBy = memo(MAX_HOSTS, (host): Named | null => {
  const [, apiId, region] = HOST.exec(host) ?? []
  return apiId && !REGIONAL.test(apiId) ? { apiId, region } : null
})

/**
 * The API that a request names, or null when it names none (then the host may be a custom domain, or the control service's).
 * `host` is in lower case and without a port.
 */
export function parseTarget(host: string, rawPath: string, rawQuery: string): Target | null {
  if (host.includes('.execute-api.')) {
    const named = namedBy(host)
    if (named) return { by: 'api', apiId: named.apiId, region: named.region, rawPath, rawQuery }
  }
  if (!rawPath.startsWith('/_aws/execute-api/') && !rawPath.includes('/_user_request_')) return null
  const form = PATH_FORM.exec(rawPath)
  if (!form) return null
  const apiId = (form[1] ?? form[3])!.toLowerCase()
  return { by: 'api', apiId, stage: form[2] ?? form[4] ?? '', rawPath: form[5] ?? '/', rawQuery }
}
