/** What an integration response must be, put by itself or imported. */
import type { IntegrationResponse, MethodResponse } from '../documents.ts'
import { badExpression, CONSTANT, checkContentTypes, noMethodResponse, undeclared } from './expression.ts'

const SOURCE = new RegExp(
  String.raw`^(?:integration\.response\.(?:(?:header|multivalueheader)\..+|body(?:\..+)?)|${CONSTANT})$`,
  's',
)

/** `answered` is the method response of the same status code. */
export function checkIntegrationResponse(
  { responseParameters = {}, responseTemplates }: IntegrationResponse,
  answered: MethodResponse | undefined,
): void {
  checkContentTypes(responseTemplates)
  for (const [target, source] of Object.entries(responseParameters)) {
    if (!/^method\.response\.header\..+$/.test(target)) throw badExpression(target)
    if (!SOURCE.test(source)) throw badExpression(source)
    if (!answered) throw noMethodResponse()
    if (!Object.hasOwn(answered.responseParameters ?? {}, target)) throw undeclared(target)
  }
}
