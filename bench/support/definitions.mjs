/** Definitions (OpenAPI) of what is measured. */
export const definitionOf = (paths) => ({ swagger: '2.0', info: { title: 'bench', version: '1' }, paths })

const method = (integration) => ({
  responses: { 200: { description: '' } },
  'x-amazon-apigateway-integration': integration,
})

/** MOCK that answers with `text`. */
export const mock = (text) =>
  method({
    type: 'mock',
    requestTemplates: { 'application/json': '{"statusCode": 200}' },
    responses: { default: { statusCode: '200', responseTemplates: { 'application/json': text } } },
  })

export const MOCK = mock('{"message": "Hello"}')

export const httpProxy = (uri, httpMethod) => method({ type: 'http_proxy', httpMethod, uri })

export const http = (uri, httpMethod, { request, response }) =>
  method({
    type: 'http',
    httpMethod,
    uri,
    ...(request && { requestTemplates: { 'application/json': request } }),
    responses: { default: { statusCode: '200', responseTemplates: { 'application/json': response } } },
  })
