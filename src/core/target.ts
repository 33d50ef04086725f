/** Which API a request names, by its host or by a path form. Pure; nothing is looked up. */
import type { Authority } from './authority.ts'

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

/** `/_aws/execute-api/{api-id}/{stage}/…` and `/restapis/{api-id}/{stage}/_user_request_/…` */
const PATH_FORM =
  /^\/(?:_aws\/execute-api\/([^/]+)(?:\/([^/]*))?|restapis\/([^/]+)\/([^/]+)\/_user_request_)(\/.*)?$/s

/** The API that a request names, or null when it names none (then the host may be a custom domain, or the control service's). */
export function parseTarget({ apiId, region }: Authority, rawPath: string, rawQuery: string): Target | null {
  if (apiId) return { by: 'api', apiId, region, rawPath, rawQuery }
  if (!rawPath.startsWith('/_aws/execute-api/') && !rawPath.includes('/_user_request_')) return null
  const form = PATH_FORM.exec(rawPath)
  if (!form) return null
  return {
    by: 'api',
    apiId: (form[1] ?? form[3])!.toLowerCase(),
    stage: form[2] ?? form[4] ?? '',
    rawPath: form[5] ?? '/',
    rawQuery,
  }
}
