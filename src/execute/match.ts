/** The method that a call is for, by the deployment's trie, and the stage's settings for it. */
import type { Located, Matched } from '../core/call.ts'
import type { Stage } from '../core/documents.ts'
import { Fault } from '../core/fault.ts'
import { type MethodRules, methodRules } from '../core/method-settings.ts'
import type { MethodProgram } from '../core/program.ts'
import type { Gateway } from './gateway.ts'
import { stageJournal } from './journal.ts'

export function match(located: Located, on: Gateway): Matched {
  const { call, program, path, stage } = located
  const found = program.router.match(path, call.method)
  if (!found) throw new Fault('MISSING_AUTHENTICATION_TOKEN', { reason: `no method ${call.method} ${path}` })
  const { resource, method } = found.target
  const matched: Matched = {
    located,
    resource,
    method,
    program: found.target,
    pathParameters: found.parameters,
    settings: rulesOf(stage, found.target, call.method),
  }
  call.reached.matched = matched
  call.journal ??= stageJournal(matched, on)
  return matched
}

/** Rules by stage document, method and verb: a stage document is never changed, only replaced. */
const rules = new WeakMap<Stage, Map<MethodProgram, Map<string, MethodRules>>>()

function rulesOf(stage: Stage, program: MethodProgram, verb: string): MethodRules {
  let byMethod = rules.get(stage)
  if (!byMethod) {
    byMethod = new Map()
    rules.set(stage, byMethod)
  }
  let byVerb = byMethod.get(program)
  if (!byVerb) {
    byVerb = new Map()
    byMethod.set(program, byVerb)
  }
  let known = byVerb.get(verb)
  if (!known) {
    known = methodRules(stage, program.resource.path, program.method.httpMethod, verb)
    byVerb.set(verb, known)
  }
  return known
}
