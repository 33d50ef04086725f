/** AWS stand-ins that ship no types. */
declare module 'dynalite' {
  const start: (options?: { createTableMs?: number }) => import('node:http').Server
  export default start
}
declare module 'kinesalite' {
  const start: (options?: { createStreamMs?: number }) => import('node:http').Server
  export default start
}
declare module 's3rver' {
  export default class S3rver {
    constructor(options: { port: number; address: string; silent: boolean; directory: string })
    run(): Promise<{ port: number }>
    close(): Promise<void>
  }
}
