/** What the commands of `edgeway vtl` share: reading files and data, and rendering with messages for a terminal. */
import { load } from 'js-yaml'
import {
  caret,
  compileTemplate,
  type RenderResult,
  TemplateRuntimeError,
  type TemplateScope,
  TemplateSyntaxError,
} from './core/vtl/template.ts'

export interface VtlIo {
  /** one line (or more, as it is) to the user */
  say(line: string): void
  /** one line that something is wrong */
  complain(line: string): void
  readText(path: string): Promise<string>
}

/** Bad arguments, or a file that cannot be used. */
export class VtlProblem extends Error {}

/** What a template makes of a scope, or the message that says where it fails, with the line and a caret. */
export function attempt(
  source: string,
  file: string,
  scope: TemplateScope,
  plain: boolean,
): RenderResult | string {
  try {
    return compileTemplate(source, { profile: plain ? 'plain' : 'aws' }).render(scope)
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError || error instanceof TemplateRuntimeError)) throw error
    const { line, column } = error
    const at = error instanceof TemplateRuntimeError && error.expression ? ` in ${error.expression}` : ''
    return `${file}:${line}:${column}: ${error.message}${at}\n${caret(source, line, column)}`
  }
}

export async function textOf(file: string, io: VtlIo): Promise<string> {
  try {
    return await io.readText(file)
  } catch (error) {
    throw new VtlProblem(`cannot read ${file}: ${(error as Error).message}`)
  }
}

/** YAML, of which JSON is a part. */
export function parseData(text: string, from: string): unknown {
  try {
    return load(text)
  } catch (error) {
    throw new VtlProblem(`${from}: ${(error as Error).message}`)
  }
}

export function objectOf(v: unknown, what: string): Record<string, unknown> {
  if (typeof v !== 'object' || v === null || Array.isArray(v))
    throw new VtlProblem(`${what} must be an object`)
  return v as Record<string, unknown>
}
