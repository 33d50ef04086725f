/**
 * ARNs as integrations and authorizers name them. What is still to be filled in, by stage variables or by whoever left a
 * template's `${Name}` in a definition, is taken as it stands.
 */
const OPEN = String.raw`\$\{[^}]*\}`

const FILLED_IN = new RegExp(`^${OPEN}`)
const A_REGION = new RegExp(`^[a-z]+(?:-[a-z]+)+-\\d+$|${OPEN}`)

/** Begins with something to be filled in. */
export const isOpen = (text: string): boolean => FILLED_IN.test(text)

/** A region's name, in any partition. */
export const isRegion = (text: string): boolean => A_REGION.test(text)

const ROLE = /^arn:[\w-]+:iam::[^:]*:role\/\S+$/
/** the caller's own identity, handed on */
const CALLER = /^arn:[\w-]+:iam::\*:user\/\*$/

/** With everything filled in. */
export const namesRole = (arn: string): boolean => ROLE.test(arn)
export const isRole = (arn: string): boolean => namesRole(arn) || isOpen(arn)
export const isCaller = (arn: string): boolean => CALLER.test(arn)
