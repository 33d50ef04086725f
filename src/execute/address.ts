/** Whether an address is in a list of addresses and CIDR blocks from the settings. */
import { type Block, inBlock, parseAddress, parseBlock } from '../core/policy/ip.ts'

const parsed = new WeakMap<readonly string[], Block[]>()

export function addressIn(address: string, list: readonly string[]): boolean {
  const known = parsed.get(list)
  const blocks = known ?? list.map(parseBlock).filter((block) => block !== undefined)
  if (!known) parsed.set(list, blocks)
  const parsedAddress = parseAddress(address)
  return parsedAddress !== undefined && blocks.some((block) => inBlock(parsedAddress, block))
}
