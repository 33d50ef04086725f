/** What a gateway response may set, put by itself or imported (guide: api-gateway-gatewayResponse-definition). */
import { badExpression, CONSTANT } from './expression.ts'

/** A response has neither path nor query, but Amazon takes them, and SAM writes them. */
const TARGET = /^gatewayresponse\.(?:header|path|querystring)\.\S+$/
const SOURCE = new RegExp(
  String.raw`^(?:method\.request\.(?:header|querystring|path|multivalueheader|multivaluequerystring)\..+|method\.input\.params\..+|${CONSTANT})$`,
  's',
)

export function checkResponseParameters(parameters: Readonly<Record<string, string>> | undefined): void {
  for (const [target, source] of Object.entries(parameters ?? {})) {
    if (!TARGET.test(target)) throw badExpression(target)
    if (!SOURCE.test(source)) throw badExpression(source)
  }
}
