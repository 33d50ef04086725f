/** Variable names to slots. A child (for templates made by #evaluate) continues its parent's numbering. */
export class Names {
  private readonly map = new Map<string, number>()
  private readonly parent: Names | undefined
  private readonly base: number

  constructor(parent?: Names) {
    this.parent = parent
    this.base = parent ? parent.size : 0
  }
  get size(): number {
    return this.base + this.map.size
  }
  find(name: string): number | undefined {
    return this.parent?.find(name) ?? this.map.get(name)
  }
  slot(name: string): number {
    const known = this.find(name)
    if (known !== undefined) return known
    const n = this.size
    this.map.set(name, n)
    return n
  }
}

/** What every template has, in slots 0 to 3. */
export const PREDEFINED = ['input', 'util', 'context', 'stageVariables']
