#!/usr/bin/env node
/** `edgeway`: picks the entry of the runtime that runs this file. */
const args = globalThis.Deno ? globalThis.Deno.args : process.argv.slice(2)
const isNode = !globalThis.Deno && !globalThis.Bun

if (isNode) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 20)) {
    console.error(`edgeway: Node 20.20 or newer is needed, this is ${process.versions.node}`)
    process.exit(1)
  }
  // Node before 22.18 does not read TypeScript by itself
  const { register } = await import('tsx/esm/api')
  register()
}

const [command] = args
if (command === 'vtl' || command === 'principal') await import('../src/entry/tools.ts')
else if (globalThis.Deno) await import('../src/entry/deno.ts')
else if (globalThis.Bun) await import('../src/entry/bun.ts')
else await import('../src/entry/node.ts')
