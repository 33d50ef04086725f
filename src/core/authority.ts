/** What a Host header or a URL names: a host with or without a port, and whether it is an API's, this gateway's own, or may be a custom domain. */
import { memo, sharedText } from './memo.ts'

export interface Authority {
  /** without the port, in lower case */
  readonly host: string
  readonly port: string | undefined
  /** no custom domain's name */
  readonly isOwn: boolean
  /** of `{api-id}.execute-api.{region}.{domain}` */
  readonly apiId: string | undefined
  readonly region: string | undefined
}

/**
 * Host names that are no custom domain's, so that no look-up is made: this machine's, and those of APIs, but not
 * `d-{id}.execute-api.…`, which is a custom domain's regional name.
 */
const OWN_HOST =
  /^(?:localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:.]+\]|(?!d-[a-z0-9]{10}\.)[a-z0-9_-]+\.execute-api\.[a-z0-9.-]+)$/

/**
 * `{api-id}.execute-api.{region}.{domain}`, but for a custom domain's regional name; the suffix names a VPC endpoint, and
 * LocalStack's hosts have no region.
 */
const API_HOST =
  /^(?!d-[a-z0-9]{10}(?:-vpce-|\.))([a-z0-9_-]+?)(?:-vpce-[a-z0-9]+)?\.execute-api\.(?:([a-z]{2}(?:-[a-z]+)+-\d+)\.)?[a-z0-9.-]+$/

/** Hosts recur. */
const MAX_AUTHORITIES = 50_000

const known = memo(MAX_AUTHORITIES, (text): Authority => {
  const [, name, port] = /^(.*?)(?::(\d*))?$/s.exec(text)!
  const host = name!.toLowerCase()
  const [, apiId, region] = API_HOST.exec(host) ?? []
  return { host, port, isOwn: OWN_HOST.test(host), apiId, region: region && sharedText(region) }
})

let lastText = ''
let last = known('')

/** A call's host is asked for more than once, and the next call is often for the same one. */
export function authorityOf(text: string): Authority {
  if (text === lastText) return last
  last = known(text)
  lastText = text
  return last
}
