import { expect, test } from 'vitest'
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
  const stage = { apiId: 'a', region: 'r', stage: {} } as NonNullable<Parameters<Deployments['deployed']>[1]>

  await deployments.deployed('a', stage)
  // the second time it is there, and the stage knows it from then on
  expect(deployments.deployed('a', stage)).not.toBeInstanceOf(Promise)
  expect(stage.last).toMatchObject({ id: 'a', deployed: { api: { deploymentId: 'deployment:a' } } })
  // two have room: it was called, so `b` goes before it
  await deployments.deployed('b')
  await deployments.deployed('c')
  expect(stage.last?.deployed).not.toBeNull()
  await deployments.deployed('d')
  await deployments.deployed('e')
  expect(stage.last).toMatchObject({ id: 'a', deployed: null })
  await deployments.deployed('a', stage)
  expect(read.filter((name) => name === 'deployment:a')).toHaveLength(2)
})
