/** A token issuer: keys, a key set served over HTTP, and tokens of every kind, honest and forged. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

type Pair = Awaited<ReturnType<typeof generateKeyPair>>

export interface Issuer {
  url: string
  /** paths that were asked for */
  asked: string[]
  /** what the key set's path answers instead of the keys */
  answer: { status?: number; body?: string; delayMs?: number } | null
  keys: Map<string, Pair>
  addKey(kid: string, alg?: string): Promise<void>
  removeKey(kid: string): void
  token(
    claims: JWTPayload,
    options?: { kid?: string; alg?: string; header?: object; key?: Pair },
  ): Promise<string>
  stop(): Promise<void>
}

export async function startIssuer(pool: string): Promise<Issuer> {
  const keys = new Map<string, Pair>()
  const published = new Map<string, object>()
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    asked.push(request.url!)
    const { answer } = issuer
    if (answer?.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs))
    if (request.url === '/oidc/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: `${issuer.url}/oidc`, jwks_uri: `${issuer.url}/oidc/keys` }))
      return
    }
    if (request.url === '/stranger/.well-known/openid-configuration') {
      response.end(JSON.stringify({ issuer: `${issuer.url}/oidc`, jwks_uri: `${issuer.url}/oidc/keys` }))
      return
    }
    if (request.url !== `/${pool}/.well-known/jwks.json` && request.url !== '/oidc/keys') {
      response.writeHead(404).end()
      return
    }
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json' })
    response.end(answer?.body ?? JSON.stringify({ keys: [...published.values()] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer: null,
    keys,
    async addKey(kid, alg = 'RS256') {
      const pair = await generateKeyPair(alg, { extractable: true })
      keys.set(kid, pair)
      published.set(kid, { ...(await exportJWK(pair.publicKey)), kid, alg, use: 'sig' })
    },
    removeKey(kid) {
      published.delete(kid)
    },
    token(claims, { kid = 'k1', alg = 'RS256', header = {}, key = keys.get(kid)! } = {}) {
      return new SignJWT(claims).setProtectedHeader({ alg, kid, ...header }).sign(key.privateKey)
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  await issuer.addKey('k1')
  return issuer
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token whose parts are the attacker's own. */
export const forged = (header: object, claims: object, signature = ''): string =>
  `${part(header)}.${part(claims)}.${signature}`
