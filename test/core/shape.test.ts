import { describe, expect, test } from 'vitest'
import {
  type Fields,
  flag,
  list,
  map,
  matching,
  oneOf,
  readFields,
  real,
  record,
  refuse,
  text,
  texts,
  type Values,
  whole,
} from '../../src/core/shape.ts'

const fields: Fields = {
  'name!': text,
  size: whole,
  rate: real,
  on: flag,
  kind: oneOf('A', 'B'),
  code: matching('[1-5]\\d\\d'),
  tags: map(text),
  kinds: list(oneOf('A', 'B')),
  steps: list(record({ op: oneOf('add') })),
  inner: record({ 'deep!': texts }),
}

const read = (value: unknown) => {
  const violations: string[] = []
  const values = readFields(fields, value, 'in', violations)
  refuse(violations)
  return values
}

test('what is right comes through, what is unknown or null does not', () => {
  const right: Values = {
    name: 'x',
    size: 1,
    rate: 0.5,
    on: false,
    kind: 'A',
    code: '204',
    tags: { a: 'b', c: null, ['__proto__']: 'd' },
    kinds: ['A', 'B'],
    steps: [{ op: 'add' }],
    inner: { deep: [] },
  }
  expect(read({ ...right, more: 1 })).toEqual(right)
  expect(read({ name: 'x', size: null, rate: undefined })).toEqual({ name: 'x' })
})

describe('wrong types end the reading', () => {
  test.each<[unknown, string]>([
    [{ name: true }, 'class java.lang.Boolean can not be converted to an String'],
    [
      { name: 1 },
      'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
    ],
    [
      { name: 'x', tags: { a: 1 } },
      'class com.amazon.coral.value.json.numbers.TruncatingBigNumber can not be converted to an String',
    ],
    [{ name: 'x', size: '1' }, 'class java.lang.String can not be converted to an Integer'],
    [{ name: 'x', on: 'true' }, 'class java.lang.String can not be converted to an Boolean'],
    [{ name: ['x'] }, 'Start of list found where not expected'],
    [{ name: {} }, 'Start of structure or map found where not expected.'],
    [{ name: 'x', kinds: 'A' }, 'Expected list or null'],
    [{ name: 'x', tags: [] }, 'Expected map or null'],
    [[], 'Start of list found where not expected'],
    ['x', 'Unexpected value type in payload'],
  ])('%j', (value, message) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ type: 'SerializationException', message }))
  })
})

describe('broken constraints are told together', () => {
  const enumeration = 'failed to satisfy constraint: Member must satisfy enum value set: '
  test.each<[unknown, string]>([
    [
      {},
      "1 validation error detected: Value null at 'in.name' failed to satisfy constraint: Member must not be null",
    ],
    [{ name: 'x', kind: 'C' }, `1 validation error detected: Value 'C' at 'in.kind' ${enumeration}[A, B]`],
    [
      { name: 'x', kinds: ['A', 'C'] },
      "1 validation error detected: Value '[A, C]' at 'in.kinds' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [A, B]]",
    ],
    [
      { name: 'x', steps: [{ op: 'add' }, { op: 'x' }], code: '600' },
      `2 validation errors detected: Value '600' at 'in.code' failed to satisfy constraint: Member must satisfy regular expression pattern: [1-5]\\d\\d; Value 'x' at 'in.steps.2.member.op' ${enumeration}[add]`,
    ],
    [
      { name: 'x', inner: {} },
      "1 validation error detected: Value null at 'in.inner.deep' failed to satisfy constraint: Member must not be null",
    ],
  ])('%j', (value, message) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ type: 'ValidationException', message }))
  })
})
