/** Comma-separated values: fields in double or single quotes, in which a doubled quote stands for itself. Empty lines fall away. */
export function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const field = /[ \t]*(?:"((?:[^"]|"")*)"|'((?:[^']|'')*)'|([^,\r\n]*))[ \t]*(,|\r?\n|\r|$)/y
  const source = text.replace(/^\uFEFF/, '')
  while (field.lastIndex < source.length) {
    const match = field.exec(source)
    if (!match) return [...rows, row]
    const [, double, single, plain = '', end] = match
    row.push(double?.replaceAll('""', '"') ?? single?.replaceAll("''", "'") ?? plain)
    if (end === ',' && field.lastIndex < source.length) continue
    if (end === ',') row.push('')
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}
