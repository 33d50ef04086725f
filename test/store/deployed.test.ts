import { expect, test } from 'vitest'
import type { StagePointer } from '../../src/core/api.ts'
import type { Changes } from '../../src/store/changes.ts'
import { Deployments } from '../../src/store/deployments.ts'
import type { Documents } from '../../src/store/documents.ts'

/** Each deployment takes two fifths of the memory that there is for them. */
const TEXT = 20 * 1024 * 1024

test('a deployment that has left memory is not held by the stages that it served, and is read again', async () => {
  const read: string[] = []
  const parts = {
    cache: {
      changeableSeconds: 0,
      get: async (name: string) => {
        read.push(name)
        return JSON.stringify({ format: 1, deploymentId: name, definition: 'x'.repeat(TEXT) })
      },
    },
    defer: () => {},
    join: (work: unknown) => work,
  } as unknown as ConstructorParameters<typeof Deployments>[0]
  const deployments = new Deployments(parts, { onCommit() {} } as unknown as Documents, {} as Changes)
  const stageOf = (id: string) => ({ apiId: id, region: 'r', stage: {} }) as StagePointer & { last?: object }
  const [a, b, c] = ['a', 'b', 'c'].map(stageOf)

  await deployments.deployed('a', a)
  // the second time it is there, and the stage knows it from then on
  expect(deployments.deployed('a', a)).not.toBeInstanceOf(Promise)
  expect(a!.last).toMatchObject({ id: 'a', deployed: { api: { deploymentId: 'deployment:a' } } })
  await deployments.deployed('b', b)
  await deployments.deployed('c', c)
  // `a` was called, so `b` had to go first; a further one then takes the place of `a`
  expect(deployments.deployed('a', a)).not.toBeInstanceOf(Promise)
  await deployments.deployed('b', b)
  await deployments.deployed('d')
  await deployments.deployed('e')
  expect(a!.last).toMatchObject({ id: 'a', deployed: null })
  await deployments.deployed('a', a)
  expect(read.filter((name) => name === 'deployment:a')).toHaveLength(2)
})
