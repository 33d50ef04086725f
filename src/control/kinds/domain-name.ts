import type { BasePathMapping, DomainName, Strings } from '../../core/documents.ts'
import { asOneOf, asText, listed, listedPaths, member, type PatchRule } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import type { RoutingRule } from '../../core/routing-rule.ts'
import { checkAccessMode } from '../../core/rules/security-policy.ts'
import { oneOf, record, text, textMap, type Values } from '../../core/shape.ts'
import { label } from '../../store/documents.ts'
import { arnOf } from '../arn.ts'
import { freshRandomId } from '../ids.ts'
import { kind, type Scope, without } from '../kind.ts'
import { expandPolicy } from '../policy-text.ts'
import { referrers, unrefer } from '../references.ts'
import { unservable } from './host-rules.ts'
import { CLOUDFRONT_ZONE, regionalZone } from './hosted-zones.ts'
import { endpointConfiguration } from './rest-api.ts'
import { SECURITY_POLICIES } from './security-policies.ts'

const ROUTING = ['BASE_PATH_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_BASE_PATH_MAPPING']
const TYPES = ['EDGE', 'REGIONAL', 'PRIVATE']
const WITH_ID = { domainNameId: text }

const ofMember = member(asText, { ops: ['add', 'replace', 'remove'] })
const endpointType = asOneOf(
  'Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE',
  ...TYPES,
)

/** `/endpointConfiguration/types/0`: the one type there is */
const onlyType: PatchRule = {
  ops: ['replace'],
  apply(draft, { value = '' }) {
    ;(draft.endpointConfiguration as Values).types = [endpointType(value)]
  },
}

/** A private domain name is found under its name and id, the others under their names. */
export const addressed = ({ domainName = '', ...labels }: Strings, { domainNameId }: Values): Strings => ({
  ...labels,
  domainName: domainNameId ? `${domainName}+${domainNameId}` : domainName,
})

/** What may not go while it is mapped, or invoked by a routing rule. */
export const mapped = ({ restApiId, stage }: Omit<BasePathMapping, 'basePath'>): string =>
  `/restapis/${label(restApiId)}${stage ? `/stages/${label(stage)}` : ''}`

export const invoked = ({ actions: [action] }: RoutingRule): string =>
  mapped({ restApiId: action!.invokeApi.apiId, stage: action!.invokeApi.stage })

export const domainName = kind<DomainName>({
  name: 'DomainName',
  path: '/domainnames/{domainName}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  addressed,
  query: {
    get: WITH_ID,
    update: WITH_ID,
    delete: WITH_ID,
    list: { resourceOwner: oneOf('SELF', 'OTHER_ACCOUNTS') },
  },
  fields: {
    'domainName!': text,
    certificateName: text,
    certificateBody: text,
    certificatePrivateKey: text,
    certificateChain: text,
    certificateArn: text,
    regionalCertificateName: text,
    regionalCertificateArn: text,
    endpointConfiguration,
    tags: textMap,
    securityPolicy: oneOf(...SECURITY_POLICIES),
    endpointAccessMode: oneOf('BASIC', 'STRICT'),
    mutualTlsAuthentication: record({ truststoreUri: text, truststoreVersion: text }),
    ownershipVerificationCertificateArn: text,
    policy: text,
    routingMode: oneOf(...ROUTING),
  },
  key: 'address',
  limit: 'domainNames',
  absent: () => notFound('Invalid domain name identifier specified'),
  taken: () => badRequest('The domain name you provided already exists.'),

  born,
  patch: {
    refusal: listedPaths,
    rules: {
      '/certificateName': ofMember,
      '/certificateArn': ofMember,
      '/regionalCertificateName': ofMember,
      '/regionalCertificateArn': ofMember,
      '/ownershipVerificationCertificateArn': ofMember,
      '/endpointConfiguration/types': listed,
      '/endpointConfiguration/types/*': onlyType,
      '/endpointConfiguration/ipAddressType': member(
        asOneOf('ipAddressType must be either ipv4 or dualstack.', 'ipv4', 'dualstack'),
        { empty: 'ipAddressType must be either ipv4 or dualstack.' },
      ),
      '/securityPolicy': member(asOneOf('Invalid security policy specified.', ...SECURITY_POLICIES)),
      '/endpointAccessMode': member(asOneOf('Invalid endpoint access mode specified.', 'BASIC', 'STRICT')),
      '/mutualTlsAuthentication/truststoreUri': ofMember,
      '/mutualTlsAuthentication/truststoreVersion': ofMember,
      '/policy': ofMember,
      '/managementPolicy': ofMember,
      '/routingMode': member(
        asOneOf(`Invalid routing mode specified. Valid options are ${ROUTING}`, ...ROUTING),
      ),
    },
  },
  check,
  made: (domain, scope) => claimHosts(domain, scope),
  changed: claimHosts,
  async leaving(_, { tx, path }) {
    for (const { kind, path: at, body } of await tx.range(path))
      if (kind === 'BasePathMapping') unrefer(tx, mapped(body as BasePathMapping), at)
      else if (kind === 'RoutingRule') unrefer(tx, invoked(body as RoutingRule), at)
    for (const association of await referrers(tx, path)) tx.delete(association)
  },
  matches: (_, { resourceOwner }) => resourceOwner !== 'OTHER_ACCOUNTS',
  view(domain, { verb }) {
    const { address: _, ...shown } = without(domain, 'tags')
    if (verb === 'get' || verb === 'update') shown.tags ??= {}
    return { ...shown }
  },
})

function born(sent: Values, { region, accountId, platform }: Scope): DomainName {
  const { certificateBody, certificatePrivateKey: _, certificateChain: __, ...set } = sent
  const given = set as object as DomainName
  const { types = ['EDGE'], ...configured } = given.endpointConfiguration ?? {}
  const isPrivate = types.includes('PRIVATE')
  const domainNameId = isPrivate ? freshRandomId(10, platform.random) : undefined
  const address = isPrivate ? `${given.domainName}+${domainNameId}` : given.domainName
  return without<DomainName>({
    ...given,
    address,
    domainNameId,
    domainNameArn: arnOf(region, `/domainnames/${address}`, isPrivate ? accountId : ''),
    endpointConfiguration: { types, ipAddressType: isPrivate ? 'dualstack' : 'ipv4', ...configured },
    domainNameStatus: 'AVAILABLE',
    securityPolicy: given.securityPolicy ?? 'TLS_1_2',
    routingMode: given.routingMode ?? 'BASE_PATH_MAPPING_ONLY',
  })
}

/** The rules, and the names under which each endpoint type is reached. */
function check(domain: DomainName, { now, region, accountId, platform }: Scope, before?: DomainName): void {
  if (!domain.domainName) throw badRequest('No Domain Name specified')
  const refusal = before ? null : unservable(domain.domainName)
  if (refusal) throw badRequest(`Invalid domain name specified: ${refusal}`)
  const { types } = domain.endpointConfiguration
  for (const type of types) endpointType(type)
  if (types.length === 0)
    throw badRequest('REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.')
  if (types.length > 1 && types.includes('PRIVATE'))
    throw badRequest('PRIVATE cannot be combined with other endpoint types.')
  if (before && types.includes('PRIVATE') !== before.endpointConfiguration.types.includes('PRIVATE'))
    throw badRequest('The endpoint type of a private domain name cannot be changed.')
  if (domain.endpointConfiguration.vpcEndpointIds?.length)
    throw badRequest('VPCEndpoints can only be specified with PRIVATE apis.')
  // hashicorp/terraform-provider-aws#47552
  if (before?.mutualTlsAuthentication && domain.endpointAccessMode !== before.endpointAccessMode)
    throw badRequest('/endpointAccessMode Invalid request input')
  checkAccessMode(domain)
  const mutual = domain.mutualTlsAuthentication
  if (mutual && !mutual.truststoreUri) delete domain.mutualTlsAuthentication
  else if (mutual && types.join() !== 'REGIONAL')
    throw badRequest('Mutual TLS is only supported for REGIONAL domain names.')
  else if (mutual) checkMutual(domain)
  for (const name of ['policy', 'managementPolicy'] as const) {
    if (domain[name] && !types.includes('PRIVATE'))
      throw badRequest('Policies are only supported for PRIVATE domain names.')
    if (domain[name])
      domain[name] = expandPolicy(domain[name], region, accountId, `/domainnames/${domain.address}`)
  }

  const id = (length: number) => freshRandomId(length, platform.random)
  if (types.includes('REGIONAL')) {
    domain.regionalDomainName ??= `d-${id(10)}.execute-api.${region}.${platform.settings.domain}`
    domain.regionalHostedZoneId = regionalZone(region)
  }
  if (types.includes('EDGE')) {
    domain.distributionDomainName ??= `d${id(13)}.cloudfront.${platform.settings.domain}`
    domain.distributionHostedZoneId = CLOUDFRONT_ZONE
  }
  const renewed =
    domain.certificateArn !== before?.certificateArn || domain.certificateName !== before?.certificateName
  if (renewed && !(types.length === 1 && types[0] === 'REGIONAL')) domain.certificateUploadDate = now
  if (!types.includes('REGIONAL'))
    for (const name of ['regionalDomainName', 'regionalHostedZoneId'] as const) delete domain[name]
  if (!types.includes('EDGE'))
    for (const name of ['distributionDomainName', 'distributionHostedZoneId'] as const) delete domain[name]
}

/** A trust store in S3 or, beyond Amazon, in a file; and TLS 1.2 at least (guide: rest-api-mutual-tls). */
function checkMutual({ mutualTlsAuthentication, securityPolicy }: DomainName): void {
  if (!/^(?:s3:\/\/[^/\s]+\/\S+|file:\/\/\/\S+)$/.test(mutualTlsAuthentication?.truststoreUri ?? ''))
    throw badRequest('Invalid truststoreUri specified. It must be of the form s3://bucket-name/key-name.')
  if (securityPolicy === 'TLS_1_0') throw badRequest('Mutual TLS requires a security policy of TLS 1.2.')
}

/** The hosts by which the execution service knows it. A private one is reached by none: that would need its VPC. */
const hostsOf = ({
  domainName,
  domainNameId,
  regionalDomainName,
  distributionDomainName,
}: DomainName): string[] =>
  [domainNameId ? undefined : domainName, regionalDomainName, distributionDomainName].flatMap((host) =>
    host ? [host.toLowerCase()] : [],
  )

function claimHosts(domain: DomainName, { tx, path }: Scope, before?: DomainName): void {
  tx.claimConflict = 'The domain name you provided already exists.'
  const known = before ? hostsOf(before) : []
  const hosts = hostsOf(domain)
  for (const host of known) if (!hosts.includes(host)) tx.release('domain', host)
  for (const host of hosts) if (!known.includes(host)) tx.claim('domain', host, path)
}
