import { JavaObject } from '../java/values.ts'
import type { Context, Out, Render } from './env.ts'
import { StopSignal } from './env.ts'

/** What #define puts into a variable, and `$bodyContent`: a piece of template rendered each time it is printed. */
export class Block extends JavaObject {
  declare private readonly body: Render
  declare private readonly home: Context
  declare private readonly weight: number
  declare private readonly maxDepth: number
  declare private readonly owner: object
  declare private depth: number

  constructor(body: Render, weight: number, home: Context, maxDepth: number, owner: object) {
    super()
    this.body = body
    this.weight = weight
    this.home = home
    this.maxDepth = maxDepth
    this.owner = owner
    this.depth = 0
  }
  get type(): string {
    return 'org.apache.velocity.runtime.directive.Block$Reference'
  }
  /** False when it is being rendered inside itself too often; nothing is printed then. */
  render(c: Context, w: Out): boolean {
    c.env.turn(w, this.weight)
    if (++this.depth > this.maxDepth) {
      this.depth--
      return false
    }
    try {
      this.body(c, w)
    } catch (e) {
      if (!(e instanceof StopSignal && e.isFor(this.owner))) throw e
    }
    this.depth--
    return true
  }
  /** Its text as a value, rendered where it was defined; null inside itself. */
  text(): string | null {
    const w = { s: '' }
    return this.render(this.home, w) ? w.s : null
  }
  print(): string | null {
    return this.text()
  }
}
