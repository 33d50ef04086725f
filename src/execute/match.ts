/** The method that a call is for, by the deployment's trie, and the stage's settings for it; null where there is none. */
import type { Located, Matched } from '../core/call.ts'
import type { Stage } from '../core/documents.ts'
import { type MethodRules, methodRules } from '../core/method-settings.ts'
import type { MethodProgram } from '../core/program.ts'
import type { Gateway } from './gateway.ts'
import { stageJournal } from './journal.ts'

export function match(located: Located, on: Gateway): Matched | null {
  const { call, program, path, stage } = located
  const found = program.router.match(path, call.method)
  if (!found) return null
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

/** Rules by stage document and method: a stage document is never changed, only replaced. */
const rules = new WeakMap<Stage, Map<string, MethodRules>>()

function rulesOf(stage: Stage, program: MethodProgram, verb: string): MethodRules {
  const { last } = program
  if (last && last.stage === stage && last.verb === verb) return last.rules
  const { path } = program.resource
  const { httpMethod } = program.method
  let ofStage = rules.get(stage)
  if (!ofStage) {
    ofStage = new Map()
    rules.set(stage, ofStage)
  }
  const key = `${verb} ${httpMethod} ${path}`
  let known = ofStage.get(key)
  if (!known) {
    known = methodRules(stage, path, httpMethod, verb)
    ofStage.set(key, known)
  }
  program.last = { stage, verb, rules: known }
  return known
}
