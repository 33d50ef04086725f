/** Routing rules of public custom domain names (guide: rest-api-routing-rules, with its restrictions). */
import type { DomainName, RestApi } from '../../core/documents.ts'
import { isDroppedOnArrival } from '../../core/headers.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import type { RoutingCondition, RoutingRule } from '../../core/routing-rule.ts'
import { flag, list, record, text, texts, whole } from '../../core/shape.ts'
import { label, parentOf } from '../../store/documents.ts'
import { arnOf } from '../arn.ts'
import { kind, type Scope } from '../kind.ts'
import { addressed, invoked } from '../kinds/domain-name.ts'
import { refer, unrefer } from '../references.ts'

const DOMAIN = ['DomainName']
const WITH_ID = { domainNameId: text }

/** As the guide has them, and those that no API sees here because they are taken off every request. */
const NO_CONDITION =
  /^(?:access-control-.*|apigw-.*|x-amzn?-.*|authorization|connection|content-(?:encoding|length|location)|forwarded|keep-alive|origin|proxy-auth(?:enticate|orization)|te|trailers|transfer-encoding|upgrade|via|x-apigw-api-id|x-forwarded-(?:for|host|proto)|x-restapi)$/

const absent = () => notFound('Invalid routing rule identifier specified')

export const routingRule = kind<RoutingRule>({
  name: 'RoutingRule',
  path: '/domainnames/{domainName}/routingrules/{routingRuleId}',
  verbs: ['create', 'get', 'list', 'put', 'delete'],
  says: { list: 'List' },
  status: { put: 200, delete: 204 },
  addressed,
  query: { create: WITH_ID, get: WITH_ID, list: WITH_ID, put: WITH_ID, delete: WITH_ID },
  fields: {
    'actions!': list(
      record({ 'invokeApi!': record({ 'apiId!': text, 'stage!': text, stripBasePath: flag }) }),
    ),
    'conditions!': list(
      record({
        matchHeaders: record({ 'anyOf!': list(record({ 'header!': text, 'valueGlob!': text })) }),
        matchBasePaths: record({ 'anyOf!': texts }),
      }),
    ),
    'priority!': whole,
  },
  key: 'routingRuleId',
  idLength: 6,
  limit: 'routingRules',
  absent,
  within: { create: DOMAIN, get: DOMAIN, list: DOMAIN, put: DOMAIN, delete: DOMAIN },

  born(sent, { region, accountId, labels: { domainName } }) {
    const { routingRuleId, priority, conditions, actions } = sent as object as RoutingRule
    return {
      routingRuleId,
      routingRuleArn: arnOf(region, `/domainnames/${domainName}/routingrules/${routingRuleId}`, accountId),
      priority,
      conditions,
      actions: actions.map(({ invokeApi: { apiId, stage, stripBasePath = false } }) => ({
        invokeApi: { apiId, stage, stripBasePath },
      })),
    }
  },
  async check(rule, { tx, path, verb }) {
    if (verb === 'put' && !(await tx.get(path))) throw absent()
    const domain = await tx.get<DomainName>(parentOf(parentOf(path)))
    if (domain?.domainNameId) throw badRequest('Routing rules are not supported for private domain names.')
    const { priority, conditions, actions } = rule
    if (priority < 1 || priority > 1_000_000)
      throw badRequest('The priority of a routing rule must be between 1 and 1000000.')
    for (const other of await tx.list<RoutingRule>(parentOf(path)))
      if (other.path !== path && other.body.priority === priority)
        throw conflict(`A routing rule with priority ${priority} already exists for this domain name.`)
    checkConditions(conditions)
    if (actions.length !== 1) throw badRequest('A routing rule must have exactly one action.')
    await checkTarget(rule, tx)
  },
  made: (rule, { tx, path }) => refer(tx, invoked(rule), path),
  leaving: (rule, { tx, path }) => unrefer(tx, invoked(rule), path),
})

async function checkTarget({ actions: [action] }: RoutingRule, tx: Scope['tx']): Promise<void> {
  const { apiId, stage } = action!.invokeApi
  const at = `/restapis/${label(apiId)}`
  const api = apiId ? await tx.get<RestApi>(at) : undefined
  if (!api) throw badRequest('Invalid API identifier specified')
  if (api.endpointConfiguration.types.includes('PRIVATE'))
    throw badRequest('A routing rule of a public domain name cannot invoke a private API.')
  if (!stage || !(await tx.get(`${at}/stages/${label(stage)}`)))
    throw badRequest('Invalid stage identifier specified')
}

/** Amazon has one value in each `anyOf`; here there may be more, and any of them counts, as the API reference says. */
const MAX_VALUES = 10

function checkConditions(conditions: readonly RoutingCondition[]): void {
  const headers = conditions.flatMap(({ matchHeaders }) => (matchHeaders ? [matchHeaders.anyOf] : []))
  const basePaths = conditions.flatMap(({ matchBasePaths }) => (matchBasePaths ? [matchBasePaths.anyOf] : []))
  if (headers.length > 2 || basePaths.length > 1)
    throw badRequest(
      'A routing rule can have up to two matchHeaders conditions and one matchBasePaths condition.',
    )
  if (conditions.some(({ matchHeaders, matchBasePaths }) => !matchHeaders && !matchBasePaths))
    throw badRequest('A condition must have matchHeaders or matchBasePaths.')
  if ([...headers, ...basePaths].some(({ length }) => length === 0 || length > MAX_VALUES))
    throw badRequest(`anyOf must have between 1 and ${MAX_VALUES} values.`)
  for (const { header, valueGlob } of headers.flat()) {
    checkHeader(header)
    checkGlob(valueGlob)
  }
  for (const basePath of basePaths.flat())
    if (basePath.length >= 128 || !/^[\w$.+!*'()-]+(?:\/[\w$.+!*'()-]+)*$/.test(basePath))
      throw badRequest(
        `Invalid base path ${basePath}. It must be less than 128 letters, numbers and characters $-_.+!*'()/ and cannot start or end with a slash.`,
      )
}

function checkHeader(header: string): void {
  if (header.length >= 40 || !/^[\w*?!#$%&'.^`|~-]+$/.test(header))
    throw badRequest(
      `Invalid header name ${header}. It must be less than 40 letters, numbers and characters *?-!#$%&'.^_\`|~`,
    )
  const lower = header.toLowerCase()
  if (NO_CONDITION.test(lower) || isDroppedOnArrival(lower))
    throw badRequest(`The header ${header} is not supported in a condition.`)
}

/** Printable ASCII without blanks around it: the guide lists fewer characters, but its own examples have `/` and `=`. */
function checkGlob(glob: string): void {
  if (glob.length >= 128 || !/^[!-~](?:[ -~]*[!-~])?$/.test(glob))
    throw badRequest(`Invalid header value ${glob}. It must be less than 128 printable characters.`)
  if (!/^\*?[^*]*\*?$/.test(glob) || glob === '**')
    throw badRequest(`Invalid header value ${glob}. A wildcard must be *suffix, prefix* or *infix*.`)
  if (glob.length > 40 && glob.startsWith('*') && glob.endsWith('*'))
    throw badRequest(`Invalid header value ${glob}. An infix match can have at most 40 characters.`)
}
