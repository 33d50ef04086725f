/** The certificates that EDGEWAY_TLS names, read and checked: a handshake is too late to learn that one is missing. */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { ConfigError, type Env, isDomain, jsonOption } from '../config.ts'

/** In PEM */
export interface KeyPair {
  cert: string
  key: string
}

/** By host name; `*` for every other name. Throws ConfigError, which names host and file. */
export function certificatesOf(env: Env): Record<string, KeyPair> {
  const named = jsonOption<unknown>(env, 'EDGEWAY_TLS')
  return Object.fromEntries(Object.entries(named).map(([host, files]) => [host, pairOf(host, files)]))
}

function pairOf(host: string, files: unknown): KeyPair {
  const wrong = (what: string) => new ConfigError(`EDGEWAY_TLS: ${host}: ${what}`)
  if (host !== '*' && !isDomain(host.replace(/^\*\./, '')))
    throw wrong('this is no host name; *.example.com and * are known, too')
  const { cert, key, ...more } = Object(files) as Record<string, unknown>
  if (typeof cert !== 'string' || typeof key !== 'string' || Object.keys(more).length > 0)
    throw wrong('it needs the members cert and key, which name files, and no others')
  const read = (file: string): string => {
    try {
      return readFileSync(file, 'utf8')
    } catch (error) {
      throw wrong(`cannot read ${file} (${(error as { code?: string }).code})`)
    }
  }
  const pair = { cert: read(cert), key: read(key) }
  const certified = publicKey(() => new X509Certificate(pair.cert).publicKey)
  if (!certified) throw wrong(`${cert} holds no certificate in PEM`)
  const own = publicKey(() => createPublicKey(createPrivateKey(pair.key)))
  if (!own) throw wrong(`${key} holds no private key in PEM without a passphrase`)
  if (own !== certified) throw wrong(`the key in ${key} is not that of the certificate in ${cert}`)
  return pair
}

function publicKey(read: () => ReturnType<typeof createPublicKey>): string | undefined {
  try {
    return read().export({ type: 'spki', format: 'der' }).toString('base64')
  } catch {
    return undefined
  }
}
