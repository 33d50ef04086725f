import { JMap, type Value } from '../java/values.ts'
import { MAP } from './methods/collections.ts'
import { register } from './methods/tables.ts'

/** `$foreach`: the state of a loop, and a map for what the template wants to keep in it. */
export class LoopScope extends JMap {
  declare index: number
  declare more: boolean
  declare readonly parent: LoopScope | null
  /** What $foreach was before, when that was no loop. */
  declare readonly replaced: Value
  declare readonly owner: object

  constructor(previous: Value, owner: object) {
    super()
    this.index = -1
    this.more = false
    this.owner = owner
    const loop = previous instanceof LoopScope
    this.parent = loop ? previous : null
    this.replaced = loop ? null : previous
  }
  override get scope(): true {
    return true
  }
  override get type(): string {
    return 'org.apache.velocity.runtime.directive.ForeachScope'
  }
  override get(k: string): Value | undefined {
    return super.get(k) ?? (this.parent && !this.has(k) ? this.parent.get(k) : undefined)
  }
  get topmost(): LoopScope {
    return this.parent ? this.parent.topmost : this
  }
}

register(
  LoopScope,
  {
    'getIndex:': (s: LoopScope) => s.index,
    'getCount:': (s: LoopScope) => s.index + 1,
    'getHasNext:': (s: LoopScope) => s.more,
    'hasNext:': (s: LoopScope) => s.more,
    'getFirst:': (s: LoopScope) => s.index < 1,
    'isFirst:': (s: LoopScope) => s.index < 1,
    'getLast:': (s: LoopScope) => !s.more,
    'isLast:': (s: LoopScope) => !s.more,
    'getParent:': (s: LoopScope) => s.parent,
    'getTopmost:': (s: LoopScope) => s.topmost,
    'getReplaced:': (s: LoopScope) => s.replaced ?? s.parent?.replaced ?? null,
  },
  MAP,
)
