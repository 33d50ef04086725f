/** MOCK: no back end. The request template says which status the integration response is selected by. */
import type { Prepared, Reply } from '../../core/call.ts'
import { textOf } from '../../core/content.ts'
import { Fault } from '../../core/fault.ts'

export const mock = ({ body }: Prepared): Reply => {
  const status = body instanceof Uint8Array ? statusOf(body) : null
  if (status === null)
    throw new Fault('DEFAULT_5XX', {
      reason:
        'Execution failed due to configuration error: Unable to parse statusCode. It should be an integer that is defined in the request template.',
    })
  return { status, headers: [], body: null }
}

/** Most request templates are constants, whose bytes are the same object each time. */
const statuses = new WeakMap<Uint8Array, number | null>()

function statusOf(bytes: Uint8Array): number | null {
  let status = statuses.get(bytes)
  if (status === undefined) {
    status = statusIn(textOf({ bytes }))
    statuses.set(bytes, status)
  }
  return status
}

/** Amazon reads more than JSON here: `{statusCode: 200}` and single quotes pass, too (recorded). */
function statusIn(text: string): number | null {
  try {
    const { statusCode } = JSON.parse(text) ?? {}
    return Number.isInteger(statusCode) ? statusCode : null
  } catch {
    return looseStatus(text)
  }
}

const MEMBER =
  /^\s*("[^"]*"|'[^']*'|[A-Za-z_$][\w$]*)\s*:\s*("[^"]*"|'[^']*'|\{[^,]*\}|\[[^,]*\]|[^\s,{}[\]"'][^,{}[\]"']*|)\s*$/

function looseStatus(text: string): number | null {
  const inner = /^\s*\{([\s\S]+)\}\s*$/.exec(text)?.[1]
  if (inner === undefined) return null
  let status: number | null = null
  for (const part of inner.split(',')) {
    if (part.trim() === '') continue
    const member = MEMBER.exec(part)
    if (!member) return null
    const name = member[1]!.replace(/^["']|["']$/g, '')
    if (name === 'statusCode' && /^\d+$/.test(member[2]!.trim())) status = Number(member[2])
  }
  return status
}
