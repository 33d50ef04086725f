/**
 * A back end that says, byte for byte, what the request's target tells it to: a list of steps in JSON. A text is sent as Latin-1,
 * with `{connection}` and `{request}` in it replaced by six digits each, so that an answer tells which connection it came over.
 */
import { createServer, type Socket } from 'node:net'
import type { Seen, Step } from './script.ts'

const digits = (n: number): string => String(n).padStart(6, '0')
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** `url` is http://127.0.0.1:port */
export async function startScripted(): Promise<{ url: string; stop(): Promise<void> }> {
  const open = new Set<Socket>()
  const targets: string[] = []
  let connections = 0
  let sent = 0

  function say(socket: Socket, bytes: Buffer): boolean {
    sent += bytes.length
    return socket.write(bytes)
  }

  async function play(socket: Socket, target: string, connection: number, request: number): Promise<void> {
    const filled = (text: string) =>
      Buffer.from(
        text.replaceAll('{connection}', digits(connection)).replaceAll('{request}', digits(request)),
        'latin1',
      )
    const [script] = target.slice(1).split('?')
    for (const step of JSON.parse(decodeURIComponent(script!)) as Step[]) {
      if (socket.destroyed) return
      if (typeof step === 'number') await pause(step)
      else if (step === 'END') socket.end()
      else if (step === 'RESET') socket.resetAndDestroy()
      else if (typeof step === 'string') say(socket, filled(step))
      else if ('drip' in step) {
        for (const byte of filled(step.drip)) {
          say(socket, Buffer.of(byte))
          await pause(0)
        }
      } else {
        const piece = filled(step.say)
        for (let n = 0; n < step.times && !socket.destroyed; n++)
          if (!say(socket, piece))
            await new Promise<void>((resolve) => {
              const go = () => {
                socket.off('drain', go).off('close', go)
                resolve()
              }
              socket.on('drain', go).on('close', go)
            })
      }
    }
  }

  function report(socket: Socket, text: string): void {
    const requests = targets.filter((target) => target.includes(text)).length
    const body = JSON.stringify({ requests, connections, open: open.size - 1, sent } satisfies Seen)
    socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  }

  const server = createServer({ noDelay: true }, (socket) => {
    const connection = ++connections
    let text = ''
    let busy = Promise.resolve()
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        // what stands before is the body of the request before, at which nobody looks here
        const target = /[A-Za-z]+ (\/\S+) HTTP\/1\.1\r\nhost: /.exec(text.slice(0, end))?.[1]
        text = text.slice(end + 4)
        if (!target) continue
        if (target.startsWith('/seen/')) return report(socket, target.slice('/seen/'.length))
        const request = targets.push(target)
        busy = busy.then(() => play(socket, target, connection, request))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
