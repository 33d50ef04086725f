/** Hosts with or without a port, as a Host header or a URL names them. */
import { memo } from './memo.ts'

export interface Authority {
  /** without the port, in lower case */
  readonly host: string
  readonly port: string | undefined
  /** no custom domain's name */
  readonly isOwn: boolean
}

/**
 * Host names that are no custom domain's, so that no look-up is made: this machine's, and those of APIs, but not
 * `d-{id}.execute-api.…`, which is a custom domain's regional name.
 */
const OWN_HOST =
  /^(?:localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-f:.]+\]|(?!d-[a-z0-9]{10}\.)[a-z0-9_-]+\.execute-api\.[a-z0-9.-]+)$/

/** Hosts recur. */
const MAX_AUTHORITIES = 50_000

export const authorityOf = memo(MAX_AUTHORITIES, (text): Authority => {
  const [, name, port] = /^(.*?)(?::(\d*))?$/s.exec(text)!
  const host = name!.toLowerCase()
  return { host, port, isOwn: OWN_HOST.test(host) }
})
