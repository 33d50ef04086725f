/**
 * Writes the generated parts of the documentation: the README's configuration table and docs/differences.md.
 * `npm run docs` writes; `npm run docs -- --check` fails when something is out of date (a test runs it).
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { OPTIONS } from '../src/options.ts'

interface Difference {
  area: string
  amazon: string
  edgeway: string
  kind: 'deliberate' | 'for now' | 'beyond'
  why: string
}

const cell = (text: string) => text.replaceAll('|', '\\|')
const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

export function configurationTable(): string {
  const code = (text: string) => (text === '' ? '' : `\`${text}\``)
  return table(
    ['flag', 'environment', 'default', 'meaning'],
    OPTIONS.map((option) => [
      option.flag ? code(`--${option.flag} ${option.value}`) : '',
      code(option.env),
      code(option.fallback),
      option.meaning,
    ]),
  )
}

export function differencesPage(): string {
  const rows = JSON.parse(readFileSync('docs/differences.json', 'utf8')) as Difference[]
  const sections = (['deliberate', 'for now', 'beyond'] as const).map((kind) => {
    const title = { deliberate: 'On purpose', 'for now': 'For now', beyond: 'Beyond Amazon' }[kind]
    const chosen = rows.filter((row) => row.kind === kind).sort((a, b) => a.area.localeCompare(b.area))
    return `## ${title}\n\n${table(
      ['area', 'Amazon', 'Edgeway', 'why'],
      chosen.map((row) => [row.area, row.amazon, row.edgeway, row.why]),
    )}\n`
  })
  return `# Differences from Amazon API Gateway\n\nEvery known one, made from [differences.json](differences.json) by \`npm run docs\`.\n\n${sections.join('\n')}`
}

const README = /(<!-- configuration -->\n)[\s\S]*?(\n<!-- \/configuration -->)/

export function readme(text: string): string {
  return text.replace(README, (_, open, close) => `${open}\n${configurationTable()}\n${close}`)
}

const files: [string, string][] = [
  ['README.md', readme(readFileSync('README.md', 'utf8'))],
  ['docs/differences.md', differencesPage()],
]
const stale = files.filter(([path, text]) => {
  try {
    return readFileSync(path, 'utf8') !== text
  } catch {
    return true
  }
})
if (process.argv.includes('--check')) {
  for (const [path] of stale) console.error(`${path} is out of date: run npm run docs`)
  process.exitCode = stale.length > 0 ? 1 : 0
} else for (const [path, text] of stale) writeFileSync(path, text)
