/**
 * The XML of Amazon's query protocol as JSON: elements are members in the order of their names, lists (`<member>`) are lists,
 * maps (`<entry><key>…`) are objects. XML has no types: every scalar is a text, and what is empty is null.
 */
export type Json = string | null | Json[] | { [name: string]: Json }

/** What XML does not tell of an element. */
export interface Shape {
  /** the member's name where an element is always part of a list */
  listOf(parent: string, element: string): string | undefined
  /** members that are there even without a value */
  membersOf(parent: string, element: string): readonly string[]
}

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
export function jsonOfXml(text: string, shape: Shape): { name: string; value: Json } | null {
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
  return { name: root.name, value: jsonOf(root, '', shape) }
}

function jsonOf({ name, children, text }: Element, parent: string, shape: Shape): Json {
  const expected = shape.membersOf(parent, name)
  if (children.length === 0 && expected.length === 0) return text === '' ? null : text
  const value = (child: Element): Json => jsonOf(child, name, shape)
  if (children.length > 0 && children.every((child) => child.name === 'member')) return children.map(value)
  if (children.length > 0 && children.every((child) => child.name === 'entry'))
    return Object.fromEntries(
      children.map(({ children: [key, held] }) => [key?.text ?? '', held ? value(held) : null]),
    )
  const members = new Map<string, Json>()
  for (const child of children) {
    const list = shape.listOf(name, child.name)
    const member = list ?? child.name
    const held = members.get(member)
    if (held === undefined) members.set(member, list ? [value(child)] : value(child))
    else members.set(member, [...(Array.isArray(held) ? held : [held]), value(child)])
  }
  for (const member of expected) if (!members.has(member)) members.set(member, null)
  return Object.fromEntries([...members].sort(([a], [b]) => (a < b ? -1 : 1)))
}
