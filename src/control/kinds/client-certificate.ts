import type { ClientCertificate, Stage } from '../../core/documents.ts'
import { asText, listedPaths, member } from '../../core/patch.ts'
import { badRequest, notFound } from '../../core/problem.ts'
import { text, textMap } from '../../core/shape.ts'
import { selfSigned } from '../certificate.ts'
import { kind, without } from '../kind.ts'
import { conceal } from '../secret.ts'

const YEAR = 365 * 86_400

export const clientCertificate = kind<ClientCertificate>({
  name: 'ClientCertificate',
  path: '/clientcertificates/{clientCertificateId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  says: { create: 'Generate' },
  fields: { description: text, tags: textMap },
  key: 'clientCertificateId',
  idLength: 6,
  limit: 'clientCertificates',
  absent: () => notFound('Invalid client certificate identifier specified'),
  born: (sent, { now }) => ({
    ...(sent as object as ClientCertificate),
    createdDate: now,
    expirationDate: now + YEAR,
  }),
  patch: { refusal: listedPaths, rules: { '/description': member(asText, { keepEmpty: true }) } },
  async made(certificate, { path, platform }) {
    const { createdDate, expirationDate, clientCertificateId } = certificate
    const { certificatePem, privateKeyPem } = await selfSigned({
      commonName: `ApiGateway-${clientCertificateId}`,
      serial: platform.random.bytes(18),
      notBefore: createdDate * 1000,
      notAfter: expirationDate * 1000,
    })
    certificate.pemEncodedCertificate = certificatePem
    certificate.privateKey = await conceal(privateKeyPem, path, platform)
  },
  async leaving({ clientCertificateId: id }, { tx }) {
    const stages = await tx.holding<Stage>('Stage', `"clientCertificateId":${JSON.stringify(id)}`)
    const [used] = stages.filter(({ body }) => body.clientCertificateId === id)
    if (used) throw badRequest(`Client certificate ${id} is in use by stage ${used.body.stageName}`)
  },
  view(certificate, { verb }) {
    const { privateKey: _, ...shown } = without(certificate, 'tags')
    if (verb === 'update') shown.tags ??= {}
    return { ...shown }
  },
})
