/** The store as the planes see it: control writes `documents`, execute reads `deployments`. */
import type { Platform } from '../platform.ts'
import { Deployments } from './deployments.ts'
import { Documents } from './documents.ts'

export interface Store {
  documents: Documents
  deployments: Deployments
}

export function openStore(platform: Pick<Platform, 'database' | 'cache' | 'clock' | 'log' | 'defer'>): Store {
  const documents = new Documents(platform.database)
  return { documents, deployments: new Deployments(platform, documents) }
}
