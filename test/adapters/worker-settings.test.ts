/** What a Worker's configuration may say, and where its log lines go. */
import { afterEach, expect, test, vi } from 'vitest'
import type { Platform } from '../../src/platform.ts'

vi.mock('cloudflare:workers', () => ({ waitUntil: () => {}, DurableObject: class {} }))
const { workerApp } = await import('../../src/entry/worker-platform.ts')

afterEach(() => void vi.restoreAllMocks())

/** The platform that a Worker with these variables gets, or what its log says instead. */
async function started(variables: Record<string, unknown>): Promise<Platform | string> {
  let platform: Platform | undefined
  const complained = vi.spyOn(console, 'error').mockImplementation(() => {})
  const appOf = workerApp(() => ({
    control: (parts: { platform: Platform }) => {
      platform = parts.platform
      return async () => new Response()
    },
  }))
  const answering = appOf({ DB: {} as never, METER: {} as never, ...variables })
  if (platform) return platform
  const { status } = await answering(new Request('http://x/'), { address: '', tls: false })
  expect(status).toBe(500)
  return complained.mock.calls.join('\n')
}

test.each([
  'EDGEWAY_PORT',
  'EDGEWAY_HOST',
  'EDGEWAY_DATA',
  'EDGEWAY_TLS',
  'EDGEWAY_TLS_PORT',
  'EDGEWAY_REDIS_URL',
  'EDGEWAY_CACHE_MAX_BYTES',
])('%s is refused', async (name) => {
  expect(await started({ [name]: '1' })).toBe(`edgeway: ${name} means nothing on Workers`)
})

test.each([
  [{ EDGEWAY_DATABASE_URL: 'file:x.db' }, 'EDGEWAY_DATABASE_URL must be a libSQL URL: a Worker has no files'],
  [{ EDGEWAY_DATABASE_TOKEN: 'x' }, 'EDGEWAY_DATABASE_TOKEN needs EDGEWAY_DATABASE_URL'],
])('%j is refused', async (variables, message) => {
  expect(await started(variables)).toBe(`edgeway: ${message}`)
})

test('a name that is no setting is refused, a binding by such a name is none of them', async () => {
  expect(await started({ EDGEWAY_PROT: '1' })).toBe(
    'edgeway: EDGEWAY_PROT is not a setting; --help lists them',
  )
  expect(typeof (await started({ EDGEWAY_BUCKET: {}, OTHER: 'x', EDGEWAY_PORT: '' }))).toBe('object')
})

test('only errors are written as errors', async () => {
  const { log } = (await started({ EDGEWAY_LOG: 'debug' })) as Platform
  const lines: string[] = []
  for (const name of ['log', 'warn', 'error'] as const)
    vi.spyOn(console, name).mockImplementation((line) => void lines.push(`${name}: ${line}`))
  for (const level of ['debug', 'info', 'warn', 'error', 'audit'] as const) log(level, 'x')
  expect(lines).toEqual(['log: debug x', 'log: info  x', 'warn: warn  x', 'error: error x', 'log: audit x'])
})
