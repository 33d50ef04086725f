import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** `import type` leaves nothing behind, and `cloudflare:workers` is the runtime's. */
const IMPORT = /^import (?!type\b)[^']*'((?:@[\w-]+\/)?[\w-]+)(?:\/[^']*)?'/gm

test('what the sources import is there without the development packages', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  const imported = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(`src/${path}`, 'utf8').matchAll(IMPORT)].map(([, name]) => name))
  expect(imported.length).toBeGreaterThan(0)
  expect([...new Set(imported)].filter((name) => !(name! in dependencies))).toEqual([])
})
