/** FlushStageCache and FlushStageAuthorizersCache: a stage's generation goes up, and what older ones hold is never read again. */
import type { Stage } from '../../core/documents.ts'
import { notFound } from '../../core/problem.ts'
import { rootOf } from '../../store/documents.ts'
import type { Operation } from '../desk.ts'
import { fill } from '../paths.ts'

const STAGE = '/restapis/{restApiId}/stages/{stageName}'

const flush = (
  name: string,
  below: string,
  generation: 'cacheGeneration' | 'authorizersGeneration',
): Operation => ({
  name,
  method: 'DELETE',
  path: `${STAGE}/cache/${below}`,
  status: 202,
  input: {},
  async run({ region, labels }, { store }) {
    const path = fill(STAGE, labels)
    await store.documents.write(region, rootOf(path), async (tx) => {
      const stage = await tx.get<Stage>(path)
      if (!stage) throw notFound('Invalid stage identifier specified')
      tx.put(path, 'Stage', { ...stage, [generation]: (stage[generation] ?? 0) + 1 })
    })
  },
})

export const FLUSH = [
  flush('FlushStageCache', 'data', 'cacheGeneration'),
  flush('FlushStageAuthorizersCache', 'authorizers', 'authorizersGeneration'),
]
