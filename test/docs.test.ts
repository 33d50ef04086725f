import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { VERSION } from '../src/entry/version.ts'

test('the generated parts of the documentation are up to date', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.ts', '--check'], { encoding: 'utf8' })
  expect(stderr.split('\n').filter((line) => line.includes('out of date'))).toEqual([])
  expect(status).toBe(0)
})

test('the version is that of the package', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync('package.json', 'utf8')).version)
})

test('every row of the differences says all there is to say', () => {
  const rows = JSON.parse(readFileSync('docs/differences.json', 'utf8')) as Record<string, string>[]
  for (const row of rows) {
    expect(Object.keys(row), JSON.stringify(row)).toEqual(['area', 'amazon', 'edgeway', 'kind', 'why'])
    expect(['deliberate', 'for now', 'beyond']).toContain(row.kind)
    for (const [name, text] of Object.entries(row)) expect(text.trim(), `${row.area}: ${name}`).not.toBe('')
  }
})
