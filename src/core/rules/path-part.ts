/** What one part of a resource's path may be (guide: api-gateway-known-issues), made by itself or imported. */
const PART = /^(?:[a-zA-Z0-9._:,-]+|\{[a-zA-Z0-9._:-]+\+?\})$/

export const isPathPart = (part: string): boolean => PART.test(part)

export const BAD_PART =
  "Resource's path part only allow a-zA-Z0-9._-: or a valid greedy path variable and curly braces at the beginning and the end"

export const isGreedy = (part: string): boolean => part.endsWith('+}')

export const belowGreedy = (part: string) =>
  `Cannot create a child of a resource with a greedy path variable: ${part}`
