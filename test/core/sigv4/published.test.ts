/** Amazon's published Signature Version 4 suite: request and signature, checked in both directions. */
import { describe, expect, test } from 'vitest'
import { signRequest } from '../../../src/core/sigv4/sign.ts'
import { verifyRequest } from '../../../src/core/sigv4/verify.ts'
import vectors from '../../vectors/sigv4/published.json' with { type: 'json' }

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const NOW = Date.UTC(2015, 7, 30, 12, 36, 0)
const SCOPE = 'AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'
const TOKEN = vectors
  .find((vector) => vector.name === 'post-sts-header-before')!
  .headers.find(([name]) => name === 'X-Amz-Security-Token')![1]!

const verify = (vector: (typeof vectors)[number], signature = vector.signature) => {
  const headers = vector.headers as [string, string][]
  return verifyRequest(
    {
      method: vector.method,
      path: vector.path,
      query: vector.query,
      headers: [
        ...headers,
        [
          'Authorization',
          `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=${vector.signedHeaders}, Signature=${signature}`,
        ],
      ],
      body: () => new TextEncoder().encode(vector.body),
    },
    {
      service: 'service',
      region: 'us-east-1',
      now: NOW,
      lookUp: () => ({
        secretAccessKey: SECRET,
        ...(headers.some(([name]) => name === 'X-Amz-Security-Token') && { sessionToken: TOKEN }),
      }),
    },
  )
}

describe('published suite', () => {
  test.each(vectors)('$name verifies', async (vector) => {
    expect(await verify(vector)).toMatchObject({ ok: true, accessKeyId: 'AKIDEXAMPLE' })
  })

  test.each(vectors)('$name with one digit changed does not', async (vector) => {
    const last = vector.signature.at(-1) === '0' ? '1' : '0'
    expect(await verify(vector, vector.signature.slice(0, -1) + last)).toMatchObject({
      ok: false,
      type: 'InvalidSignatureException',
    })
  })

  // the signer signs what AWS demands, so it agrees where the suite signs no more than that
  const plain = vectors.filter(
    (vector) =>
      !/my-header|content-length/.test(vector.signedHeaders) && !/[^!-~]|\/\.|\/\//.test(vector.path),
  )
  test.each(plain)('$name is signed alike', async (vector) => {
    const query = vector.query === '' ? '' : `?${vector.query}`
    const sent = await signRequest(
      {
        method: vector.method,
        url: `https://example.amazonaws.com${vector.path}${query}`,
        headers: vector.headers.filter(([name]) => !/amz|length/i.test(name!)) as [string, string][],
        body: vector.body,
      },
      {
        credentials: {
          accessKeyId: 'AKIDEXAMPLE',
          secretAccessKey: SECRET,
          ...(vector.name === 'post-sts-header-before' && { sessionToken: TOKEN }),
        },
        region: 'us-east-1',
        service: 'service',
        now: NOW,
      },
    )
    expect(new Map(sent).get('Authorization')).toBe(
      `AWS4-HMAC-SHA256 Credential=${SCOPE}, SignedHeaders=${vector.signedHeaders}, Signature=${vector.signature}`,
    )
  })
})
