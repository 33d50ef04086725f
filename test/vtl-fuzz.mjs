#!/usr/bin/env node
// Asks the Java oracle (Velocity 1.7, JsonPath 2.0.0, json-smart) fresh questions and prints where our engine differs.
//
//   npm run vtl:fuzz -- [--seed N] [--count N] [--kind a,b] [--profile aws|plain] [--show N]
//
// Needs Java and Debian's packages velocity and libjsonpath-java, and the oracle's run.sh in ../shared/oracle
// (or EDGEWAY_ORACLE=<directory>). Kinds: soup, blocks, methods, math, regex, path, json, macros.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { render } from '../bench/oracle-engine.mjs'
import { KINDS, prng } from './vtl-fuzz-cases.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const opt = { seed: Date.now() % 1e9, count: 2000, kind: Object.keys(KINDS).join(), profile: 'aws', show: 20 }
for (let a = process.argv.slice(2), i = 0; i < a.length; i += 2) opt[a[i].replace(/^--/, '')] = a[i + 1]

const oracle = path.join(process.env.EDGEWAY_ORACLE ?? path.join(here, '../../shared/oracle'), 'run.sh')
if (!existsSync(oracle)) {
  console.error(
    `No oracle at ${oracle}. Install Debian's velocity and libjsonpath-java and set EDGEWAY_ORACLE.`,
  )
  process.exit(2)
}

const kinds = opt.kind.split(',')
const cases = Array.from({ length: Number(opt.count) }, (_, i) => {
  const kind = kinds[i % kinds.length]
  const r = prng(Number(opt.seed) * 7919 + i)
  return { id: `${kind}/${opt.seed}/${i}`, ...KINDS[kind](r) }
})

const wanted = await ask(cases)
/** A Java object without a toString() of its own prints its class and address, which is no business of a template. */
const plain = (s) => s.replace(/(\[[A-Z]|[A-Za-z.$]+;?)@[0-9a-f]+/g, '@')

let same = 0
let errors = 0
let unanswered = 0
const differ = []
for (const c of cases) {
  const want = wanted.get(c.id)
  if (!want) {
    unanswered++
    continue
  }
  let got
  try {
    got = render(c, { profile: opt.profile })
  } catch (e) {
    got = { error: `${e.name}: ${e.message}` }
  }
  const w = 'error' in want ? 'error' : plain(want.output)
  const g = 'error' in got ? 'error' : plain(got.output)
  const sameOverrides = 'error' in got || plain(canon(got.overrides)) === plain(canon(want.overrides))
  if (w === 'error') errors++
  if (w === g && sameOverrides) same++
  else differ.push([c, want, got])
}
for (const [c, want, got] of differ.slice(0, Number(opt.show))) {
  console.log(
    `\n--- ${c.id}\ntemplate: ${JSON.stringify(c.template)}${c.ownBody ? `\nbody:     ${JSON.stringify(c.body)}` : ''}`,
  )
  console.log(
    `want:     ${JSON.stringify(want.error ?? want.output)}\ngot:      ${JSON.stringify(got.error ?? got.output)}`,
  )
  if (!want.error && !got.error && want.output === got.output)
    console.log(`overrides ${canon(want.overrides)} / ${canon(got.overrides)}`)
}
console.log(
  `\nseed ${opt.seed}, profile ${opt.profile}: ${same} of ${cases.length} the same (${errors} errors, ${unanswered} unanswered), ${differ.length} differ`,
)
process.exit(differ.length ? 1 : 0)

function canon(v) {
  return JSON.stringify(v ?? {}, (_, x) =>
    x && typeof x === 'object' && !Array.isArray(x)
      ? Object.fromEntries(Object.entries(x).sort(([a], [b]) => (a < b ? -1 : 1)))
      : x,
  )
}

/** The oracle's answers by id. A case that kills it (some overflow its stack) stays without one. */
async function ask(list) {
  const answers = new Map()
  for (let rest = list; rest.length > 0; ) {
    const got = await run(rest)
    for (const [id, a] of got) answers.set(id, a)
    if (got.size === rest.length) break
    rest = rest.slice(rest.findIndex((c) => !got.has(c.id)) + 1)
  }
  return answers
}

function run(list) {
  return new Promise((resolve, reject) => {
    const p = spawn('bash', [oracle, opt.profile], { stdio: ['pipe', 'pipe', 'ignore'] })
    let text = ''
    p.stdout.setEncoding('utf8')
    p.stdout.on('data', (d) => {
      text += d
    })
    p.on('error', reject)
    p.stdin.on('error', () => {})
    p.on('close', () => {
      const lines = text.split('\n').slice(0, -1)
      resolve(new Map(lines.map((l) => JSON.parse(l)).map((o) => [o.id, o])))
    })
    p.stdin.end(`${list.map(question).join('\n')}\n`)
  })
}

/** The oracle reads its questions strictly: nothing but printable ASCII. */
function question({ id, template, body, params, context, stageVariables }) {
  return JSON.stringify({ id, template, body, params, context, stageVariables }).replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
