import { doubleToString, floatToString } from './double.ts'
import { printJsonJava } from './json-print.ts'
import { decimalToString } from './number.ts'
import {
  JArray,
  JavaError,
  type JavaObject,
  JBigDecimal,
  JBigInteger,
  JChar,
  JClass,
  JDouble,
  JEntry,
  JList,
  JLong,
  JMap,
  JSmall,
  JView,
  registerHashKey,
  type Value,
} from './values.ts'
import { bigWork, work } from './work.ts'

/** Nesting past which printing stops with an error, as Java's stack would overflow. */
const MAX_DEPTH = 500

/** What an item costs where a list or map is printed, compared or hashed. One object may stand in many lists. */
const ITEM = 20

/** Objects that print themselves, like $input (empty) and #define blocks; undefined asks for the usual text. */
export interface Printable {
  print(): string | null | undefined
}

function ownText(v: JavaObject): string | undefined {
  if (!('print' in v)) return undefined
  const s = (v as unknown as Printable).print()
  return s === null ? 'null' : s
}

/** String.valueOf(v): null prints as "null". */
export function toJavaString(v: Value, depth = 0): string {
  switch (typeof v) {
    case 'string':
      return v
    case 'number':
    case 'boolean':
      return `${v}`
  }
  if (v === null) return 'null'
  if (depth > MAX_DEPTH) throw new JavaError('StackOverflowError', 'Nested too deeply')
  if (v instanceof JMap) {
    return ownText(v) ?? mapToString(v, depth)
  }
  if (v instanceof JList) return v.json ? printJsonJava(v) : listToString(v.a, v, depth)
  if (v instanceof JDouble) return doubleToString(v.v)
  if (v instanceof JLong) return v.v.toString()
  if (v instanceof JBigInteger) {
    bigWork(v.v)
    return v.v.toString()
  }
  if (v instanceof JBigDecimal) return decimalToString(v)
  if (v instanceof JChar) return String.fromCharCode(v.c)
  if (v instanceof JSmall) return v.kind === 'Float' ? floatToString(v.v) : `${v.v}`
  if (v instanceof JView) return listToString(v.items(), v, depth)
  if (v instanceof JEntry) return `${toJavaString(v.key, depth + 1)}=${toJavaString(v.value, depth + 1)}`
  if (v instanceof JClass) return `class ${v.name}`
  return ownText(v) ?? `${v.type}@${(hashCode(v) >>> 0).toString(16)}`
}

function mapToString(m: JMap, depth: number): string {
  work(ITEM * m.size)
  let s = ''
  m.each((k, v) => {
    s += `${s && ', '}${k === m ? '(this Map)' : toJavaString(k, depth + 1)}=${v === m ? '(this Map)' : toJavaString(v, depth + 1)}`
  })
  return `{${s}}`
}

function listToString(a: Value[], self: JavaObject, depth: number): string {
  work(ITEM * a.length)
  let s = ''
  let first = true
  for (const v of a) {
    if (first) first = false
    else s += ', '
    s += v === self ? '(this Collection)' : toJavaString(v, depth + 1)
  }
  return `[${s}]`
}

/** Object.equals as the Java classes define it: 1 and 1L are not equal, lists and maps compare by content. */
export function javaEquals(a: Value, b: Value, depth = 0): boolean {
  if (a === b) return true
  if (typeof a === 'string') work(a.length >> 6)
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false
  if (depth > MAX_DEPTH) throw new JavaError('StackOverflowError', 'Nested too deeply')
  if (a instanceof JList) return b instanceof JList && sameItems(a.a, b.a, depth)
  if (a instanceof JMap) {
    if (!(b instanceof JMap) || a.size !== b.size) return false
    work(2 * ITEM * a.size)
    return a.keys().every((k) => {
      const y = b.getKey(k)
      return y !== undefined && javaEquals(a.getKey(k) ?? null, y, depth + 1)
    })
  }
  if (a instanceof JDouble) return b instanceof JDouble && Object.is(a.v, b.v)
  if (a instanceof JLong) return b instanceof JLong && a.v === b.v
  if (a instanceof JBigInteger) return b instanceof JBigInteger && a.v === b.v
  if (a instanceof JBigDecimal) return b instanceof JBigDecimal && a.u === b.u && a.s === b.s
  if (a instanceof JChar) return b instanceof JChar && a.c === b.c
  if (a instanceof JSmall) return b instanceof JSmall && a.kind === b.kind && Object.is(a.v, b.v)
  if (a instanceof JClass) return b instanceof JClass && a.name === b.name
  if (a instanceof JEntry) {
    return (
      b instanceof JEntry && javaEquals(a.key, b.key, depth + 1) && javaEquals(a.value, b.value, depth + 1)
    )
  }
  if (a instanceof JView && a.kind !== 'Values') {
    if (!(b instanceof JView) || b.kind !== a.kind || a.map.size !== b.map.size) return false
    const items = b.items()
    work(ITEM * items.length * items.length)
    return a.items().every((x) => items.some((y) => javaEquals(x, y, depth + 1)))
  }
  return false
}

function sameItems(a: Value[], b: Value[], depth: number): boolean {
  if (a.length !== b.length) return false
  work(ITEM * a.length)
  return a.every((x, i) => javaEquals(x, b[i] as Value, depth + 1))
}

function sum(a: Value[]): number {
  work(ITEM * a.length)
  return a.reduce<number>((h, x) => (h + hashCode(x)) | 0, 0)
}
const hashLong = (v: bigint): number => Number(BigInt.asIntN(32, v ^ (v >> 32n)))

/** Object.hashCode; objects without one of their own get a fixed number, not an address. */
export function hashCode(v: Value): number {
  if (v === null) return 0
  if (typeof v === 'number') return v
  if (typeof v === 'boolean') return v ? 1231 : 1237
  if (typeof v === 'string') {
    work(v.length >> 2)
    let h = 0
    for (let i = 0; i < v.length; i++) h = (Math.imul(h, 31) + v.charCodeAt(i)) | 0
    return h
  }
  if (v instanceof JList) {
    work(ITEM * v.a.length)
    return v.a.reduce<number>((h, x) => (Math.imul(31, h) + hashCode(x)) | 0, 1)
  }
  if (v instanceof JMap) {
    work(2 * ITEM * v.size)
    let h = 0
    v.each((k, x) => {
      h = (h + (hashCode(k) ^ hashCode(x))) | 0
    })
    return h
  }
  if (v instanceof JEntry) return hashCode(v.key) ^ hashCode(v.value)
  if (v instanceof JView && v.kind !== 'Values') return sum(v.items())
  if (v instanceof JLong) return hashLong(v.v)
  if (v instanceof JDouble) return hashLong(doubleBits(v.v))
  if (v instanceof JChar) return v.c
  if (v instanceof JSmall && v.kind !== 'Float') return v.v
  if (v instanceof JBigInteger) return hashBig(v.v)
  if (v instanceof JBigDecimal) return (Math.imul(31, hashBig(v.u)) + v.s) | 0
  return 31
}

function hashBig(v: bigint): number {
  bigWork(v)
  let h = 0
  const words: number[] = []
  for (let m = v < 0n ? -v : v; m > 0n; m >>= 32n) words.push(Number(m & 0xffffffffn))
  for (const w of words.reverse()) h = (Math.imul(31, h) + w) | 0
  return v < 0n ? -h | 0 : h
}

export function doubleBits(d: number): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, d)
  return view.getBigInt64(0)
}

/** How an object is spelled as a map key, so that equal objects meet. */
function spell(v: Value): string {
  if (typeof v === 'string') {
    work(v.length >> 4)
    return JSON.stringify(v)
  }
  if (v === null || typeof v !== 'object') return `${v}`
  if (v instanceof JList) {
    work(ITEM * v.a.length)
    return `[${v.a.map(spell).join()}]`
  }
  if (v instanceof JArray) return `${v.type}#${identity(v)}`
  if (v instanceof JMap) {
    const parts: string[] = []
    work(4 * ITEM * v.size)
    v.each((k, x) => parts.push(`${spell(k)}:${spell(x)}`))
    return `{${parts.sort().join()}}`
  }
  if (v instanceof JDouble || v instanceof JLong || v instanceof JChar || v instanceof JBigInteger) {
    return `${v.type}:${toJavaString(v)}`
  }
  if (v instanceof JBigDecimal) return `d${v.u}/${v.s}`
  return `${v.type}#${identity(v)}`
}

let serial = 0
const serials = new WeakMap<object, number>()
function identity(v: object): number {
  const n = serials.get(v) ?? ++serial
  serials.set(v, n)
  return n
}

registerHashKey(spell)
