import type { Random } from '../platform.ts'

export const webcryptoRandom: Random = { bytes: (length) => crypto.getRandomValues(new Uint8Array(length)) }
