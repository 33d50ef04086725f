/** Canary releases: which deployment a call goes to, and with which stage variables. */
import type { Stage, Strings } from './documents.ts'

export interface Release {
  deploymentId: string
  variables: Strings
  /** undefined where the stage has no canary */
  canary?: boolean
}

const NONE: Strings = Object.freeze({}) as Strings

/** `draw` is a random number in [0, 1). percentTraffic is a share of 100. */
export function releaseOf(stage: Stage, draw: () => number): Release {
  const settings = stage.canarySettings
  const variables = stage.variables ?? NONE
  if (!settings) return { deploymentId: stage.deploymentId, variables }
  const canary = draw() * 100 < (settings.percentTraffic ?? 0)
  if (!canary) return { deploymentId: stage.deploymentId, variables, canary }
  return {
    deploymentId: settings.deploymentId ?? stage.deploymentId,
    variables: settings.stageVariableOverrides
      ? { ...variables, ...settings.stageVariableOverrides }
      : variables,
    canary,
  }
}
