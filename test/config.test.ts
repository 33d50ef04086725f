/** Settings that make no sense are refused at start, each in one line that says what is allowed. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, settingsOf } from '../src/config.ts'
import { certificatesOf } from '../src/entry/certificates.ts'
import { asGiven } from '../src/options.ts'
import { expired, good } from './support/certificates.ts'

const taken = (env: Record<string, string>) => settingsOf(env, 'open')
const refusal = (
  env: Record<string, string>,
  read: (env: Record<string, string>) => unknown = taken,
): string => {
  try {
    read(env)
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError)
    return (error as Error).message
  }
  throw new Error(`taken: ${JSON.stringify(env)}`)
}

describe('refused', () => {
  test.each([
    ['EDGEWAY_METRICS', 'yes', 'EDGEWAY_METRICS must be true or false, not "yes"'],
    ['EDGEWAY_CACHE_SINGLE_FLIGHT', '0', 'EDGEWAY_CACHE_SINGLE_FLIGHT must be true or false, not "0"'],
    ['EDGEWAY_METER_MODE', 'fast', 'EDGEWAY_METER_MODE must be exact or leased, not "fast"'],
    ...['verbose', 'json:verbose', 'json', 'audit', 'jsoninfo', 'INFO'].map((level) => [
      'EDGEWAY_LOG',
      level,
      `EDGEWAY_LOG must be debug, info, warn or error, or one of them behind json:, not "${level}"`,
    ]),
    ...['10.0.0.0/33', 'proxy.example.com', '10.0.0', '::1/129'].map((proxy) => [
      'EDGEWAY_TRUSTED_PROXIES',
      `127.0.0.1, ${proxy}`,
      `EDGEWAY_TRUSTED_PROXIES must be addresses and CIDR blocks, not "${proxy}"`,
    ]),
    ...['localhost:33', 'ftp://host', 'http://', 'http:///x', 'http://host?a=b', 'http://h:99999'].flatMap(
      (url) => [
        ['AWS_ENDPOINT_URL', url, `AWS_ENDPOINT_URL must be a URL such as http://host:8080, not "${url}"`],
        [
          'AWS_ENDPOINT_URL_LAMBDA',
          url,
          `AWS_ENDPOINT_URL_LAMBDA must be a URL such as http://host:8080, not "${url}"`,
        ],
        [
          'EDGEWAY_VPC_LINKS',
          JSON.stringify({ good: 'http://10.0.0.5:8080/base', link: url }),
          `EDGEWAY_VPC_LINKS: link must be a URL such as http://host:8080, not "${url}"`,
        ],
      ],
    ),
    ['EDGEWAY_VPC_LINKS', '{"link":33}', /^EDGEWAY_VPC_LINKS: link must be a URL/],
    ...['localhost:4600', '127.0.0.1', 'http://x', 'a..b', '-a.b', 'a_b', '.example.com'].map((domain) => [
      'EDGEWAY_DOMAIN',
      domain,
      `EDGEWAY_DOMAIN must be a domain name without a port, not "${domain}"`,
    ]),
    ...['US-EAST-1', 'us east', 'us-east-1.x', 'us--east', '1', 'eu-west-'].flatMap((region) => [
      ['AWS_REGION', region, `AWS_REGION must be a region such as us-east-1, not "${region}"`],
      [
        'AWS_DEFAULT_REGION',
        region,
        `AWS_DEFAULT_REGION must be a region such as us-east-1, not "${region}"`,
      ],
    ]),
    ['EDGEWAY_PROT', '1', 'EDGEWAY_PROT is not a setting; --help lists them'],
    ...['abc', btoa('x'.repeat(31)), btoa('x'.repeat(33)), '!'.repeat(44)].map((key) => [
      'EDGEWAY_ENCRYPTION_KEY',
      key,
      'EDGEWAY_ENCRYPTION_KEY must be 32 bytes in base64, e.g. from `openssl rand -base64 32`',
    ]),
  ] as [string, string, string | RegExp][])('%s=%s', (name, value, message) => {
    if (typeof message === 'string') expect(refusal({ [name]: value })).toBe(message)
    else expect(refusal({ [name]: value })).toMatch(message)
  })
})

test('taken, and the empty string is not set', () => {
  const env = {
    EDGEWAY_LOG: 'json:debug',
    EDGEWAY_TRUSTED_PROXIES: '10.0.0.0/8, ::1 fd00::/8',
    EDGEWAY_VPC_LINKS: '{"link":"https://[fd00::5]:8443/base"}',
    EDGEWAY_DOMAIN: 'Gateway.Example.com',
    EDGEWAY_ENCRYPTION_KEY: btoa('x'.repeat(32)),
    AWS_REGION: '',
    AWS_DEFAULT_REGION: 'us-gov-west-1',
    AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000/',
    // Kubernetes sets such for a service by the name of edgeway-control
    EDGEWAY_CONTROL_SERVICE_HOST: '10.0.0.1',
    EDGEWAY_CONTROL_PORT: 'tcp://10.0.0.1:80',
    EDGEWAY_CONTROL_PORT_80_TCP_ADDR: '10.0.0.1',
  }
  expect(settingsOf(env, 'open')).toMatchObject({
    region: 'us-gov-west-1',
    domain: 'gateway.example.com',
    endpoints: { S3: 'http://127.0.0.1:9000/' },
    trustedProxies: ['10.0.0.0/8', '::1', 'fd00::/8'],
  })
  const empty = Object.fromEntries(Object.keys(env).map((name) => [name, '']))
  expect(settingsOf({ ...empty, EDGEWAY_PROT: '' }, 'open')).toEqual(settingsOf({}, 'open'))
})

describe('EDGEWAY_TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edgeway-config-'))
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const cert = file('cert.pem', good.cert)
  const key = file('key.pem', good.key)
  const other = file('other.pem', expired.key)
  const none = join(folder, 'none.pem')

  test.each([
    ['a.example.com', { cert: none, key }, `cannot read ${none} (ENOENT)`],
    ['a.example.com', { cert, key: none }, `cannot read ${none} (ENOENT)`],
    ['*', { cert: folder, key }, `cannot read ${folder} (EISDIR)`],
    ...[{ cert }, { key }, { cert, key, ca: cert }, { cert: 1, key }, null, cert].map((files) => [
      '*.example.com',
      files,
      'it needs the members cert and key, which name files, and no others',
    ]),
    ['a', { cert: key, key }, `${key} holds no certificate in PEM`],
    ['a', { cert, key: cert }, `${cert} holds no private key in PEM without a passphrase`],
    ['a', { cert, key: other }, `the key in ${other} is not that of the certificate in ${cert}`],
    ...['https://a', 'a:443', '*.', '127.0.0.1', 'a.*.b'].map((host) => [
      host,
      { cert, key },
      'this is no host name; *.example.com and * are known, too',
    ]),
  ] as [string, unknown, string][])('%s %j', (host, files, message) => {
    const env = { EDGEWAY_TLS: JSON.stringify({ [host]: files }) }
    expect(refusal(env, certificatesOf)).toBe(`EDGEWAY_TLS: ${host}: ${message}`)
  })

  test('gives what the files hold', () => {
    const names = ['*', '*.example.com', 'a.example.com']
    const env = {
      EDGEWAY_TLS: JSON.stringify(Object.fromEntries(names.map((name) => [name, { cert, key }]))),
    }
    expect(certificatesOf(env)).toEqual(Object.fromEntries(names.map((name) => [name, good])))
    expect(certificatesOf({})).toEqual({})
  })
})

test.each([
  [['--port', 'abc'], '--port must be x'],
  [['start', '--port=abc'], '--port must be x'],
  [['--ports', 'abc'], 'EDGEWAY_PORT must be x'],
  [[], 'EDGEWAY_PORT must be x'],
])('a setting has the name that the user gave it: %j', (argv, message) => {
  expect(asGiven('EDGEWAY_PORT must be x', argv)).toBe(message)
})
