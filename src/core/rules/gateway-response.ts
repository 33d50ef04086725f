/** What a gateway response may set, put by itself or imported (guide: api-gateway-gatewayResponse-definition). */
import { badExpression, CONSTANT } from './expression.ts'

const TARGET = /^gatewayresponse\.header\.\S+$/
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
