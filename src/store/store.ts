/** The store as the planes see it: control writes `documents`, execute reads `deployments`. */
import type { Platform } from '../platform.ts'
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

type Parts = Pick<Platform, 'database' | 'cache' | 'meter' | 'clock' | 'log' | 'defer'>

export function openStore(platform: Parts): Store {
  const documents = new Documents(platform.database)
  return {
    documents,
    deployments: new Deployments(platform, documents),
    keys: new Keys(platform, documents),
    usage: new Usage(platform),
  }
}
