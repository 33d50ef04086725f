/** An AWS integration with one response for whatever comes. */
export const aws = (service: string, more: object = {}, httpMethod = 'POST') => ({
  type: 'AWS',
  httpMethod,
  uri: `arn:aws:apigateway:us-east-1:${service}`,
  integrationResponses: { 200: { statusCode: '200' } },
  ...more,
})

export const template = (text: string) => ({ requestTemplates: { 'application/json': text } })
