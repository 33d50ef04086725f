// Speed of mapping templates: this engine and velocityjs (tree parsed once), on the template and body of the oracle's
// bench (../shared/oracle/bench or EDGEWAY_ORACLE/bench), and cost by size of the body. `--java` also runs Apache Velocity.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { load } from './oracle-engine.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const dir = path.join(process.env.EDGEWAY_ORACLE ?? path.join(here, '../../shared/oracle'), 'bench')
if (!existsSync(dir)) {
  console.error(`No bench template at ${dir} (set EDGEWAY_ORACLE)`)
  process.exit(2)
}
const template = readFileSync(path.join(dir, 'template.vm'), 'utf8')
const body = readFileSync(path.join(dir, 'body.json'), 'utf8')
const params = {
  path: { id: '7' },
  querystring: { q: 'x' },
  header: { Accept: 'application/json', 'User-Agent': 'curl/8', 'X-Trace': 'a\'b"c' },
}
const context = {
  httpMethod: 'POST',
  stage: 'prod',
  requestId: 'r-1',
  identity: { sourceIp: '1.2.3.4', userAgent: 'curl/8' },
}

const { compileTemplate } = await load('src/core/vtl/template.ts')

/** Processor time used so far, in ms: what other programs take from this machine does not count. */
const cpu = () => {
  const u = process.cpuUsage()
  return (u.user + u.system) / 1000
}

/** Calls of f in a second of processor time, best of the windows. */
function rate(f, windows = 6, ms = 1000) {
  let best = 0
  for (let w = 0; w < windows; w++) {
    const start = cpu()
    let n = 0
    while (cpu() - start < ms) {
      for (let i = 0; i < 50; i++) f()
      n += 50
    }
    best = Math.max(best, (n * 1000) / (cpu() - start))
  }
  return best
}
const show = (what, n, unit = '/s') =>
  console.log(`${what.padEnd(46)} ${Math.round(n).toLocaleString('en')} ${unit}`)

const compiled = compileTemplate(template)
const scope = () => ({ body, params, context, stageVariables: {} })
const ours = rate(() => compiled.render(scope()))
show('edgeway: render', ours)
const compileRate = rate(() => compileTemplate(template), 3)
show('edgeway: parse and compile', 1e6 / compileRate, `µs (${template.split('\n').length} lines)`)

const { Compile, parse } = createRequire(import.meta.url)('velocityjs')
const tree = parse(template)
const map = (o) => ({ ...o, keySet: () => Object.keys(o), get: (k) => o[k] })
const at = (doc, p) => {
  let v = doc
  for (const k of p
    .replace(/^\$\.?/, '')
    .split(/[.[\]]+/)
    .filter(Boolean))
    v = v?.[k]
  return v
}
const quoted = (s) => String(s).replace(/[\\'"/]/g, '\\$&')
const baseline = rate(() => {
  const doc = JSON.parse(body)
  return new Compile(tree).render({
    input: {
      path: (p) => at(doc, p),
      json: (p) => JSON.stringify(at(doc, p)),
      params: () =>
        map({ path: map(params.path), querystring: map(params.querystring), header: map(params.header) }),
    },
    util: { escapeJavaScript: quoted },
    context,
  })
})
show('velocityjs, cached tree: render', baseline)
console.log(`ratio ${(ours / baseline).toFixed(1)}`)

const list = compileTemplate(
  '#set($r=$input.path("$"))$r.items.size() $input.json("$.items[0]") $input.path("$.items[-1:].id")',
)
const escaped = compileTemplate('{"body":"$util.escapeJavaScript($input.body)"}')
for (const mb of [0.1, 1, 10]) {
  const item = JSON.stringify({ id: 'a1', name: 'Widget "A"', price: 12.5, tags: ['x', 'y'], n: 1e10 })
  const big = `{"items":[${Array.from({ length: Math.floor((mb * 1e6) / (item.length + 1)) }, () => item).join()}]}`
  for (const [name, t] of [
    ['path and json', list],
    ['escapeJavaScript(body)', escaped],
  ]) {
    const times = Array.from({ length: 5 }, () => {
      const start = cpu()
      t.render({ body: big, params, context, stageVariables: {} })
      return cpu() - start
    })
    console.log(
      `${`body of ${mb} MB: ${name}`.padEnd(46)} ${(Math.min(...times) / (big.length / 1e6)).toFixed(1)} ms per MB`,
    )
  }
}

if (process.argv.includes('--java')) {
  const out = spawnSync('bash', [path.join(dir, 'run.sh')], { encoding: 'utf8' })
  console.log(
    `Apache Velocity 1.7, warmed up:\n${out.stdout || "not here: needs Java and Debian's velocity and libjsonpath-java"}`,
  )
}
