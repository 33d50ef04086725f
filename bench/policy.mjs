/** What a resource policy of 8,192 characters (Amazon's limit) costs a call: node bench/policy.mjs. */
import { compilePolicy } from '../src/core/policy/policy.ts'

const LIMIT = 8192
const SHORT = 'arn:aws:execute-api:us-east-1:123456789012:api1'

/** As many statements as fit: none of them decides before the last, so that every one is read. */
function grow(statement) {
  const policy = { Version: '2012-10-17', Statement: [] }
  for (
    let i = 0;
    JSON.stringify({ ...policy, Statement: [...policy.Statement, statement(i)] }).length <= LIMIT;
    i++
  )
    policy.Statement.push(statement(i))
  return policy
}

const policies = {
  'deny by address blocks': grow((i) => ({
    Effect: i % 2 ? 'Deny' : 'Allow',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: `execute-api:/*/GET/pets/${i}/*`,
    Condition: { IpAddress: { 'aws:SourceIp': [`10.${i}.0.0/16`, `192.0.${i}.0/24`] } },
  })),
  'one list of address blocks': (() => {
    const at = (n) => ({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*' },
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: {
            IpAddress: {
              'aws:SourceIp': Array.from({ length: n }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`),
            },
          },
        },
      ],
    })
    let n = 1
    while (JSON.stringify(at(n + 1)).length <= LIMIT) n++
    return at(n)
  })(),
  'paths with wildcards': grow((i) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'execute-api:*',
    Resource: [`execute-api:/*/*/team-${i}/*/secret*`, `execute-api:/prod/*/area-${i}/??/*`],
  })),
  'tags and agents': grow((i) => ({
    Effect: 'Deny',
    Principal: '*',
    Action: 'execute-api:Invoke',
    Resource: 'execute-api:/*',
    Condition: {
      StringLike: { 'aws:UserAgent': `*bot-${i}*` },
      StringNotEquals: { 'aws:PrincipalTag/team': '${aws:username}' },
    },
  })),
}

const keys = {
  'aws:sourceip': '203.0.113.7',
  'aws:useragent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
  'aws:username': 'bob',
}
const request = {
  action: 'execute-api:Invoke',
  resources: [[SHORT, 'prod/GET/pets/a1b2/photos/77'].join('/')],
  principal: null,
  look: (key) => keys[key],
}

const RUNS = 20_000
for (const [name, document] of Object.entries(policies)) {
  const text = JSON.stringify(document)
  const policy = compilePolicy(text, { kind: 'resource', short: SHORT })
  for (let i = 0; i < 2000; i++) policy.evaluate(request)
  // CPU of this process, not time: the machine has other tenants
  const before = process.cpuUsage()
  for (let i = 0; i < RUNS; i++) policy.evaluate(request)
  const { user, system } = process.cpuUsage(before)
  const micros = (user + system) / RUNS
  console.log(
    `${name.padEnd(28)} ${text.length} characters, ${String(document.Statement.length).padStart(3)} statements: ${micros.toFixed(2)} µs a call`,
  )
}
