/** The rules on tags (API reference, TagResource): up to 50, keys up to 128 characters and not Amazon's own, values up to 256. */
import { badRequest } from '../core/problem.ts'

export function checkTags(tags: Readonly<Record<string, string | null>> | undefined): void {
  const entries = Object.entries(tags ?? {})
  if (entries.length > 50) throw badRequest('A resource can have at most 50 tags')
  for (const [name, value] of entries) {
    if (name === '' || name.length > 128)
      throw badRequest('Tag keys must be between 1 and 128 characters long')
    if (/^aws:/i.test(name)) throw badRequest(`Invalid tag key: ${name}. Tag keys must not start with aws:`)
    if ((value ?? '').length > 256) throw badRequest('Tag values can be at most 256 characters long')
  }
}
