/** A custom domain name as apigatewayv2 has it: the document is that of kinds/domain-name.ts, shown in another shape. */
import type { DomainName } from '../../core/documents.ts'
import { badRequest, conflict } from '../../core/problem.ts'
import { list, oneOf, record, text, textMap, type Values } from '../../core/shape.ts'
import { type Kind, kind, without } from '../kind.ts'
import { domainName as untyped } from '../kinds/domain-name.ts'
import { SECURITY_POLICIES } from '../kinds/security-policies.ts'

const first = untyped as object as Kind<DomainName>

/** The routing modes are named after what each API calls a mapping. */
const toFirst = (mode: string): string => mode.replace('API_MAPPING', 'BASE_PATH_MAPPING')
const fromFirst = (mode: string): string => mode.replace('BASE_PATH_MAPPING', 'API_MAPPING')

interface Configuration {
  certificateArn?: string
  certificateName?: string
  endpointType?: string
  ipAddressType?: 'ipv4' | 'dualstack'
  ownershipVerificationCertificateArn?: string
  securityPolicy?: string
}

interface Sent {
  domainNameConfigurations?: Configuration[]
  mutualTlsAuthentication?: DomainName['mutualTlsAuthentication']
  routingMode?: string
}

const changes = {
  domainNameConfigurations: list(
    record({
      certificateArn: text,
      certificateName: text,
      endpointType: oneOf('REGIONAL', 'EDGE'),
      ipAddressType: oneOf('ipv4', 'dualstack'),
      ownershipVerificationCertificateArn: text,
      securityPolicy: oneOf(...SECURITY_POLICIES),
    }),
  ),
  mutualTlsAuthentication: record({ truststoreUri: text, truststoreVersion: text }),
  routingMode: oneOf('API_MAPPING_ONLY', 'ROUTING_RULE_ONLY', 'ROUTING_RULE_THEN_API_MAPPING'),
}

export const domainName = kind<DomainName>({
  ...first,
  addressed: undefined,
  query: {},
  status: { delete: 204 },
  fields: { 'domainName!': text, ...changes, tags: textMap },
  changes,
  taken: () => conflict('The domain name you provided already exists.'),
  born: ({ domainName, tags, ...sent }, scope) =>
    first.born!({ domainName, tags, ...setBy(sent, { types: ['REGIONAL'] }) }, scope),
  merge: (domain, sent) =>
    without<DomainName>({ ...domain, ...setBy(sent, domain.endpointConfiguration, domain) }),
  check(domain, scope, before) {
    checkManaged(domain)
    return first.check!(domain, scope, before)
  },
  // private ones have no endpoint type here
  matches: ({ domainNameId }) => !domainNameId,
  sifts: true,
  view: (domain) =>
    without<Values>({
      apiMappingSelectionExpression: '$request.basepath',
      domainName: domain.domainName,
      domainNameArn: domain.domainNameArn,
      domainNameConfigurations: domain.endpointConfiguration.types.map((type) => configured(domain, type)),
      mutualTlsAuthentication: domain.mutualTlsAuthentication,
      routingMode: fromFirst(domain.routingMode),
      tags: domain.tags ?? {},
    }),
})

/** What apigatewayv2 may change; others are for reading (recorded in answers to create and map them). */
export function checkManaged({ endpointConfiguration, securityPolicy }: DomainName): void {
  if (endpointConfiguration.types.join() !== 'REGIONAL')
    throw badRequest(
      'Only REGIONAL domain names can be managed through the API Gateway V2 API. For EDGE domain names, please use the API Gateway V1 API. Also note that only REST APIs can be attached to EDGE domain names.',
    )
  if (securityPolicy === 'TLS_1_0')
    throw badRequest(
      'Only REGIONAL domain names with a security policy of TLS 1.2 can be managed through the API Gateway V2 API. For TLS 1.0 domain names, please use the API Gateway V1 API to upgrade your security policy to TLS 1.2. Currently, only REST APIs can be attached to a domain name with a security policy of TLS 1.0.',
    )
}

/** The members of the document that are sent; those that are not keep what they had. */
function setBy(
  sent: Values,
  { types, ipAddressType }: DomainName['endpointConfiguration'],
  before?: DomainName,
): Partial<DomainName> {
  const { domainNameConfigurations: all, mutualTlsAuthentication: mutual, routingMode } = sent as Sent
  // one that is there may change its routing alone
  if ((all || mutual || !before) && all?.length !== 1)
    throw badRequest('Invalid input. Expected one domain name configuration')
  const [one = {}] = all ?? []
  return without<Partial<DomainName>>({
    regionalCertificateArn: one.certificateArn ?? before?.regionalCertificateArn,
    regionalCertificateName: one.certificateName ?? before?.regionalCertificateName,
    ownershipVerificationCertificateArn:
      one.ownershipVerificationCertificateArn ?? before?.ownershipVerificationCertificateArn,
    securityPolicy: one.securityPolicy ?? before?.securityPolicy,
    endpointConfiguration: without({
      types: one.endpointType ? [one.endpointType] : types,
      ipAddressType: one.ipAddressType ?? ipAddressType,
    }),
    mutualTlsAuthentication: mutual && { ...before?.mutualTlsAuthentication, ...mutual },
    routingMode: routingMode && toFirst(routingMode),
  })
}

function configured(domain: DomainName, endpointType: string): Values {
  const { endpointConfiguration, domainNameStatus, ownershipVerificationCertificateArn, securityPolicy } =
    domain
  const uploaded = domain.certificateUploadDate
  const own =
    endpointType === 'EDGE'
      ? {
          apiGatewayDomainName: domain.distributionDomainName,
          certificateArn: domain.certificateArn,
          certificateName: domain.certificateName,
          certificateUploadDate: uploaded && new Date(uploaded * 1000).toISOString(),
          hostedZoneId: domain.distributionHostedZoneId,
        }
      : {
          apiGatewayDomainName: domain.regionalDomainName,
          certificateArn: domain.regionalCertificateArn,
          certificateName: domain.regionalCertificateName,
          hostedZoneId: domain.regionalHostedZoneId,
        }
  return without<Values>({
    ...own,
    domainNameStatus,
    endpointType,
    ipAddressType: endpointConfiguration.ipAddressType,
    ownershipVerificationCertificateArn,
    securityPolicy,
  })
}
