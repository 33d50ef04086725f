#!/usr/bin/env node
/** `edgeway`: picks the entry of the runtime that runs this file. Bun and Deno read TypeScript; for Node it is bundled first. */
const isNode = !globalThis.Deno && !globalThis.Bun
const [command] = globalThis.Deno ? globalThis.Deno.args : process.argv.slice(2)
const isTool = command === 'vtl' || command === 'principal' || command === 'migrate'

if (isNode) await run(isTool ? 'tools' : 'node')
else if (isTool) await import('../src/entry/tools.ts')
else if (globalThis.Deno) await import('../src/entry/deno.ts')
else await import('../src/entry/bun.ts')

/** One file with everything but the packages: Node 20 reads no TypeScript, and one file loads faster than hundreds. */
async function run(entry) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 20)) {
    console.error(`edgeway: Node 20.20 or newer is needed, this is ${process.versions.node}`)
    process.exit(1)
  }
  const root = new URL('..', import.meta.url)
  // a file of its own for each process: two that start at once must not write one file
  const out = new URL(`dist/${entry}-${process.pid}.mjs`, root)
  const { build } = await import('esbuild').catch(() => {
    console.error('edgeway: the packages are missing: run `npm install --omit=dev` first')
    process.exit(1)
  })
  const { fileURLToPath } = await import('node:url')
  await build({
    entryPoints: [fileURLToPath(new URL(`src/entry/${entry}.ts`, root))],
    outfile: fileURLToPath(out),
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    splitting: false,
    sourcemap: 'inline',
    logLevel: 'error',
  })
  process.setSourceMapsEnabled?.(true)
  const { rmSync } = await import('node:fs')
  const remove = () => rmSync(out, { force: true })
  // what is imported may end the process, which skips `finally`
  process.once('exit', remove)
  try {
    await import(out.href)
  } finally {
    remove()
  }
}
