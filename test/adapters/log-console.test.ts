import { expect, test } from 'vitest'
import { consoleLog } from '../../src/adapters/log-console.ts'

test.each([
  ['', ['warn  c', 'error d', 'audit e', 'info  f log="access"']],
  ['debug', ['debug a', 'info  b', 'warn  c', 'error d', 'audit e', 'info  f log="access"']],
  ['error', ['error d', 'audit e', 'info  f log="access"']],
  // nothing silences what is audited, or what a stage asks for
  ['audit', ['error d', 'audit e', 'info  f log="access"']],
])('lines at level %j', (level, written) => {
  const lines: string[] = []
  const log = consoleLog(level, (line) => lines.push(line))
  log('debug', 'a')
  log('info', 'b')
  log('warn', 'c')
  log('error', 'd')
  log('audit', 'e')
  log('info', 'f', { log: 'access' })
  expect(lines).toEqual(written)
})

test('no caller can forge a line', () => {
  const lines: string[] = []
  consoleLog('info', (line) => lines.push(line))('info', 'a\nwarn  b', { path: '/x\n"y"' })
  expect(lines).toEqual(['info  a\\nwarn  b path="/x\\n\\"y\\""'])
})
