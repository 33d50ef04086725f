/** The commands that start no gateway: `edgeway vtl`, `edgeway principal`, `edgeway migrate`. */
import { readFile } from 'node:fs/promises'
import { systemClock } from '../adapters/clock-system.ts'
import { DatabaseError } from '../adapters/database-libsql.ts'
import { webcryptoRandom } from '../adapters/random-webcrypto.ts'
import { ConfigError, settingsOf } from '../config.ts'
import { asGiven, takeFlags } from '../options.ts'
import { runPrincipal } from '../principals-cli.ts'
import { runVtl } from '../vtl-cli.ts'
import { openDatabase } from './database.ts'

const say = (line: string) => console.log(line)
const complain = (line: string) => console.error(line)
const readText = (path: string) => readFile(path, 'utf8')

async function main(argv: string[], env: Record<string, string | undefined>): Promise<number> {
  const [command, ...rest] = argv
  if (command === 'vtl') return runVtl(rest, { say, complain, readText })
  // --data, --database and the like go to the configuration, what remains to the command
  const { env: merged, rest: own } = takeFlags(rest, env)
  const settings = settingsOf(merged, 'signed')
  const { database, close, url } = await openDatabase(merged)
  try {
    if (command === 'principal')
      return await runPrincipal(own, {
        platform: { database, settings, random: webcryptoRandom, clock: systemClock, env: merged },
        say,
        complain,
        readText,
      })
    say(`the migrations are applied to ${url}`)
    return 0
  } finally {
    close()
  }
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env)
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof DatabaseError)) throw error
  complain(`edgeway: ${asGiven(error.message, process.argv)}`)
  process.exitCode = 1
}
