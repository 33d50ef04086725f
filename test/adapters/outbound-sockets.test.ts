/** The pools of the outbound client: what is forgotten and ended in time. Sockets are real, the clock is moved by hand. */
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { socketOutbound } from '../../src/adapters/outbound-sockets.ts'
import { good } from '../support/certificates.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const LONG_PAST = 700_000

let outbound: ReturnType<typeof socketOutbound>
let servers: Server[]
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
  outbound = socketOutbound()
  servers = []
})
afterEach(async () => {
  vi.useRealTimers()
  await outbound.close()
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
})

async function listening(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}
const send = (url: string, more = {}) =>
  outbound.send({ url, method: 'GET', headers: [], body: null, ...more })
/** vitest's own polling stands still with the clock */
async function until(met: () => boolean): Promise<void> {
  while (!met()) await new Promise((resolve) => setTimeout(resolve, 1))
}
const closed = (socket: Socket) =>
  new Promise<void>((resolve) => socket.on('error', () => {}).on('close', resolve))

test('a connection that rested too long ends, and nothing is swept any more', async () => {
  let end!: Promise<void>
  const port = await listening(
    createServer((socket) => {
      end = closed(socket)
      socket.on('data', () => socket.write(OK))
    }),
  )
  await send(`http://127.0.0.1:${port}/`)
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(LONG_PAST)
  await end
  await until(() => {
    vi.advanceTimersByTime(LONG_PAST)
    return vi.getTimerCount() === 0
  })
})

test('a connection that is being opened during a sweep is swept in its turn', async () => {
  let open: (() => void) | undefined
  let end!: Promise<void>
  const tls = createTlsServer(good, (socket) => {
    end = closed(socket)
    socket.on('data', () => socket.write(OK))
  })
  // the handshake waits until the test lets it go on
  const port = await listening(
    createServer({ pauseOnConnect: true }, (socket) => {
      open = () => tls.emit('connection', socket)
    }),
  )
  const answer = send(`https://127.0.0.1:${port}/`, { tls: { insecureSkipVerification: true } })
  await until(() => open !== undefined)
  vi.advanceTimersByTime(LONG_PAST)
  open!()
  expect((await answer).status).toBe(200)
  vi.advanceTimersByTime(LONG_PAST)
  await end
})

test('hosts that nobody can reach are forgotten', async () => {
  const port = await listening(createServer())
  await new Promise((resolve) => servers.pop()!.close(resolve))
  for (let n = 1; n < 200; n++)
    await expect(send(`http://127.0.0.${n}:${port}/`)).rejects.toMatchObject({ name: 'OutboundFailure' })
  expect(vi.getTimerCount()).toBe(1)
  vi.advanceTimersByTime(LONG_PAST)
  expect(vi.getTimerCount()).toBe(0)
})

test('close ends what rests, what is under way and what is being opened', async () => {
  const ends: Promise<void>[] = []
  const port = await listening(
    createServer((socket) => {
      ends.push(closed(socket))
      socket.on('data', (bytes) => bytes.includes('/now') && socket.write(OK))
    }),
  )
  await Promise.all([0, 1].map(() => send(`http://127.0.0.1:${port}/now`)))
  const failed = (path: string) => expect(send(`http://127.0.0.1:${port}${path}`)).rejects.toThrow()
  const hanging = [0, 1, 2].map(() => failed('/hang'))
  await until(() => ends.length === 3)
  const opening = failed('/hang')
  await outbound.close()
  await Promise.all([...hanging, opening, ...ends])
})
