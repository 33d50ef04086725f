/**
 * AWS service integrations: from `arn:aws:apigateway:{region}:{subdomain.service|service}:{path|action}/{service_api}` to the
 * request that the service understands (service model: PutIntegration, uri). By rule: the endpoint is the service's name and
 * the region, the signature's scope its last label, an action goes into a header (JSON protocols) or the query.
 */
import {
  ACTION_HOSTS,
  globalEndpoint,
  HOST_PREFIXES,
  jsonProtocol,
  QUERY_VERSIONS,
  SERVICE_IDS,
  SIGNING_NAMES,
} from './aws-service-facts.ts'
import type { Pair } from './call.ts'
import { essence } from './content.ts'
import { headerOf, setHeader } from './headers.ts'
import { beyond, decodePercent, encodeQuery, joinQueries, parseQuery, type Query } from './query.ts'

export interface ServiceUri {
  region: string
  /** e.g. `dynamodb`, `s3`, `execute-api` */
  service: string
  /** e.g. an API id before `execute-api`, `streams` before `dynamodb` */
  subdomain?: string
  /** the name of an action URI */
  action?: string
  /** percent-encoded, starts with `/`; of an action URI it is `/` */
  path: string
  /** percent-encoded, without `?`: the query of a path URI, or the parameters of an action URI */
  query: string
}

const URI = /^arn:aws[a-z-]*:apigateway:([a-z\d-]+):([\w.-]+):(path|action)\/(.*)$/s

/** Null where the URI is not one of an AWS service. */
export function parseServiceUri(uri: string): ServiceUri | null {
  const [, region, name, style, rest] = URI.exec(uri) ?? []
  if (!region || !name || rest === undefined) return null
  const dot = name.lastIndexOf('.')
  const named = {
    region,
    service: name.slice(dot + 1),
    subdomain: dot < 0 ? undefined : name.slice(0, dot),
  }
  if (style === 'path') {
    const mark = rest.indexOf('?')
    const path = mark < 0 ? rest : rest.slice(0, mark)
    return { ...named, path: `/${path.replace(/^\//, '')}`, query: mark < 0 ? '' : rest.slice(mark + 1) }
  }
  const [action, ...parameters] = rest.split(/[&?]/)
  return { ...named, action: action!, path: '/', query: parameters.join('&') }
}

export interface Endpoint {
  /** scheme, host and, for an override, base path; no slash at the end */
  url: string
  /** the Host header, where it is not the URL's */
  host?: string
  signing: { service: string; region: string }
  /** true where the settings name an endpoint that is not Amazon's (a VPC endpoint or a FIPS one is) */
  override: boolean
}

const AMAZON = /(?:^|\.)(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov)$/

/** The partition of a region and the DNS suffix of its endpoints. */
export function partitionOf(region: string): { partition: string; suffix: string } {
  if (region.startsWith('cn-')) return { partition: 'aws-cn', suffix: 'amazonaws.com.cn' }
  if (region.startsWith('us-gov-')) return { partition: 'aws-us-gov', suffix: 'amazonaws.com' }
  if (region.startsWith('us-isob-')) return { partition: 'aws-iso-b', suffix: 'sc2s.sgov.gov' }
  if (region.startsWith('us-iso-')) return { partition: 'aws-iso', suffix: 'c2s.ic.gov' }
  if (region.startsWith('eusc-')) return { partition: 'aws-eusc', suffix: 'amazonaws.eu' }
  return { partition: 'aws', suffix: 'amazonaws.com' }
}

/** `overrides`: '' for all services, else an SDK's service id in upper case with `_` (AWS_ENDPOINT_URL_<ID>). */
export function endpointOf(
  { service, subdomain, region, action }: Pick<ServiceUri, 'service' | 'subdomain' | 'region' | 'action'>,
  overrides: Readonly<Record<string, string>>,
): Endpoint {
  const named = subdomain ? `${subdomain}.${service}` : service
  const prefix = HOST_PREFIXES.get(service) ?? service
  const { partition, suffix } = partitionOf(region)
  const everywhere = globalEndpoint(partition, prefix)
  const first = ACTION_HOSTS.get(`${prefix}:${action}`) ?? prefix
  const host = hostOf({ first, subdomain, region, suffix, everywhere: everywhere?.host })
  const signing = {
    service: SIGNING_NAMES.get(named) ?? SIGNING_NAMES.get(service) ?? SIGNING_NAMES.get(prefix) ?? prefix,
    region: everywhere?.region ?? region,
  }
  const given = overrideOf(named, prefix, overrides)
  if (given === undefined) return { url: `https://${host}`, signing, override: false }
  const url = given.replace(/\/+$/, '')
  const override = !AMAZON.test(new URL(url).hostname)
  // A bucket before the host is a first path segment to S3's likes; to others the host's name says whose data is meant.
  if (subdomain && service === 's3') return { url: `${url}/${subdomain}`, signing, override }
  return { url, host: subdomain && host, signing, override }
}

interface HostParts {
  first: string
  subdomain: string | undefined
  region: string
  suffix: string
  everywhere: string | undefined
}

function hostOf({ first, subdomain, region, suffix, everywhere }: HostParts): string {
  if (everywhere) return subdomain ? `${subdomain}.${everywhere}` : everywhere
  // OpenSearch domains have their region before the service
  if (first === 'es' && subdomain) return `${subdomain}.${region}.es.${suffix}`
  return `${subdomain ? `${subdomain}.` : ''}${first}.${region}.${suffix}`
}

function overrideOf(
  named: string,
  prefix: string,
  overrides: Readonly<Record<string, string>>,
): string | undefined {
  const plain = (name: string) => name.toUpperCase().replace(/[^A-Z\d]/g, '_')
  for (const id of [SERVICE_IDS.get(named), plain(named), SERVICE_IDS.get(prefix), plain(prefix), ''])
    if (id !== undefined && Object.hasOwn(overrides, id) && overrides[id]) return overrides[id]
  return undefined
}

/** The URL of a service that a URI stands for at Amazon's, as execution logs show it; undefined for a URI of no service. */
export function serviceUrl(uri: string): string | undefined {
  const named = parseServiceUri(uri)
  if (!named) return undefined
  const { action, path } = named
  const query = joinQueries(action ? `Action=${action}` : '', named.query)
  return `${endpointOf(named, {}).url}${path}${query && `?${query}`}`
}

export interface ServiceRequest {
  method: string
  /** absolute, in the one form that is both signed and sent */
  url: string
  headers: Pair[]
  endpoint: Endpoint
}

/** `query` is what the integration's mappings add, percent-encoded; `headers` are taken over. */
export function serviceRequest(
  uri: ServiceUri,
  request: { method: string; query: string; headers: readonly Pair[] },
  overrides: Readonly<Record<string, string>>,
): ServiceRequest {
  const endpoint = endpointOf(uri, overrides)
  const headers = [...request.headers]
  if (endpoint.host) setHeader(headers, 'Host', endpoint.host)
  const { path, query } = uri.action === undefined ? uri : act(uri, headers)
  const url = new URL(endpoint.url + (uri.service === 's3' ? objectPath(path) : path))
  // what an action's URI says stands: no mapping, whoever's value it has, says it again
  const added = uri.action === undefined ? request.query : beyond(query, request.query)
  url.search = joinQueries(query, added)
  return { method: request.method, url: url.href, headers, endpoint }
}

/** An action in its service's protocol; headers are set in place. */
function act(uri: ServiceUri, headers: Pair[]): { path: string; query: string } {
  const { service, subdomain, query } = uri
  const action = uri.action!
  if (service === 's3') return objectAction(parseQuery(query))
  const prefix = HOST_PREFIXES.get(service) ?? service
  const json = jsonProtocol(subdomain ? `${subdomain}.${prefix}` : prefix) ?? jsonProtocol(prefix)
  if (json) {
    setHeader(headers, 'X-Amz-Target', `${json.target}.${action}`)
    const type = headerOf(headers, 'content-type')
    if (!type || essence(type) === 'application/json')
      setHeader(headers, 'Content-Type', `application/x-amz-json-${json.version}`)
    return { path: '/', query }
  }
  const version = QUERY_VERSIONS.get(prefix)
  const given = parseQuery(query).some(([name]) => name === 'Version')
  const parts = [`Action=${encodeQuery(action)}`]
  if (version && !given) parts.push(`Version=${version}`)
  if (query) parts.push(query)
  return { path: '/', query: parts.join('&') }
}

/** S3 has no actions on the wire: bucket and key are the path, the method is the integration's. */
function objectAction(parameters: Query): { path: string; query: string } {
  const take = (name: string) => parameters.find(([key]) => key === name)?.[1] ?? ''
  const rest = parameters.filter(([name]) => name !== 'Bucket' && name !== 'Key')
  const key = take('Key')
  return {
    path: `/${encodeQuery(take('Bucket'))}${key && `/${key.split('/').map(encodeQuery).join('/')}`}`,
    query: rest.map(([name, value]) => `${encodeQuery(name)}=${encodeQuery(value)}`).join('&'),
  }
}

/** S3 signs a path as it stands, with every byte escaped but RFC 3986's unreserved ones and the slash. */
const objectPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => encodeQuery(decodePercent(segment)))
    .join('/')
