import type { CompiledApi } from '../../core/api.ts'
import type { Stage, VpcLink } from '../../core/documents.ts'
import { asText, listedPaths, member } from '../../core/patch.ts'
import { badRequest, notFound, type Problem } from '../../core/problem.ts'
import { text, textMap, texts } from '../../core/shape.ts'
import type { Transaction } from '../../store/documents.ts'
import { kind, without } from '../kind.ts'

const NO_NAME = 'Name cannot be empty'

/** Recorded for the targets, which no patch can change. */
function refuse(...[operation, rules]: Parameters<typeof listedPaths.path>): Problem {
  return operation.path.startsWith('/targetArns')
    ? badRequest('Target arns are not allowed to be changed/added.')
    : listedPaths.path(operation, rules)
}

export const vpcLink = kind<VpcLink>({
  name: 'VpcLink',
  path: '/vpclinks/{vpcLinkId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  status: { create: 202 },
  fields: { 'name!': text, description: text, 'targetArns!': texts, tags: textMap },
  key: 'id',
  idLength: 6,
  limit: 'vpcLinks',
  absent: () => notFound('Invalid Vpc Link identifier specified'),
  patch: {
    refusal: { path: refuse, op: refuse },
    rules: {
      '/name': member(asText, { empty: NO_NAME }),
      '/description': member(asText, { keepEmpty: true }),
    },
  },
  check({ name, targetArns }) {
    if (!name) throw badRequest(NO_NAME)
    const wrong = targetArns.find((arn) => !/^arn(?::[^:]*){4}:.+$/.test(arn))
    if (wrong !== undefined) throw badRequest(`Invalid ARN. ARN is not well formed ${wrong}`)
    if (targetArns.length === 0) throw badRequest('No target arn specified for vpc link.')
    if (targetArns.length > 1) throw badRequest('More than one target arn specified for vpc link.')
  },
  async leaving({ id }, { tx }) {
    const users = await usersOf(id, tx)
    if (users.length > 0)
      throw badRequest(
        `Cannot delete vpc link. Vpc link '${id}', is referenced in [${users.join(', ')}] in format of [RESTApiId:Method:Resource:Stage].`,
      )
  },
  /** It is ready at once, but as on Amazon not yet when its creation is answered. What it reaches is configured. */
  view(link, { verb }) {
    const shown = without(link, 'tags', 'description')
    if (verb === 'get' || verb === 'update') shown.tags ??= {}
    return verb === 'create'
      ? { ...shown, status: 'PENDING' }
      : { ...shown, status: 'AVAILABLE', statusMessage: 'Your vpc link is ready for use' }
  },
})

/** The methods whose integrations go through a link, in what the stages serve now. */
async function usersOf(id: string, tx: Transaction): Promise<string[]> {
  const users: string[] = []
  for (const { apiId, deploymentId, definition } of await tx.deployedWith<CompiledApi>(
    `"connectionId":${JSON.stringify(id)}`,
  )) {
    const methods = definition.resources.flatMap((resource) =>
      Object.values(resource.resourceMethods ?? {})
        .filter(({ methodIntegration }) => methodIntegration?.connectionId === id)
        .map(({ httpMethod }) => `${apiId}:${httpMethod}:${resource.id}`),
    )
    for (const { body: stage } of await tx.list<Stage>(`/restapis/${apiId}/stages`))
      if (stage.deploymentId === deploymentId || stage.canarySettings?.deploymentId === deploymentId)
        users.push(...methods.map((method) => `${method}:${stage.stageName}`))
  }
  return users
}
