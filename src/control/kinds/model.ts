import type { Model } from '../../core/documents.ts'
import { asText, listedPaths, member } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { text } from '../../core/shape.ts'
import { freshRandomId } from '../ids.ts'
import { kind, without } from '../kind.ts'
import { fill } from '../paths.ts'
import { methodsOf } from './resource.ts'

const NO_SCHEMA = 'Model schema must have at least 1 property or array items defined'

export const noModel = (name: string) => notFound(`Invalid model name specified: ${name}`)

export const model = kind<Model>({
  name: 'Model',
  path: '/restapis/{restApiId}/models/{modelName}',
  // GetModel is an action: it can flatten
  verbs: ['create', 'list', 'update', 'delete'],
  fields: { 'name!': text, description: text, schema: text, 'contentType!': text },
  key: 'name',
  limit: 'models',
  absent: noModel,
  taken: () => conflict('Model name already exists for this REST API'),
  born: (sent, { platform }) => ({ ...(sent as object as Model), id: freshRandomId(6, platform.random) }),
  patch: {
    refusal: listedPaths,
    rules: { '/description': member(), '/schema': member(asText, { empty: NO_SCHEMA }) },
  },
  check({ name, schema, contentType }) {
    if (!name) throw badRequest('Model name must be non-empty')
    if (!/^[a-zA-Z0-9]+$/.test(name)) throw badRequest(`Model name must be alphanumeric: ${name}`)
    if (!schema) throw badRequest(NO_SCHEMA)
    if (!/json/.test(contentType)) return
    let parsed: unknown
    try {
      parsed = JSON.parse(schema)
    } catch {
      throw badRequest('Invalid model schema specified: it is not valid JSON')
    }
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw badRequest(NO_SCHEMA)
  },
  async leaving({ name }, { tx, labels }) {
    const blocked = (by: string) => conflict(`Cannot delete model '${name}', is referenced in ${by}`)
    const api = fill('/restapis/{restApiId}', labels)
    for (const { where, method, responses } of await methodsOf(tx, api)) {
      if (Object.values(method.requestModels ?? {}).includes(name)) throw blocked(`method request: ${where}`)
      for (const { statusCode, responseModels } of responses)
        if (Object.values(responseModels ?? {}).includes(name))
          throw blocked(`method response: ${where}/${statusCode}`)
    }
    const reference = new RegExp(`"\\$ref"\\s*:\\s*"[^"]*/models/${name}"`)
    for (const { body } of await tx.list<Model>(`${api}/models`))
      if (body.name !== name && reference.test(body.schema ?? '')) throw blocked(`model: ${body.name}`)
  },
  view: (model) => ({ ...without(model, 'description') }),
})
