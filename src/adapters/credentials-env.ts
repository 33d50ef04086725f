import type { CredentialProvider } from '../platform.ts'

/** The standard variables of every AWS tool. On Workers these are secrets of the same names. */
export function envCredentials(env: Record<string, string | undefined>): CredentialProvider {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = env
  const credentials =
    accessKeyId && secretAccessKey
      ? { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined }
      : null
  return async () => credentials
}
