/** Who a caller is by address: the connection's, or what a trusted proxy says of it. */
import { type Block, inBlock, parseAddress, parseBlock } from './policy/ip.ts'

const parsed = new WeakMap<readonly string[], Block[]>()

/** Whether an address is in a list of addresses and CIDR blocks. */
export function addressIn(address: string, list: readonly string[]): boolean {
  if (list.length === 0) return false
  let blocks = parsed.get(list)
  if (!blocks) {
    blocks = list.map(parseBlock).filter((block) => block !== undefined)
    parsed.set(list, blocks)
  }
  const known = parseAddress(address)
  return known !== undefined && blocks.some((block) => inBlock(known, block))
}

const LOOPBACK = ['127.0.0.0/8', '::1']

export const isLoopback = (address: string): boolean => addressIn(address, LOOPBACK)

/** `::ffff:192.0.2.1` is how a socket for both families shows an IPv4 caller. */
export const plainAddress = (address: string): string =>
  address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address

/** The last address that no trusted proxy has: those before it are only claimed. */
export function clientAddress(
  peer: string,
  forwardedFor: string | null | undefined,
  proxies: readonly string[],
): string {
  const address = plainAddress(peer)
  if (!forwardedFor || !addressIn(address, proxies)) return address
  const chain = forwardedFor.split(',').map((one) => one.trim())
  return chain.findLast((one) => !addressIn(one, proxies)) ?? chain[0]!
}
