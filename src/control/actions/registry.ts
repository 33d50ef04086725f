/** The operations that no kind derives. */
import type { Operation } from '../desk.ts'
import { EXPORT } from './export.ts'
import { FLUSH } from './flush.ts'
import { IMPORT_API_KEYS } from './import-api-keys.ts'
import { IMPORT_DOCUMENTATION_PARTS } from './import-documentation-parts.ts'
import { IMPORT_REST_API } from './import-rest-api.ts'
import { MODEL_ACTIONS } from './models.ts'
import { REJECT_ASSOCIATION } from './reject-association.ts'
import { SDK } from './sdk.ts'
import { TAGS } from './tags.ts'
import { TEST_INVOKE } from './test-invoke.ts'
import { USAGE } from './usage.ts'

export const ACTIONS: readonly Operation[] = [
  EXPORT,
  ...FLUSH,
  IMPORT_API_KEYS,
  IMPORT_DOCUMENTATION_PARTS,
  ...IMPORT_REST_API,
  ...MODEL_ACTIONS,
  REJECT_ASSOCIATION,
  SDK,
  ...TAGS,
  ...TEST_INVOKE,
  ...USAGE,
]
