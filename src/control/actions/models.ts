/** What is read of a model together with the models that its schema names: GetModel with `flatten`, GetModelTemplate. */
import type { Model } from '../../core/documents.ts'
import { flattenSchema, mappingTemplate } from '../../core/model-schema.ts'
import { flag } from '../../core/shape.ts'
import type { Call, Desk, Operation } from '../desk.ts'
import { without } from '../kind.ts'
import { noModel } from '../kinds/model.ts'
import { fill } from '../paths.ts'

const MODELS = '/restapis/{restApiId}/models'

async function read({ region, labels }: Call, { store }: Desk, withOthers: boolean) {
  const { modelName = '' } = labels
  const model = await store.documents.get<Model>(region, fill(`${MODELS}/{modelName}`, labels))
  if (!model) throw noModel(modelName)
  const others = withOthers ? await store.documents.list<Model>(region, fill(MODELS, labels)) : []
  const schemas = new Map(others.map(({ body }) => [body.name, body.schema ?? '{}']))
  return { model, schemas }
}

export const MODEL_ACTIONS: readonly Operation[] = [
  {
    name: 'GetModel',
    method: 'GET',
    path: `${MODELS}/{modelName}`,
    status: 200,
    input: { query: { flatten: flag } },
    async run(call, desk) {
      const flatten = call.query.flatten === true
      const { model, schemas } = await read(call, desk, flatten)
      const schema = flatten && model.schema ? flattenSchema(model.schema, schemas) : model.schema
      return without({ ...model, schema }, 'description')
    },
  },
  {
    name: 'GetModelTemplate',
    method: 'GET',
    path: `${MODELS}/{modelName}/default_template`,
    status: 200,
    input: {},
    async run(call, desk) {
      const { model, schemas } = await read(call, desk, true)
      return { value: mappingTemplate(model.schema ?? '{}', schemas) }
    },
  },
]
