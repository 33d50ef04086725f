/** The store as the planes see it: control writes `documents`, execute reads `deployments`. */
import type { Platform } from '../platform.ts'
import { Changes } from './changes.ts'
import { Deployments } from './deployments.ts'
import { Documents } from './documents.ts'
import { Keys } from './keys.ts'
import { Usage } from './usage.ts'

export interface Store {
  documents: Documents
  deployments: Deployments
  keys: Keys
  usage: Usage
}

type Parts = Pick<Platform, 'database' | 'cache' | 'meter' | 'clock' | 'log' | 'defer' | 'join'>

export function openStore(platform: Parts): Store {
  const documents = new Documents(platform.database)
  const changes = new Changes(platform)
  return {
    documents,
    deployments: new Deployments(platform, documents, changes),
    keys: new Keys(platform, documents, changes),
    usage: new Usage(platform),
  }
}
