import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Operation } from '../../src/control/desk.ts'
import { operationTable } from '../../src/control/operations.ts'
import type { Fields, Shape } from '../../src/core/shape.ts'

const table = operationTable()

test('all of the 124 operations have an implementation', () => {
  expect(table.size).toBe(124)
})

test('no two operations share method, path and mode', () => {
  const routes = [...table.values()].map(({ method, path, mode }) => `${method} ${path} ${mode}`)
  expect(new Set(routes).size).toBe(routes.length)
})

// The service model is fetched, not part of the project: where it lies beside the checkout the table is held against it.
interface ModelShape {
  type: string
  enum?: string[]
  required?: string[]
  member?: { shape: string }
  value?: { shape: string }
  members?: Record<string, { shape: string; location?: string; locationName?: string }>
}
interface Model {
  operations: Record<
    string,
    { http: { method: string; requestUri: string; responseCode?: number }; input?: { shape: string } }
  >
  shapes: Record<string, ModelShape>
}
const file = '../shared/reference/apigateway-2015-07-09.json'
if (existsSync(file)) {
  const model = JSON.parse(readFileSync(file, 'utf8')) as Model
  const blob = (name: string) => model.shapes[name]?.type === 'blob'

  const describeShape = (name: string): unknown => {
    const shape = model.shapes[name]!
    if (shape.enum) return { oneOf: [...shape.enum].sort() }
    if (shape.type === 'structure')
      return Object.fromEntries(
        Object.entries(shape.members ?? {}).map(([member, { shape: of }]) => [
          shape.required?.includes(member) ? `${member}!` : member,
          describeShape(of),
        ]),
      )
    if (shape.type === 'list') return [describeShape(shape.member!.shape)]
    if (shape.type === 'map') return { '*': describeShape(shape.value!.shape) }
    return { integer: 'whole', long: 'whole', double: 'real', boolean: 'flag', string: 'text' }[shape.type]
  }
  const describeOwn = (shape: Shape): unknown => {
    if (shape.is === 'record') return describeFields(shape.fields)
    if (shape.is === 'list') return [describeOwn(shape.of)]
    if (shape.is === 'map') return { '*': describeOwn(shape.of) }
    if (shape.is === 'text' && shape.oneOf) return { oneOf: [...shape.oneOf].sort() }
    return shape.is
  }
  const describeFields = (fields: Fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, shape]) => [name, describeOwn(shape)]))

  test.each(Object.entries(model.operations))(
    '%s is as the service model has it',
    (name, { http, input }) => {
      const own = table.get(name) as Operation
      const members = Object.entries(input ? (model.shapes[input.shape]!.members ?? {}) : {})
      const required = (input && model.shapes[input.shape]!.required) || []
      const labels = new Map(
        members
          .filter(([, m]) => m.location === 'uri')
          .map(([member, m]) => [m.locationName ?? member, member]),
      )
      const [path] = http.requestUri.replace(/\{(\w+)\}/g, (_, label) => `{${labels.get(label)}}`).split('?')
      expect({ method: own.method, path: own.path, status: own.status }).toEqual({
        method: http.method,
        path,
        status: http.responseCode ?? 200,
      })
      const wanted = members.filter(([, { location, shape }]) => !location && !blob(shape))
      if (members.some(([, { location, shape }]) => !location && blob(shape)))
        expect(own.input.body).toBe('bytes')
      else
        expect(describeFields((own.input.body as Fields | undefined) ?? {})).toEqual(
          Object.fromEntries(
            wanted.map(([member, { shape, locationName }]) => [
              (locationName ?? member) + (required.includes(member) ? '!' : ''),
              describeShape(shape),
            ]),
          ),
        )
      const query = members.filter(([, { location }]) => location === 'querystring')
      // `mode=import` is part of the route: declared only so that it is not taken for one of the parameters
      const { mode, ...declared } = own.input.query ?? {}
      expect(describeFields(own.mode || !mode ? declared : { ...declared, mode })).toEqual(
        Object.fromEntries(
          query.map(([member, { shape, locationName }]) => [
            (locationName ?? member) + (required.includes(member) ? '!' : ''),
            describeShape(shape),
          ]),
        ),
      )
    },
  )
}
