/** `edgeway vtl render | test`: tries mapping templates from the shell and in CI. */
import type { TemplateScope } from './core/vtl/template.ts'
import { attempt, objectOf, parseData, textOf, type VtlIo, VtlProblem } from './vtl-attempt.ts'
import { runFixtures } from './vtl-fixtures.ts'

export type { VtlIo } from './vtl-attempt.ts'

const VTL_HELP = [
  'edgeway vtl render TEMPLATE [options]       prints what a template makes of a request',
  '  --body TEXT              the body; @FILE reads it from a file',
  '  --context JSON           $context, as JSON or YAML; @FILE reads it from a file',
  '  --stage-variables JSON   $stageVariables, the same way',
  '  --path NAME=VALUE        a path parameter; may be given several times, like the next two',
  '  --query NAME=VALUE       a query parameter',
  '  --header NAME=VALUE      a header',
  '  --overrides              also prints the overrides the template made, as JSON',
  '  --plain                  Velocity 1.7 as it comes, without what Amazon adds',
  'edgeway vtl test FILE...                    runs the fixtures of YAML or JSON files',
]

/** Its arguments come after `vtl`. Gives the exit code: 0, 1 when a template or fixture fails, 2 for bad arguments. */
export async function runVtl(argv: readonly string[], io: VtlIo): Promise<number> {
  const [command, ...rest] = argv
  try {
    if (command === 'render') return await render(rest, io)
    if (command === 'test' && rest.length > 0) return await runFixtures(rest, io)
  } catch (error) {
    if (!(error instanceof VtlProblem)) throw error
    io.complain(`edgeway: ${error.message}`)
    return 2
  }
  for (const line of VTL_HELP) (command === '--help' ? io.say : io.complain)(line)
  return command === '--help' ? 0 : 2
}

interface Wishes {
  file: string
  scope: TemplateScope
  plain: boolean
  overrides: boolean
}

async function render(argv: readonly string[], io: VtlIo): Promise<number> {
  const { file, scope, plain, overrides } = await read(argv, io)
  const source = await textOf(file, io)
  const result = attempt(source, file, scope, plain)
  if (typeof result === 'string') {
    io.complain(result)
    return 1
  }
  io.say(result.output)
  if (overrides) io.say(JSON.stringify(result.overrides, null, 2))
  return 0
}

const NAMED = { '--path': 'path', '--query': 'querystring', '--header': 'header' } as const

async function read(argv: readonly string[], io: VtlIo): Promise<Wishes> {
  const params = { path: {}, querystring: {}, header: {} } as Record<string, Record<string, string>>
  const w: Wishes = {
    file: '',
    scope: { body: null, params, context: {}, stageVariables: {} },
    plain: false,
    overrides: false,
  }
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i] as string
    const next = (): string => {
      const v = argv[++i]
      if (v === undefined) throw new VtlProblem(`${a} needs a value`)
      return v
    }
    const text = async (): Promise<string> => {
      const v = next()
      return v.startsWith('@') ? textOf(v.slice(1), io) : v
    }
    if (a === '--plain') w.plain = true
    else if (a === '--overrides') w.overrides = true
    else if (a === '--body') w.scope.body = await text()
    else if (a === '--context') w.scope.context = objectOf(parseData(await text(), a), a)
    else if (a === '--stage-variables') {
      w.scope.stageVariables = objectOf(parseData(await text(), a), a) as Record<string, string>
    } else if (a in NAMED) {
      const pair = next()
      const at = pair.indexOf('=')
      if (at < 1) throw new VtlProblem(`${a} needs NAME=VALUE, not ${pair}`)
      const part = params[NAMED[a as keyof typeof NAMED]] as Record<string, string>
      part[pair.slice(0, at)] = pair.slice(at + 1)
    } else if (a.startsWith('--')) throw new VtlProblem(`there is no option ${a}`)
    else if (w.file) throw new VtlProblem(`one template at a time, not also ${a}`)
    else w.file = a
  }
  if (!w.file) throw new VtlProblem('which template? edgeway vtl render TEMPLATE')
  return w
}
