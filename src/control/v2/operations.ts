/**
 * The operations of apigatewayv2 (2018-11-29) that concern custom domain names of REST APIs: other spellings of operations
 * on the same documents, and routing rules, which it alone has.
 */
import { text, textMap, whole } from '../../core/shape.ts'
import { TAGS } from '../actions/tags.ts'
import type { Operation } from '../desk.ts'
import { regular } from '../operations.ts'
import { apiMapping, byId } from './api-mapping.ts'
import { domainName } from './domain-name.ts'
import { routingRule } from './routing-rule.ts'

const PAGE = { nextToken: text, maxResults: whole }

/** Lists are cut into pages by other members, and their own member has another name. */
function listed(operation: Operation, member: string): Operation {
  const { position, limit, ...query } = operation.input.query ?? {}
  return {
    ...operation,
    input: { ...operation.input, query: { ...query, ...PAGE } },
    async run(call, desk) {
      const { nextToken, maxResults, ...rest } = call.query
      const paged = { ...rest, position: nextToken, limit: maxResults }
      const answer = await operation.run({ ...call, query: paged }, desk)
      const { item, position } = answer as { item: unknown[]; position?: string }
      return { [member]: item, nextToken: position }
    },
  }
}

const domainNames = regular(domainName).map((it) => (it.name === 'GetDomainNames' ? listed(it, 'items') : it))

const apiMappings = regular(apiMapping)
  .map(({ name, run, ...more }) => ({
    ...more,
    name: name.replace('BasePathMapping', 'ApiMapping'),
    run: (async (call, desk) =>
      run({ ...call, labels: await byId(call, desk) }, desk)) satisfies Operation['run'],
  }))
  .map((it) => (it.name === 'GetApiMappings' ? listed(it, 'items') : it))

/** Permissions are named after the operation, and asked for on any rule where none is named (guide: security_iam). */
const routingRules = regular(routingRule)
  .map((it) => ({
    ...it,
    permission: {
      action: it.name.replace('Put', 'Update'),
      path: it.path.endsWith('}') ? it.path : `${it.path}/*`,
    },
  }))
  .map((it) => (it.name === 'ListRoutingRules' ? listed(it, 'routingRules') : it))

const tags = TAGS.map((it) => {
  if (it.name === 'GetTags') return { ...it, input: {} }
  if (it.name !== 'TagResource') return it
  return {
    ...it,
    ...{ method: 'POST', status: 201, input: { body: { tags: textMap } } },
    run: async (call, desk) => {
      await it.run(call, desk)
      return {}
    },
  } satisfies Operation
})

export const V2: readonly Operation[] = [...domainNames, ...apiMappings, ...routingRules, ...tags].map(
  (operation) => ({ ...operation, prefix: '/v2' as const }),
)
