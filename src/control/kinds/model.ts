import type { Model } from '../../core/documents.ts'
import { asText, listedPaths, member } from '../../core/patch.ts'
import { badRequest, conflict, notFound } from '../../core/problem.ts'
import { absentModel, checkSchema, isJson } from '../../core/rules/model.ts'
import { text } from '../../core/shape.ts'
import { freshRandomId } from '../ids.ts'
import { kind, without } from '../kind.ts'
import { fill } from '../paths.ts'
import { methodsOf } from './resource.ts'

const PATH = '/restapis/{restApiId}/models/{modelName}'
const NO_SCHEMA = 'Model schema must have at least 1 property or array items defined'

export const noModel = (name: string) => notFound(`Invalid model name specified: ${name}`)

export const model = kind<Model>({
  name: 'Model',
  path: PATH,
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
  async check({ name, schema, contentType }, { tx, labels }, before) {
    if (!name) throw badRequest('Model name must be non-empty')
    if (!/^[a-zA-Z0-9]+$/.test(name)) throw badRequest(`Model name must be alphanumeric: ${name}`)
    if (!schema) throw badRequest(NO_SCHEMA)
    if (!isJson(contentType) || schema === before?.schema) return
    for (const other of checkSchema(schema))
      if (other !== name && !(await tx.get(fill(PATH, { ...labels, modelName: other }))))
        throw absentModel(other)
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
