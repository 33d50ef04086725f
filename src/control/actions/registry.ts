/** The operations that no kind derives. */
import type { Operation } from '../desk.ts'
import { FLUSH } from './flush.ts'
import { MODEL_TEMPLATE } from './model-template.ts'
import { TEST_INVOKE } from './test-invoke.ts'
import { UNBUILT } from './unbuilt.ts'

export const ACTIONS: readonly Operation[] = [...FLUSH, MODEL_TEMPLATE, ...TEST_INVOKE, ...UNBUILT]
