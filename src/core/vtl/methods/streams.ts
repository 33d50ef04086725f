import { JArray, JavaObject, JIterator, JList, type Value } from '../../java/values.ts'
import type { Body } from './dispatch.ts'

/** What chars(), lines() and stream() give: only what works without lambdas. */
export class JStream extends JavaObject {
  readonly a: Value[]
  readonly ints: boolean
  constructor(a: Value[], ints: boolean) {
    super()
    this.a = a
    this.ints = ints
  }
  get type(): string {
    return this.ints ? 'java.util.stream.IntPipeline$Head' : 'java.util.stream.ReferencePipeline$Head'
  }
}

export const stream = (a: Value[], ints = false): JStream => new JStream(a, ints)

export const STREAM: Record<string, Body> = {
  'count:': (s: JStream) => s.a.length,
  'iterator:': (s: JStream) => new JIterator(s.a),
  'toArray:': (s: JStream) => new JArray(s.a, s.ints ? 'I' : 'Ljava.lang.Object;'),
  'toList:': (s: JStream) => new JList([...s.a]),
  'distinct:': (s: JStream) => stream([...new Set(s.a)], s.ints),
  'sum:': (s: JStream) => (s.a as number[]).reduce((x, y) => (x + y) | 0, 0),
  'limit:l': (s: JStream, [n]) => stream(s.a.slice(0, Number(n?.v ?? n)), s.ints),
  'skip:l': (s: JStream, [n]) => stream(s.a.slice(Number(n?.v ?? n)), s.ints),
}
