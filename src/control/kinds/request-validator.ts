import type { RequestValidator } from '../../core/documents.ts'
import { asFlag, asText, listedPaths, member } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { flag, text } from '../../core/shape.ts'
import { kind } from '../kind.ts'
import { fill } from '../paths.ts'
import { methodsOf } from './resource.ts'

const BLANK = 'Request Validator name cannot be blank'

export const requestValidator = kind<RequestValidator>({
  name: 'RequestValidator',
  path: '/restapis/{restApiId}/requestvalidators/{requestValidatorId}',
  verbs: ['create', 'get', 'list', 'update', 'delete'],
  fields: { name: text, validateRequestBody: flag, validateRequestParameters: flag },
  key: 'id',
  idLength: 6,
  limit: 'requestValidators',
  absent: () => notFound('Invalid Request Validator identifier specified'),
  orphan: { create: () => badRequest('Invalid REST API identifier specified') },
  born: (sent) => ({
    ...(sent as object as RequestValidator),
    validateRequestBody: sent.validateRequestBody === true,
    validateRequestParameters: sent.validateRequestParameters === true,
  }),
  patch: {
    refusal: listedPaths,
    rules: {
      '/name': member(asText, { empty: BLANK }),
      '/validateRequestParameters': member(asFlag),
      '/validateRequestBody': member(asFlag),
    },
  },
  check({ name }) {
    if (name === '') throw badRequest(BLANK)
  },
  async leaving({ id }, { tx, labels }) {
    for (const { where, method } of await methodsOf(tx, fill('/restapis/{restApiId}', labels)))
      if (method.requestValidatorId === id)
        throw conflict(`Cannot delete request validator '${id}', is referenced in method: ${where}`)
  },
})
