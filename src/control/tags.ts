/**
 * The rules on tags (API reference, TagResource; guide: apigateway-tagging-restrictions): up to 50, keys up to 128 characters and not
 * Amazon's own, values up to 256, both of few signs.
 */
import { badRequest } from '../core/problem.ts'

const SPELLED = /^[\p{L}\p{M}\p{N}\p{Z}.:+=@_/-]*$/u
const SIGNS = 'can only contain letters, numbers, spaces, and these characters: . : + = @ _ / -'

export function checkTags(tags: Readonly<Record<string, string | null>> | undefined): void {
  const entries = Object.entries(tags ?? {})
  if (entries.length > 50) throw badRequest('A resource can have at most 50 tags')
  for (const [name, value] of entries) {
    if (name === '' || name.length > 128)
      throw badRequest('Tag keys must be between 1 and 128 characters long')
    if (/^aws:/i.test(name))
      throw badRequest("Invalid tag key. Tag keys cannot start with 'aws:' (case insensitive)")
    if (!SPELLED.test(name)) throw badRequest(`Invalid tag key. Tag keys ${SIGNS}`)
    if ((value ?? '').length > 256) throw badRequest('Tag values can be at most 256 characters long')
    if (!SPELLED.test(value ?? '')) throw badRequest(`Invalid tag value. Tag values ${SIGNS}`)
  }
}
