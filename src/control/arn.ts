/** Names of API Gateway's own resources: `arn:aws:apigateway:{region}:{account}:/{path}`; most have no account in it. */
import { partitionOf } from '../core/aws-service.ts'

export const arnOf = (region: string, resource: string, accountId = ''): string =>
  `arn:${partitionOf(region).partition}:apigateway:${region}:${accountId}:${resource}`

/** Region, where it names one, and resource of such a name, or undefined. An account may stand in either place, or in none. */
export function parseArn(arn: string): { region?: string; resource: string } | undefined {
  const [, region, resource] = /^arn:[\w-]+:apigateway:(?:\d*|([\w-]+)):\d*:(\/.+)$/.exec(arn) ?? []
  return resource ? { region, resource } : undefined
}
