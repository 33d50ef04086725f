/**
 * ImportApiKeys: a CSV file of keys (guide, "API key file format"). Columns in any order and case; Name and Key must be there,
 * others than Description, Enabled and UsagePlanIds are passed over. A key whose value is there already is overwritten.
 */
import type { ApiKey, UsagePlan } from '../../core/documents.ts'
import { badRequest, conflict, notFound, Problem } from '../../core/problem.ts'
import { flag, oneOf } from '../../core/shape.ts'
import { sha256 } from '../../core/sigv4/hash.ts'
import type { Transaction } from '../../store/documents.ts'
import { parseCsv } from '../csv.ts'
import { type Call, type Desk, epochSeconds, type Operation } from '../desk.ts'
import { idsInOrder } from '../ids.ts'
import { checkApiKey, claimValue, newApiKey, renameInPlans, TOO_SHORT } from '../kinds/api-key.ts'
import { keepLimit } from '../limits.ts'
import { keyPath, planPath, subscribe } from '../subscriptions.ts'

type Line = Record<string, string>

const NO_PLAN = 'Invalid Usage Plan ID specified'

/** The lines of a file by column, in lower case; throws for a file that is none. */
function linesOf(bytes: Uint8Array): Line[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw badRequest('The file is not UTF-8 text')
  }
  const [head = [], ...rows] = parseCsv(text)
  const columns = head.map((name) => name.trim().toLowerCase())
  for (const name of ['Key', 'Name'])
    if (!columns.includes(name.toLowerCase())) throw badRequest(`Missing required column '${name}'`)
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, (row[i] ?? '').trim()])))
}

async function importApiKeys(call: Call, desk: Desk) {
  const lines = linesOf(call.bytes)
  const { documents } = desk.store
  return documents.write(call.region, '/apikeys', async (tx) => {
    const last = (await documents.last(call.region, '/apikeys'))?.slice('/apikeys/'.length)
    const fresh = idsInOrder(lines.length, 10, desk.platform.random, last)
    const made = new Map<string, string>()
    const ids = new Set<string>()
    const warnings: string[] = []
    for (const [i, line] of lines.entries())
      await importLine(line, fresh[i]!, made, { tx, desk, warnings })
        .then((id) => ids.add(id))
        .catch((error) => warnings.push(`Line ${i + 2}: ${messageOf(error)}`))
    if (call.query.failonwarnings === true && warnings.length > 0)
      throw badRequest(`Warnings found during import:\n\t${warnings.join('\n\t')}`)
    const count = async () => (await documents.count(call.region, '/apikeys')) + made.size
    await keepLimit('apiKeys', desk.platform, count)
    return { ids: [...ids], warnings }
  })
}

interface Import {
  tx: Transaction
  desk: Desk
  warnings: string[]
}

/** Puts one key, with its plans, and gives its id. `made` holds the ids of values that this import has made, by hash. */
async function importLine(
  line: Line,
  freshId: string,
  made: Map<string, string>,
  on: Import,
): Promise<string> {
  const { name = '', key: value = '', description, enabled, usageplanids = '' } = line
  const { tx, desk, warnings } = on
  const now = epochSeconds(desk.platform)
  // CreateApiKey would make one
  if (!value) throw badRequest(TOO_SHORT)
  const hash = await sha256(value)
  const claim = await desk.store.documents.claim('apikey', hash)
  if (claim && claim.region !== tx.region) throw conflict('API Key already exists')
  const id = made.get(hash) ?? claim?.path.slice('/apikeys/'.length) ?? freshId
  const path = keyPath(id)
  const before = await tx.get<ApiKey>(path)
  const set = { name, enabled: (enabled || 'true').toLowerCase() === 'true', description: description ?? '' }
  const key = newApiKey({ ...set, id, value }, now, desk.platform.random)
  checkApiKey(key, { verb: 'create', now })
  if (before) {
    const next: ApiKey = { ...before, ...set, lastUpdatedDate: now }
    tx.put(path, 'ApiKey', next)
    await renameInPlans(next, before, tx, path)
  } else {
    await claimValue(key, { tx, path, platform: desk.platform })
    tx.put(path, 'ApiKey', key)
    made.set(hash, id)
  }
  for (const planId of usageplanids.split(',').map((item) => item.trim())) {
    if (planId === '') continue
    const plan = await tx.get<UsagePlan>(planPath(planId))
    const joined = plan
      ? subscribe(tx, plan, { ...key, ...before, ...set })
      : Promise.reject(notFound(NO_PLAN))
    await joined.catch((error) => warnings.push(`API Key ${id}, Usage Plan ${planId}: ${messageOf(error)}`))
  }
  return id
}

/** A problem's sentence; anything else is thrown on. */
function messageOf(error: unknown): string {
  if (error instanceof Problem) return error.message
  throw error
}

export const IMPORT_API_KEYS: Operation = {
  name: 'ImportApiKeys',
  method: 'POST',
  path: '/apikeys',
  mode: 'import',
  status: 201,
  input: { query: { 'format!': oneOf('csv'), failonwarnings: flag }, body: 'bytes' },
  run: importApiKeys,
}
