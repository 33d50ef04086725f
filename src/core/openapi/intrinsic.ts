/**
 * What deployment tools leave in a definition. Amazon resolves `${AWS::AccountId}`, `${AWS::Partition}` and `${AWS::Region}` on
 * import; CloudFormation's functions it never sees, as CloudFormation resolves them first. Here a definition taken straight
 * from a template imports: what can be resolved is, the rest stays as `${Name}`, and a note says so.
 */
import type { Findings } from './findings.ts'
import { partitionOf, type ReadOptions } from './options.ts'
import { at, type Doc, docOf, isDoc, textOf } from './value.ts'

function pseudoParameters(options: ReadOptions): Record<string, string> {
  return {
    AccountId: options.accountId,
    Partition: partitionOf(options.region),
    Region: options.region,
    URLSuffix: 'amazonaws.com',
  }
}

/** On the text, before it is parsed: none of the values needs escaping. */
export function resolveVariables(text: string, options: ReadOptions): string {
  if (!text.includes('${AWS::')) return text
  const values = pseudoParameters(options)
  return text.replace(
    /\$\{AWS::(AccountId|Partition|Region|URLSuffix)\}/g,
    (_all, name: string) => values[name]!,
  )
}

/** Replaces CloudFormation's functions within `root`, in place. */
export function resolveFunctions(root: Doc, options: ReadOptions, findings: Findings): void {
  const values = pseudoParameters(options)
  const seen = new Set<object>()

  const substitute = (template: string, local: Doc): string =>
    template.replace(/\$\{([^}]{0,200})\}/g, (all, name: string) => {
      if (name.startsWith('!')) return `\${${name.slice(1)}}`
      return textOf(local[name]) ?? (name.startsWith('AWS::') ? values[name.slice(5)] : undefined) ?? all
    })

  const call = (name: string, argument: unknown): string => {
    const list = Array.isArray(argument) ? argument : [argument]
    const first = textOf(list[0]) ?? ''
    if (name === 'Fn::Sub') return substitute(first, docOf(list[1]))
    if (name === 'Fn::Join')
      return (Array.isArray(list[1]) ? list[1] : []).map((v) => textOf(v) ?? '').join(first)
    if (name === 'Ref') return values[first.replace(/^AWS::/, '')] ?? `\${${first}}`
    return `\${${name === 'Fn::GetAtt' ? list.map((v) => textOf(v) ?? '').join('.') : name}}`
  }

  const visit = (value: unknown, pointer: string): unknown => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return value
    seen.add(value)
    const keys = Object.keys(value)
    for (const key of keys) {
      const part = (value as Doc)[key]
      if (typeof part === 'object' && part !== null) (value as Doc)[key] = visit(part, at(pointer, key))
    }
    const name = keys[0]!
    if (keys.length !== 1 || !isDoc(value)) return value
    if (name !== 'Ref' && !/^Fn::[A-Za-z]+$/.test(name)) return value
    if (name === 'Ref' && typeof value.Ref !== 'string') return value
    const text = call(name, value[name])
    if (text.includes('${')) findings.note(`${name} is not resolved: its text is kept`, pointer)
    return text
  }
  visit(root, '#')
}
