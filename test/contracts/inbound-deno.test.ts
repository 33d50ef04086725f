import { inboundContract } from './inbound.ts'

inboundContract('deno')
