/**
 * Actions of Systems Manager: Amazon still speaks the query protocol with it (recorded), so the parameters are those of the
 * query string, whatever the body says, and the answer is the JSON of that protocol. The service itself is asked in the JSON
 * protocol, the only one that its stand-ins know, too.
 */
import type { Query } from './query.ts'

export const speaksQueryJson = (service: string): boolean => service === 'ssm'

/** Query strings have no types; these parameters have one. */
const BOOLEANS = new Set(['WithDecryption', 'Recursive', 'Overwrite', 'ShortDescription'])
const INTEGERS = new Set(['MaxResults', 'ParameterVersion'])

type Node = { [name: string]: unknown }
const node = (): Node => Object.create(null)

/** `Name=a&Names.member.1=b` as the JSON that means the same; a name that comes twice is a list. */
export function jsonOfQuery(query: Query): string {
  const root = node()
  for (const [name, value] of query) {
    if (name === 'Action' || name === 'Version') continue
    const path = name.split('.').filter((part) => part !== 'member')
    const last = path.pop() ?? name
    let at = root
    for (const part of path) {
      if (typeof at[part] !== 'object') at[part] = node()
      at = at[part] as Node
    }
    const typed = typedValue(last, value)
    const held = at[last]
    at[last] = held === undefined ? typed : Array.isArray(held) ? [...held, typed] : [held, typed]
  }
  return JSON.stringify(root, (_, value) => listed(value))
}

function typedValue(name: string, value: string): unknown {
  if (BOOLEANS.has(name)) return value.toLowerCase() === 'true'
  return INTEGERS.has(name) && /^\d+$/.test(value) ? Number(value) : value
}

/** Members that are numbered from 1 are a list. */
function listed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const names = Object.keys(value)
  return names.length > 0 && names.every((name) => /^\d+$/.test(name)) ? Object.values(value) : value
}

/** Pages end with a token that is null. */
const PAGED = /^(?:Describe|List)|(?:ByPath|History)$/

/** What the JSON protocol answered, as the query protocol would have. */
export function queryJsonOf(action: string, status: number, text: string, requestId: string): string {
  let data: Node
  try {
    data = JSON.parse(text || '{}')
  } catch {
    return text
  }
  if (status >= 300) {
    const Code = String(data.__type ?? 'InternalServerError').replace(/^.*#/, '')
    const told = {
      Code,
      Message: data.message ?? data.Message ?? null,
      Type: status < 500 ? 'Sender' : 'Receiver',
    }
    return JSON.stringify({ Error: told, RequestId: requestId })
  }
  const result = PAGED.test(action) ? { NextToken: null, ...data } : data
  return JSON.stringify({
    [`${action}Response`]: { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } },
  })
}
