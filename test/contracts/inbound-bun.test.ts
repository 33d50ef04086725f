import { inboundContract } from './inbound.ts'

inboundContract('bun')
