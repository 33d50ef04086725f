// The engine in the form that a scorer of mapping templates takes: render(case) gives {output, overrides} or throws.
// The case: {template, body, params, context, stageVariables}. Runs under plain Node: the sources are bundled first.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const { buildSync } = createRequire(path.join(root, 'package.json'))('esbuild')

/** Bundles a source file of the project and imports it. */
export async function load(entry) {
  const dir = mkdtempSync(path.join(tmpdir(), 'edgeway-'))
  const outfile = path.join(dir, 'bundle.mjs')
  buildSync({
    entryPoints: [path.join(root, entry)],
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    outfile,
  })
  try {
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const { compileTemplate } = await load('src/core/vtl/template.ts')

export function render({ template, body, params, context, stageVariables }, options) {
  const scope = {
    body: body ?? null,
    params: params ?? {},
    context: context ?? {},
    stageVariables: stageVariables ?? {},
  }
  return compileTemplate(template, { overrideNumbers: 'number', ...options }).render(scope)
}
