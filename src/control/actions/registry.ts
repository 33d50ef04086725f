/** The operations that no kind derives. */
import type { Operation } from '../desk.ts'
import { EXPORT } from './export.ts'
import { FLUSH } from './flush.ts'
import { IMPORT_DOCUMENTATION_PARTS } from './import-documentation-parts.ts'
import { IMPORT_REST_API } from './import-rest-api.ts'
import { MODEL_ACTIONS } from './models.ts'
import { TEST_INVOKE } from './test-invoke.ts'
import { UNBUILT } from './unbuilt.ts'

export const ACTIONS: readonly Operation[] = [
  EXPORT,
  ...FLUSH,
  IMPORT_DOCUMENTATION_PARTS,
  ...IMPORT_REST_API,
  ...MODEL_ACTIONS,
  ...TEST_INVOKE,
  ...UNBUILT,
]
