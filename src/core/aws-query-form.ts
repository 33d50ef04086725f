/**
 * The query protocol for stand-ins of AWS services. Amazon takes an action and its parameters wherever they stand, and answers
 * in JSON whoever accepts it (as integrations do, by default). Stand-ins take what the SDKs send, a form, and answer in XML: the
 * request is put into a form, the answer into the JSON that Amazon would have sent.
 */
import { HOST_PREFIXES, QUERY_VERSIONS } from './aws-service-facts.ts'
import type { Pair } from './call.ts'
import { essence, textOf } from './content.ts'
import { headerOf, setHeader } from './headers.ts'
import { beyond, formatQuery, joinQueries, parseQuery } from './query.ts'
import { jsonOfXml, type Shape } from './xml-json.ts'

const FORM = 'application/x-www-form-urlencoded'
const encoder = new TextEncoder()

export const speaksQuery = (service: string): boolean =>
  QUERY_VERSIONS.has(HOST_PREFIXES.get(service) ?? service)

export interface QueryRequest {
  method: string
  url: string
  headers: Pair[]
  body: Uint8Array | null
}

/** The same request as a form, where its URL names an action; a body that is no form counts for nothing then. */
export function formOf(request: QueryRequest): QueryRequest {
  const url = new URL(request.url)
  const query = parseQuery(url.search.slice(1))
  if (!query.some(([name]) => name === 'Action')) return request
  if (headerOf(request.headers, 'x-amz-target') !== undefined) return request
  const given = formIn(withOwnForm(request))
  url.search = ''
  const headers = [...request.headers]
  setHeader(headers, 'Content-Type', FORM)
  return {
    method: 'POST',
    url: url.href,
    headers,
    body: encoder.encode(joinQueries(formatQuery(query), given)),
  }
}

/** The same request, its form without what its URL says: the form may be the client's, and nobody says which of the two counts. */
export function withOwnForm(request: QueryRequest): QueryRequest {
  const given = formIn(request)
  const own = beyond(new URL(request.url).search.slice(1), given)
  return own === given ? request : { ...request, body: encoder.encode(own) }
}

function formIn({ headers, body }: QueryRequest): string {
  const type = headerOf(headers, 'content-type')
  return type && essence(type) === FORM && body ? textOf({ bytes: body }) : ''
}

const table = (text: string): Map<string, string> =>
  new Map(text.split(/\s+/).map((entry) => entry.split('=') as [string, string]))

/** Elements that Amazon's JSON has under another name, as a list: `{parent}/{element}`, or an element anywhere. */
const LISTS = table(
  `ListQueuesResult/QueueUrl=queueUrls ReceiveMessageResult/Message=messages Message/Attribute=Attributes
  GetQueueAttributesResult/Attribute=Attributes MessageAttribute=MessageAttributes BatchResultErrorEntry=Failed
  SendMessageBatchResultEntry=Successful DeleteMessageBatchResultEntry=Successful
  ChangeMessageVisibilityBatchResultEntry=Successful`,
)
/** Members that are null where they have no value, of the actions that integrations call most (recorded). */
const MEMBERS = table(
  `SendMessageResponse/SendMessageResult=MD5OfMessageAttributes,MD5OfMessageSystemAttributes,SequenceNumber
  PublishResponse/PublishResult=SequenceNumber ReceiveMessageResponse/ReceiveMessageResult=messages
  ReceiveMessageResult/Message=Attributes,MD5OfMessageAttributes,MessageAttributes`,
)
const SHAPE: Shape = {
  listOf: (parent, name) => LISTS.get(`${parent}/${name}`) ?? LISTS.get(name),
  membersOf: (parent, name) => MEMBERS.get(`${parent}/${name}`)?.split(',') ?? [],
}

/** What is older than Amazon's JSON and only speaks XML. */
const XML_ONLY = new Set(['ec2', 'sdb', 'importexport'])

/** The JSON of an answer in XML, for a request that accepts JSON first; null where the answer stays as it is. */
export function queryJsonOfXml(
  service: string,
  sent: readonly Pair[],
  received: readonly Pair[],
  text: string,
): string | null {
  if (XML_ONLY.has(service) || essence(headerOf(sent, 'accept') ?? '') !== 'application/json') return null
  if (!/xml/i.test(headerOf(received, 'content-type') ?? 'xml') || !text.trimStart().startsWith('<'))
    return null
  const found = jsonOfXml(text, SHAPE)
  if (!found) return null
  // an error is told without its root element
  return JSON.stringify(found.name === 'ErrorResponse' ? found.value : { [found.name]: found.value })
}
