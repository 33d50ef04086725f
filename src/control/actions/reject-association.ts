/** RejectDomainNameAccessAssociation: the owner of a private domain name ends an association with it. */
import type { DomainNameAccessAssociation } from '../../core/documents.ts'
import { notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { label, rootOf } from '../../store/documents.ts'
import type { Operation } from '../desk.ts'
import { NO_ASSOCIATION, privateDomainPath } from '../kinds/access-association.ts'
import { unrefer } from '../references.ts'

export const REJECT_ASSOCIATION: Operation = {
  name: 'RejectDomainNameAccessAssociation',
  method: 'POST',
  path: '/rejectdomainnameaccessassociations',
  status: 202,
  input: { query: { 'domainNameAccessAssociationArn!': text, 'domainNameArn!': text } },
  async run({ region, query }, { store }) {
    const domain = privateDomainPath(String(query.domainNameArn))
    const path = `/domainnameaccessassociations/${label(String(query.domainNameAccessAssociationArn))}`
    await store.documents.write(region, rootOf(path), async (tx) => {
      const association = await tx.get<DomainNameAccessAssociation>(path)
      if (association?.domainNameArn !== query.domainNameArn) throw notFound(NO_ASSOCIATION)
      tx.delete(path)
      unrefer(tx, domain, path)
    })
  },
}
