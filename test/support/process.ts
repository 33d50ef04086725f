/** Starts the gateway as a user does: a command of its own, on a free port, ended by a signal. */
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until `ready` is printed; rejects with what was printed if the command ends before. */
export async function startCommand(
  command: string,
  args: string[],
  options: { env?: Record<string, string>; ready: string; timeoutMs?: number },
): Promise<{ output: () => string; stop(): Promise<number | null> }> {
  const child = spawn(command, args, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${command} ${args.join(' ')}: ${why}\n${output}`))
    const timer = setTimeout(() => fail('not ready in time'), options.timeoutMs ?? 60_000)
    const hear = (chunk: Buffer) => {
      output += chunk
      if (!output.includes(options.ready)) return
      clearTimeout(timer)
      resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', (error) => fail(error.message))
    void ended.then((code) => fail(`ended with ${code}`))
  })
  return {
    output: () => output,
    stop: async () => {
      child.kill('SIGINT')
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
      const code = await ended
      clearTimeout(late)
      return code
    },
  }
}
