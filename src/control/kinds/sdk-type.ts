import { notFound } from '../../core/problem.ts'
import { kind } from '../kind.ts'

interface SdkType {
  id: string
  friendlyName: string
  description: string
  configurationProperties: {
    name: string
    friendlyName: string
    description: string
    required: boolean
    defaultValue?: string
  }[]
}

/** id -> name, then a generator's settings (guide, "Generate an SDK for a REST API"): name, label, `!` if it must be given */
const TYPES: Record<string, [friendlyName: string, ...settings: [name: string, label: string][]]> = {
  android: [
    'Android',
    ['groupId!', 'Group ID'],
    ['artifactId!', 'Artifact ID'],
    ['artifactVersion!', 'Artifact Version'],
    ['invokerPackage!', 'Invoker Package'],
  ],
  java: [
    'Java SDK',
    ['serviceName!', 'Service Name'],
    ['javaPackageName!', 'Java Package Name'],
    ['javaBuildSystem', 'Java Build System'],
    ['javaGroupId', 'Java Group ID'],
    ['javaArtifactId', 'Java Artifact ID'],
    ['javaArtifactVersion', 'Java Artifact Version'],
  ],
  javascript: ['JavaScript'],
  objectivec: ['iOS (Objective-C)', ['classPrefix!', 'Prefix']],
  ruby: [
    'Ruby',
    ['service.name!', 'Service Name'],
    ['ruby.gem-name', 'Ruby Gem Name'],
    ['ruby.gem-version', 'Ruby Gem Version'],
  ],
  swift: ['iOS (Swift)', ['classPrefix!', 'Prefix']],
}

const noSdkType = () => notFound('Invalid SDK type identifier specified')

export function makeSdkType(id: string): SdkType {
  if (!Object.hasOwn(TYPES, id)) throw noSdkType()
  const [friendlyName, ...settings] = TYPES[id]!
  return {
    id,
    friendlyName,
    description: `${friendlyName} client SDK`,
    configurationProperties: settings.map(([name, label]) => ({
      name: name.replace('!', ''),
      friendlyName: label,
      description: label,
      required: name.endsWith('!'),
    })),
  }
}

export const sdkType = kind<SdkType>({
  name: 'SdkType',
  path: '/sdktypes/{id}',
  verbs: ['get', 'list'],
  key: 'id',
  absent: noSdkType,
  standing: { keys: Object.keys(TYPES), make: makeSdkType },
})
