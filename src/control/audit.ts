/** One line for every change: who, what, from where, and which revision it made of which document. */
import type { Actor, Visit } from './authenticate.ts'
import type { Call, Desk, Operation } from './desk.ts'

/**
 * Runs an operation that changes things. A change by a principal is written whatever the log's level; on a gateway that is
 * open to its own machine it is a line of level info, as there is nobody to name.
 */
export async function audited(
  { path, region, operation: name }: Visit,
  { who, accessKeyId, from }: Actor,
  call: Call,
  operation: Operation,
  desk: Desk,
): Promise<unknown> {
  const revisions: Record<string, number> = {}
  const documents = desk.store.documents.observed((change) => Object.assign(revisions, change.revisions))
  const value = await operation.run(call, { ...desk, store: { ...desk.store, documents } })
  if (Object.keys(revisions).length > 0)
    desk.platform.log(accessKeyId ? 'audit' : 'info', 'changed', {
      who,
      accessKeyId,
      from,
      operation: name,
      path,
      region,
      revisions,
    })
  return value
}
