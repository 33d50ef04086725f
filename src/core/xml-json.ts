/**
 * The XML of Amazon's query protocol as JSON: elements are members in the order of their names, lists (`<member>`) are lists,
 * maps (`<entry><key>…`) are objects. XML has no types: every scalar is a text, and what is empty is null.
 */
export type Json = string | null | Json[] | { [name: string]: Json }

/** The member's name where an element is always part of a list. */
export type ListOf = (parent: string, element: string) => string | undefined

interface Element {
  name: string
  children: Element[]
  text: string
}

const TOKEN =
  /<!\[CDATA\[([\s\S]*?)\]\]>|<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([^\s<>/]+)(?:"[^"]*"|'[^']*'|[^<>"'])*?(\/?)>|[^<]+|</g
/** Deeper than this no answer is. */
const DEEPEST = 200
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

const decoded = (text: string): string =>
  text.replace(/&(?:#(?:x([0-9a-f]{1,6})|(\d{1,7}))|(\w+));/gi, (entity, hex, decimal, name) => {
    if (name) return ENTITIES[name] ?? entity
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : entity
  })

/** The root element's name and value; null for what is no XML. */
export function jsonOfXml(text: string, listOf: ListOf): { name: string; value: Json } | null {
  const top: Element = { name: '', children: [], text: '' }
  const open: Element[] = [top]
  for (const [token, data, end, name, empty] of text.matchAll(TOKEN)) {
    const at = open.at(-1)!
    if (data !== undefined) at.text += data
    else if (token === '<' || open.length > DEEPEST) return null
    else if (name === undefined) at.text += token.startsWith('<') ? '' : decoded(token)
    else if (end) {
      if (open.length === 1 || open.pop()!.name !== name) return null
    } else {
      const element: Element = { name, children: [], text: '' }
      at.children.push(element)
      if (!empty) open.push(element)
    }
  }
  const [root] = top.children
  if (open.length !== 1 || !root || top.children.length !== 1) return null
  return { name: root.name, value: jsonOf(root, listOf) }
}

function jsonOf({ name, children, text }: Element, listOf: ListOf): Json {
  if (children.length === 0) return text === '' ? null : text
  const value = (child: Element): Json => jsonOf(child, listOf)
  if (children.every((child) => child.name === 'member')) return children.map(value)
  if (children.every((child) => child.name === 'entry'))
    return Object.fromEntries(
      children.map(({ children: [key, held] }) => [key?.text ?? '', held ? value(held) : null]),
    )
  const members = new Map<string, Json>()
  for (const child of children) {
    const list = listOf(name, child.name)
    const member = list ?? child.name
    const held = members.get(member)
    if (held === undefined) members.set(member, list ? [value(child)] : value(child))
    else members.set(member, [...(Array.isArray(held) ? held : [held]), value(child)])
  }
  return Object.fromEntries([...members].sort(([a], [b]) => (a < b ? -1 : 1)))
}
