/** GetModelTemplate: a mapping template with a sample value for every property of the model's schema. */
import type { Model } from '../../core/documents.ts'
import { notFound } from '../../core/problem.ts'
import type { Values } from '../../core/shape.ts'
import type { Operation } from '../desk.ts'
import { fill } from '../paths.ts'

const MODEL = '/restapis/{restApiId}/models/{modelName}'

export const MODEL_TEMPLATE: Operation = {
  name: 'GetModelTemplate',
  method: 'GET',
  path: `${MODEL}/default_template`,
  status: 200,
  input: {},
  async run({ region, labels }, { store }) {
    const model = await store.documents.get<Model>(region, fill(MODEL, labels))
    if (!model) throw notFound(`Invalid model name specified: ${labels.modelName}`)
    const models = await store.documents.list<Model>(region, fill('/restapis/{restApiId}/models', labels))
    const byName = new Map(models.map(({ body }) => [body.name, body]))
    return { value: `#set($inputRoot = $input.path('$'))\n${sample(schemaOf(model), byName, '', 0)}` }
  },
}

function schemaOf(model: Model | undefined): Values {
  try {
    return JSON.parse(model?.schema ?? '{}') as Values
  } catch {
    return {}
  }
}

/** Deeper than this a schema refers to itself. */
const DEEPEST = 8

function sample(schema: Values, models: Map<string, Model>, indent: string, depth: number): string {
  const reference = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined
  if (depth > DEEPEST) return '{ }'
  if (reference) return sample(schemaOf(models.get(reference)), models, indent, depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'array') return samples((schema.items ?? {}) as Values, models, indent, depth)
  if (type === 'object' || schema.properties) {
    const inner = `${indent}  `
    const members = Object.entries((schema.properties ?? {}) as Record<string, Values>).map(
      ([name, member]) => `${inner}${JSON.stringify(name)} : ${sample(member, models, inner, depth + 1)}`,
    )
    return members.length > 0 ? `{\n${members.join(',\n')}\n${indent}}` : '{ }'
  }
  if (Array.isArray(schema.enum)) return JSON.stringify(schema.enum[0])
  return { string: '"foo"', boolean: 'true', null: 'null' }[String(type)] ?? '42'
}

function samples(items: Values, models: Map<string, Model>, indent: string, depth: number): string {
  return [
    '[',
    '##TODO: Update this foreach loop to reference array from input json',
    '#foreach($elem in $inputRoot)',
    `${indent} ${sample(items, models, `${indent} `, depth + 1)}`,
    '#if($foreach.hasNext),#end',
    '#end',
    `${indent}]`,
  ].join('\n')
}
