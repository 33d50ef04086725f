/** Every template of the vectors renders as Apache Velocity 1.7 with JsonPath 2.0.0 and json-smart 2.2 renders it. */
import { describe, expect, test } from 'vitest'
import { difference, foreignCases, ownCases, type TemplateCase } from '../../support/template-cases.ts'

const cases = [...ownCases(), ...foreignCases()]
const groups = new Map<string, TemplateCase[]>()
for (const c of cases) {
  const name = c.id.slice(0, c.id.indexOf('/'))
  const group = groups.get(name)
  if (group) group.push(c)
  else groups.set(name, [c])
}

describe.each(['aws', 'plain'] as const)('profile %s', (profile) => {
  test.each([...groups])('group %s', (_, group) => {
    expect(group.map((c) => difference(c, profile)).filter((d) => d !== null)).toEqual([])
  })
})

test('the vectors are all there', () => {
  expect(ownCases().length).toBe(1577)
})
