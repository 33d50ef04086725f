/**
 * Targets that take turns, so that what disturbs the machine disturbs all, and bars on their ratios. A ratio is taken within a
 * round; what is shown and held against a bar is the median over the rounds.
 */
import { request } from 'node:http'
import { load } from './load.mjs'
import { cpuOf } from './processes.mjs'

const WARM_UP_SECONDS = 1

/** `--name=value` of the command line. */
export const option = (name, otherwise) =>
  process.argv.find((arg) => arg.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise

/** What the command line names of `all`; `otherwise` when it names none. */
export function chosenOf(all, otherwise = all) {
  const chosen = process.argv.slice(2).filter((arg) => all.includes(arg))
  return chosen.length > 0 ? chosen : otherwise
}

export const seconds = Number(option('seconds', 2))
export const rounds = Number(option('rounds', 3))

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Of every target a row for each round: requests a second, CPU microseconds a request, errors. */
export const rows = new Map()

let failures = 0
/** Says what went wrong; the bench goes on, and fails in the end. */
export function failure(what, errors = 1) {
  failures += errors
  console.log(`  ERROR: ${what}`)
}

/** `targets`: pairs of a name and of what `load` takes, with `pid` and, if the answer's text is to be looked at, `answer`. */
export async function takeTurns(targets) {
  for (const [name, target] of targets) {
    rows.set(name, [])
    await probe(name, target)
    await load({ ...target, seconds: Math.min(WARM_UP_SECONDS, seconds) })
  }
  for (let round = 1; round <= rounds; round++)
    for (const [name, target] of targets) {
      const before = cpuOf(target.pid)
      const { requests, seconds: took, errors } = await load({ ...target, seconds })
      const row = { rate: requests / took, cpu: (cpuOf(target.pid) - before) / requests, errors }
      rows.get(name).push(row)
      console.log(`  round ${round} of ${rounds}  ${figures(name, row)}`)
      if (errors > 0) failure(`${errors} calls failed; last words: ${lastWordsOf(target)}`, errors)
      if (requests === 0) failure('no call was answered')
    }
}

/** One call, whose answer must be the one meant: a bench of error pages is none. */
async function probe(name, { port, path, method = 'GET', headers, body, hosts, answer }) {
  const { status, text } = await new Promise((resolve, reject) => {
    const all = { ...headers, ...(hosts && { Host: hosts.at(-1) }) }
    const sent = request({ host: '127.0.0.1', port, path, method, headers: all }, async (response) => {
      const chunks = await response.toArray()
      resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() })
    })
    sent.on('error', reject)
    sent.end(body)
  })
  if (status !== 200 || !(answer?.test(text) ?? true))
    failure(`${name} answers ${status} ${text.slice(0, 300)}`)
}

const lastWordsOf = ({ lastWords }) => lastWords?.().slice(0, 200) || 'none'

/** CPU is only known where there is /proc and the process does nothing else meanwhile. */
const figures = (name, { rate, cpu, errors }) =>
  `${name.padEnd(40)} ${rate.toFixed(0).padStart(7)} req/s ${(Number.isNaN(cpu) ? '-' : cpu.toFixed(1)).padStart(7)} µs CPU${errors > 0 ? `  ${errors} ERRORS` : ''}`

/** The ratio of two targets' `rate` or `cpu`. */
export const ratio = (field, name, base) =>
  median(rows.get(name).map((row, round) => row[field] / rows.get(base)[round][field]))

/**
 * Prints medians and bars, and ends the process: with 1 if there was an error. A bar that is missed is no error.
 * `bars`: { what, of: ratio, atMost or atLeast (neither: for information) }.
 */
export function conclude(bars) {
  console.log('\nmedians')
  for (const [name, all] of rows) {
    const [rate, cpu] = ['rate', 'cpu'].map((field) => median(all.map((row) => row[field])))
    console.log(`  ${figures(name, { rate, cpu, errors: all.reduce((sum, row) => sum + row.errors, 0) })}`)
  }
  const width = Math.max(...bars.map(({ what }) => what.length))
  console.log(`\n${'bar'.padEnd(width + 2)}   measured      wanted  met`)
  for (const { what, of, atMost, atLeast } of bars) {
    const wanted = atMost ? `<= ${atMost.toFixed(2)}` : atLeast ? `>= ${atLeast.toFixed(2)}` : ''
    const met = !wanted ? '' : (atMost ? of <= atMost : of >= atLeast) ? 'yes' : 'NO'
    console.log(`  ${what.padEnd(width)} ${of.toFixed(2).padStart(10)} ${wanted.padStart(11)}  ${met}`)
  }
  if (failures > 0) console.log(`\nFAILED: ${failures} errors: the figures above do not count`)
  process.exit(failures > 0 ? 1 : 0)
}
