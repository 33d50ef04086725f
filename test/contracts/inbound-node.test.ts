import { inboundContract } from './inbound.ts'

inboundContract('node')
