/** IP addresses and CIDR blocks as numbers, for `IpAddress` and for trusted proxies. */

export interface Address {
  /** 32 for IPv4, 128 for IPv6. An IPv4 address written as IPv6 (`::ffff:192.0.2.1`) is an IPv4 address */
  bits: 32 | 128
  /** groups of 32 bits, most significant first */
  words: readonly number[]
}

export interface Block extends Address {
  prefix: number
}

function v4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return undefined
  let value = 0
  for (let i = 1; i <= 4; i++) {
    const part = Number(match[i])
    // a leading zero is octal to some readers: refuse what two readers may read differently
    if (part > 255 || (match[i]!.length > 1 && match[i]![0] === '0')) return undefined
    value = value * 256 + part
  }
  return value
}

function v6(text: string): number[] | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  let source = text
  if (dotted) {
    const low = v4(dotted[2]!)
    if (low === undefined) return undefined
    source = `${dotted[1]}${(low >>> 16).toString(16)}:${(low & 0xffff).toString(16)}`
  }
  const halves = source.split('::')
  if (halves.length > 2) return undefined
  const groups = (half: string) => (half === '' ? [] : half.split(':'))
  const head = groups(halves[0]!)
  const tail = halves.length === 2 ? groups(halves[1]!) : []
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const all = [...head, ...Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail]
  const words: number[] = []
  for (let i = 0; i < 8; i += 2) {
    if (!/^[0-9a-f]{1,4}$/i.test(all[i]!) || !/^[0-9a-f]{1,4}$/i.test(all[i + 1]!)) return undefined
    words.push(Number.parseInt(all[i]!, 16) * 65536 + Number.parseInt(all[i + 1]!, 16))
  }
  return words
}

/** Undefined for what is no address. A zone (`%eth0`) and brackets are not part of one. */
export function parseAddress(text: string): Address | undefined {
  const low = v4(text)
  if (low !== undefined) return { bits: 32, words: [low] }
  const words = v6(text)
  if (!words) return undefined
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff
    ? { bits: 32, words: [words[3]!] }
    : { bits: 128, words }
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. */
export function parseBlock(text: string): Block | undefined {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (!address) return undefined
  if (slash < 0) return { ...address, prefix: address.bits }
  const length = text.slice(slash + 1)
  const given = /^\d{1,3}$/.test(length) ? Number(length) : -1
  // the block of a mapped address is counted in the 128 bits it was written in
  const prefix = address.bits === 32 && text.includes(':') ? given - 96 : given
  return prefix >= 0 && prefix <= address.bits ? { ...address, prefix } : undefined
}

export function inBlock(address: Address, block: Block): boolean {
  if (address.bits !== block.bits) return false
  let left = block.prefix
  for (let i = 0; left > 0; i++, left -= 32) {
    const shift = left >= 32 ? 0 : 32 - left
    if (address.words[i]! >>> shift !== block.words[i]! >>> shift) return false
  }
  return true
}
