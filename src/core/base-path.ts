/** Base paths of custom domain names, of one or several levels: they match whole segments of a path, and case counts. */

/** The path below a base path, or undefined where the path does not begin with it. The empty base path matches every path. */
export function pathBelow(rawPath: string, basePath: string): string | undefined {
  const prefix = basePath === '' ? '' : `/${basePath}`
  if (!rawPath.startsWith(prefix)) return undefined
  const rest = rawPath.slice(prefix.length)
  if (rest === '') return '/'
  return rest.startsWith('/') ? rest : undefined
}
