import type { DomainName, DomainNameAccessAssociation } from '../../core/documents.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { oneOf, text, textMap } from '../../core/shape.ts'
import { label } from '../../store/documents.ts'
import { arnOf, parseArn } from '../arn.ts'
import { kind, without } from '../kind.ts'
import { refer, unrefer } from '../references.ts'

export const NO_ASSOCIATION = 'Invalid domain name access association ARN specified'
const NO_DOMAIN = 'Invalid domain name ARN specified'

/** Where the private domain name of an ARN lies; throws for any other ARN. */
export function privateDomainPath(arn: string): string {
  const [, address] = /^\/domainnames\/([^/]+\+[^/]+)$/.exec(parseArn(arn)?.resource ?? '') ?? []
  if (!address) throw badRequest(NO_DOMAIN)
  return `/domainnames/${label(address)}`
}

export const domainNameAccessAssociation = kind<DomainNameAccessAssociation>({
  name: 'DomainNameAccessAssociation',
  path: '/domainnameaccessassociations/{domainNameAccessAssociationArn}',
  verbs: ['create', 'list', 'delete'],
  query: { list: { resourceOwner: oneOf('SELF', 'OTHER_ACCOUNTS') } },
  fields: {
    'domainNameArn!': text,
    'accessAssociationSourceType!': oneOf('VPCE'),
    'accessAssociationSource!': text,
    tags: textMap,
  },
  key: 'domainNameAccessAssociationArn',
  absent: () => notFound(NO_ASSOCIATION),
  taken: () => conflict('The domain name access association already exists'),

  born(sent, { region, accountId }) {
    const { domainNameArn, accessAssociationSource, ...rest } = sent as object as DomainNameAccessAssociation
    const [name] = privateDomainPath(domainNameArn).slice('/domainnames/'.length).split('%2B')
    const resource = `/domainnameaccessassociations/domainname/${name}/vpcesource/${accessAssociationSource}`
    return {
      ...rest,
      domainNameAccessAssociationArn: arnOf(region, resource, accountId),
      domainNameArn,
      accessAssociationSource,
    }
  },
  async check({ domainNameArn, accessAssociationSource }, { tx }) {
    const domain = await tx.get<DomainName>(privateDomainPath(domainNameArn))
    if (domain?.domainNameArn !== domainNameArn) throw badRequest(NO_DOMAIN)
    if (!/^vpce-[0-9a-z]+$/.test(accessAssociationSource))
      throw badRequest('Invalid access association source specified. It must be the id of a VPC endpoint')
  },
  made: ({ domainNameArn }, { tx, path }) => refer(tx, privateDomainPath(domainNameArn), path),
  leaving: ({ domainNameArn }, { tx, path }) => unrefer(tx, privateDomainPath(domainNameArn), path),
  matches: (_, { resourceOwner }) => resourceOwner !== 'OTHER_ACCOUNTS',
  view: (association) => ({ ...without(association, 'tags') }),
})
