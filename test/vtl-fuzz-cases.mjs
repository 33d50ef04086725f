// Seeded generators of mapping-template cases, one per kind. r(n) gives an integer below n, r.pick(list) an element.

export function prng(seed) {
  let s = (seed ^ 0x9e3779b9) >>> 0
  const next = () => {
    s = (s + 0x6d2b79f5) >>> 0
    let t = s
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (t ^ (t >>> 14)) >>> 0
  }
  const r = (n) => next() % n
  r.pick = (a) => a[r(a.length)]
  r.chance = (p) => next() / 4294967296 < p
  r.many = (max, f) => Array.from({ length: r(max + 1) }, f)
  return r
}

const BODY = JSON.stringify({
  name: 'Bob',
  age: 42,
  tags: ['a', 'b', 'c'],
  addr: { city: 'Paris', zip: '75001' },
  items: [
    { id: 1, n: 'x', p: 1.5 },
    { id: 2, n: 'y', p: 20 },
    { id: 3, n: null },
  ],
  empty: '',
  nul: null,
  t: true,
  f: false,
  pi: 3.14,
  list: [],
  map: {},
  nested: [[1, 2], [3]],
  big: 12345678901,
  neg: -7,
  'k-d': 'dash',
  'sp ace': 's',
  url: 'https://x.y/z?a=1&b=2',
  q: 'say "hi" it\'s',
}).replace(
  '"pi":3.14',
  '"pi":3.14,"one":1.0,"exp":1e10,"dec":123456789.123456789,"huge":123456789012345678901',
)

const SCOPE = {
  body: BODY,
  params: {
    path: { id: '123', dup: 'p' },
    querystring: { q: 'hello world', dup: 'q', page: '2' },
    header: { 'X-H': 'hv', Accept: 'application/json', dup: 'h' },
  },
  context: {
    stage: 'prod',
    httpMethod: 'POST',
    requestId: 'r-1',
    requestTimeEpoch: 1428582896000,
    identity: { sourceIp: '1.2.3.4', userAgent: 'curl/8' },
    authorizer: { principalId: 'u1', claims: { sub: 'sub-1', email: 'a@b.c' }, n: 5 },
  },
  stageVariables: { v1: 'one', v2: 'two words' },
}
const D = '#set($d=$input.path("$"))'
const scope = (template, body) => ({ ...SCOPE, template, ...(body !== undefined && { body, ownBody: true }) })

const SOUP = [
  '$',
  '$!',
  '${',
  '$!{',
  '$x',
  '$!x',
  '${x}',
  '$!{x}',
  '$d.name',
  '${d.addr.city}',
  '$d.tags[0]',
  '$d.get("name")',
  '$nope',
  '$nope.a.b',
  '{',
  '}',
  'x',
  'y1',
  '.',
  '..',
  '(',
  ')',
  '[',
  ']',
  '"',
  "'",
  '#',
  '##',
  '##c\n',
  '#*c*#',
  '#* ',
  '*#',
  '#[[',
  ']]#',
  '#[[r]]#',
  '#if(true)',
  '#if($x)',
  '#if(!$d.t)',
  '#elseif(true)',
  '#else',
  '#{else}',
  '#end',
  '#{end}',
  '#set($x=1)',
  '#set($x = "v")',
  '#set($y=$x)',
  '#foreach($i in [1..2])',
  '#foreach($i in $d.tags)',
  '$i',
  '$foreach.index',
  '#break',
  '#stop',
  '#m',
  '#m()',
  '#m("a")',
  '#macro(m $a)',
  '#define($b)',
  '$b',
  '#evaluate("$x")',
  '#nope',
  '#{nope}',
  '#nope(1)',
  '@',
  '#@m("z")',
  '#literal()',
  '\\',
  '\\\\',
  '\\$x',
  '\\\\$x',
  '\\#if',
  '\\#set',
  '\\#nope',
  '\\\\#end',
  '$\\!x',
  '!',
  ' ',
  '  ',
  '\n',
  '\t',
  '\r\n',
  '-',
  '1',
  '2.5',
  ':',
  ';',
  ',',
  'é',
  '$5',
  '$-',
  '%',
  '&',
  '=',
  '|',
  '"$x"',
  '#-',
  '#1',
  '$!!x',
  '$$x',
  '$[0]',
  '$.',
  '#set',
  '#if',
  '#end\n',
  '  #set($z=3)\n',
  ' #end \n',
  '#else \n',
  'a\n  ',
]

const words = [
  'alpha',
  'Beta',
  '42',
  '3.5',
  '',
  ' ',
  'a,b,c',
  'x-1',
  "it's",
  'true',
  'é',
  'a/b',
  '{k}',
  'null',
  'AbC',
  'a b  c',
  '$5',
  '😀z',
  '-7',
  '1e3',
]
const str = (r) => {
  const w = r.pick(words)
  return r.chance(0.5) && !w.includes('$') ? `"${w}"` : `'${w.replaceAll("'", "''")}'`
}
const num = (r) =>
  r.pick([
    '0',
    '1',
    '2',
    '3',
    '-3',
    '5',
    '10',
    '42',
    '100',
    '1.5',
    '0.25',
    '2.0',
    '10.75',
    '2147483647',
    '9999999999',
    '1e3',
    '-0.5',
    '.5',
    '9223372036854775807',
    '99999999999999999999',
    '1.',
    '7',
  ])
const refs = [
  '$d.name',
  '$d.age',
  '$d.tags',
  '$d.addr',
  '$d.items',
  '$d.empty',
  '$d.nul',
  '$d.t',
  '$d.f',
  '$d.pi',
  '$d.list',
  '$d.map',
  '$d.nested',
  '$d.big',
  '$d.neg',
  '$d.one',
  '$d.exp',
  '$d.dec',
  '$d.huge',
  '$d.items[0]',
  '$d.items[1].n',
  '$d.addr.city',
  '$d.nope',
  '$nope',
  '$d.nope.x',
  '$!d.name',
  '${d.age}',
  '$d["k-d"]',
  '$d.tags.size()',
  '$d.name.length()',
  '$input.body',
  '$input.params()',
  "$input.params('q')",
  '$context.stage',
  '$context.identity',
  '$context.requestTimeEpoch',
  '$context.authorizer.n',
  '$stageVariables',
  '$stageVariables.v1',
  '$x',
  '$y',
  '$d.keySet()',
  '$d.addr.entrySet()',
  '$d.addr.values()',
  '$d.name.toCharArray()',
  '$d.q',
  '$d.url',
  '$util',
  '$input',
  '$context',
]

function value(r, depth = 0) {
  switch (r(depth > 2 ? 3 : 7)) {
    case 0:
      return str(r)
    case 1:
      return num(r)
    case 2:
      return r.pick(refs)
    case 3:
      return r.pick(['true', 'false'])
    case 4:
      return `[${r.many(3, () => value(r, depth + 1)).join(r.pick([',', ', ', ' ,']))}]`
    case 5:
      return `{${r.many(2, () => `${value(r, depth + 1)}:${value(r, depth + 1)}`).join()}}`
    default:
      return `[${r.pick(['1', '-2', '3', '$d.age', '$x'])}..${r.pick(['2', '0', '5', '$d.neg', '$x'])}]`
  }
}

const METHODS =
  `length isEmpty isBlank charAt(i) substring(i) substring(i,i) indexOf(s) indexOf(s,i) lastIndexOf(s) lastIndexOf(s,i) contains(s) startsWith(s) startsWith(s,i) endsWith(s) equalsIgnoreCase(s)
compareTo(s) compareToIgnoreCase(s) concat(s) replace(s,s) replaceAll(p,s) replaceFirst(p,s) matches(p) split(p) split(p,i) toLowerCase toUpperCase trim strip repeat(i) toString equals(v) toCharArray
getBytes intern codePointAt(i) subSequence(i,i) valueOf(v) join(s,v) format(s,v) size get(v) get(i) put(s,v) add(v) add(i,v) remove(v) remove(i) set(i,v) addAll(v) removeAll(v) retainAll(v) containsAll(v) clear
contains(v) indexOf(v) lastIndexOf(v) subList(i,i) toArray iterator keySet values entrySet containsKey(v) containsValue(v) getOrDefault(s,v) putIfAbsent(s,v) putAll(v) remove(s,v) replace(s,v)
intValue longValue doubleValue floatValue byteValue shortValue compareTo(v) parseInt(s) valueOf(s) toHexString(i) toBinaryString(i) toOctalString(i) max(v,v) min(v,v) sum(v,v) signum(v) abs(v) abs booleanValue
parseBoolean(s) parseDouble(s) isNaN isInfinite body params params(s) escapeJavaScript(v) urlEncode(v) urlDecode(v) base64Encode(v) base64Decode(v) parseJson(v) key value getKey name bytes empty first last blank
hasNext next nope nope(v) isDigit(v) regionMatches(i,s,i,i) add(v,v) multiply(v) toPlainString scale negate setScale(i) pow(i) divide(v) stripTrailingZeros bitCount(i) compare(v,v) chars.count lines.count`.split(
    /\s+/,
  )
const PATTERNS = [
  'a',
  '[aeiou]',
  '\\\\w+',
  '\\\\d',
  '(.)(.)',
  '^.',
  '.$',
  '\\\\s*',
  ',',
  '.',
  '',
  '(?i)B',
  '[^0-9]',
  'x|y',
  '(\\\\w)\\\\1',
  'a?',
  '\\\\.',
  '$',
  '(',
  '[',
  '*',
  '\\\\',
  '\\\\b',
  '-',
  '[a-c&&[^b]]',
  '(?<n>o)',
  '\\\\p{L}',
  '.{2}',
  '(a|b)+',
  '"',
  "''",
]

function method(r) {
  const m = r.pick(METHODS)
  const at = m.indexOf('(')
  if (at < 0)
    return m.includes('.') || r.chance(0.3)
      ? `.${m.replace('.', '().')}${m.includes('.') ? '()' : ''}`
      : `.${m}()`
  const args = m
    .slice(at + 1, -1)
    .split(',')
    .map((t) => {
      if (r.chance(0.05)) return value(r)
      return t === 'i'
        ? r.pick(['0', '1', '2', '3', '-1', '5', '20'])
        : t === 's'
          ? str(r)
          : t === 'p'
            ? `'${r.pick(PATTERNS)}'`
            : value(r)
    })
  return `.${m.slice(0, at)}(${args.join(r.pick([',', ', ']))})`
}

function call(r) {
  return (
    r.pick([
      '$x',
      '$d.name',
      '$d.tags',
      '$d.addr',
      '$d.age',
      '$d.pi',
      '$d.t',
      '$d.big',
      '$d.huge',
      '$d.dec',
      '$d',
      '$l',
      '$m',
      '$s',
      '$d.items',
      '$input',
      '$util',
      '$context',
      '$d.name.charAt(0)',
      '$d.addr.keySet()',
      '$d.addr.values()',
      '$d.addr.entrySet()',
      '$d.name.split("")',
      '$d.tags.iterator()',
      '$stageVariables',
      '$input.params()',
      '$d.nested',
    ]) +
    Array.from({ length: 1 + r(2) }, () =>
      r.chance(0.15) ? `[${r.pick(['0', '1', '-1', '7', '"name"', "'city'", '$x', 'true'])}]` : method(r),
    ).join('')
  )
}

function condition(r, depth = 0) {
  const v = () => (r.chance(0.3) ? arithmetic(r, 2) : value(r, 1))
  switch (r(depth > 2 ? 3 : 8)) {
    case 0:
      return `${v()} ${r.pick(['==', '!=', '<', '<=', '>', '>=', 'eq', 'ne', 'lt', 'le', 'gt', 'ge'])} ${v()}`
    case 1:
      return r.pick(refs)
    case 2:
      return value(r, 1)
    case 3:
      return `!${condition(r, depth + 1)}`
    case 4:
      return `(${condition(r, depth + 1)})`
    case 5:
      return `not ${condition(r, depth + 1)}`
    default:
      return `${condition(r, depth + 1)}${r.pick([' && ', ' || ', '&&', '||', ' and ', ' or '])}${condition(r, depth + 1)}`
  }
}

function arithmetic(r, depth = 0) {
  if (depth > 2 || r.chance(0.3)) return r.chance(0.7) ? num(r) : r.pick(refs)
  if (r.chance(0.2)) return `(${arithmetic(r, depth + 1)})`
  const op = r.pick(['+', '-', '*', '/', '%'])
  const s = r.pick([' ', ' ', ' ', ''])
  return `${arithmetic(r, depth + 1)}${s}${op}${s || (op === '-' ? ' ' : '')}${arithmetic(r, depth + 1)}`
}

const gap = (r) => r.pick(['', ' ', '\n', '\n  ', ' \n', '\r\n', '  ', '\n\n', '\t'])
const plainText = (r) =>
  r.pick([
    'text',
    '"q"',
    '{ "a": ',
    '}',
    ']',
    ',',
    '- ',
    '100% ',
    '$ ',
    '# ',
    '\\',
    '(x)',
    '$5',
    'a.b',
    '##\n',
    '## note\n',
    '#* b *#',
    "it's",
    '.',
    '.x',
  ])

function block(r, depth = 0) {
  return Array.from({ length: 1 + r(4) }, () => gap(r) + statement(r, depth) + gap(r)).join('')
}

function statement(r, depth) {
  const end = () => r.pick(['#end', '#{end}', '#end '])
  switch (r(depth > 2 ? 5 : 14)) {
    case 0:
      return plainText(r)
    case 1:
      return r.pick(refs) + r.pick(['', '.', ',', ' ', '-', '|', '.x', '!'])
    case 2:
      return `#set(${r.pick(['', ' '])}$${r.pick(['x', 'y', 'l', 'm', 's'])}${r.pick(['=', ' = '])}${r.chance(0.5) ? value(r) : r.chance(0.5) ? arithmetic(r) : condition(r)}${r.pick(['', ' '])})`
    case 3:
      return call(r)
    case 4:
      return `"${r.pick(refs)}"`
    case 5:
      return `#if(${condition(r)})${block(r, depth + 1)}${r.chance(0.3) ? `#elseif(${condition(r)})${block(r, depth + 1)}` : ''}${r.chance(0.5) ? `${r.pick(['#else', '#{else}', '#else\n'])}${block(r, depth + 1)}` : ''}${end()}`
    case 6:
    case 7:
      return `#foreach($${r.pick(['i', 'x', 'v'])} in ${r.chance(0.5) ? value(r) : r.pick(refs)})${block(r, depth + 1)}${r.pick(['$foreach.count', '$i', '$x', '$foreach.hasNext', '$velocityCount', '#if($foreach.hasNext),#end', '$foreach.first', '$foreach.last', '$foreach.parent.index', '#if($foreach.index>1)#break#end', ''])}${end()}`
    case 8:
      return `#define($b)${block(r, depth + 1)}#end$b`
    case 9:
      return `#set($d.${r.pick(['name', 'addr.city', 'tags[0]', 'tags[9]', 'new', 'nope.x', 'addr["k"]', 'items[0].id', 'tags[-1]'])} = ${value(r)})`
    case 10:
      return `#set($context.${r.pick(['requestOverride.header.foo', 'requestOverride.path.id', "requestOverride.querystring['q']", 'responseOverride.status', 'responseOverride.header.X-A', 'responseOverride.custom'])} = ${value(r)})`
    case 11:
      return `#set($s = "${r.pick(['', 'a '])}${statement(r, 3).replaceAll('"', "'")}${r.pick(['', ' z', '$x', '\\$x', '##', '#'])}")$s`
    case 12:
      return `#evaluate('${statement(r, 3).replaceAll("'", '"')}')`
    default:
      return r.pick([
        '#break',
        '#stop',
        '\\$x',
        '\\\\$x',
        '\\#if(true)',
        '#[[ $raw ]]#',
        '#literal()$x#end',
        '#{nope}',
        '#nope($x)',
        '$!{x.y}',
        '${x',
        '$x[',
        '#macro(q $a)<$a>#end',
        '#q($x)',
        '#q("s")',
        '#q()',
        '#@q("t")in#end',
      ])
  }
}

const PATH_PARTS = [
  '.name',
  '.tags',
  '.items',
  '.addr',
  '.nope',
  '.nested',
  '..n',
  '..id',
  '..*',
  '.*',
  '[*]',
  '[0]',
  '[1]',
  '[-1]',
  '[9]',
  '[0,1]',
  '[0,9]',
  '[1:]',
  '[:1]',
  '[-1:]',
  '[:-1]',
  '[0:2]',
  '[1:9]',
  "['name']",
  "['addr']['city']",
  "['name','age']",
  "['k-d']",
  '.k-d',
  '[?(@.id)]',
  '[?(@.id > 1)]',
  "[?(@.n == 'x')]",
  '[?(@.n != null)]',
  '[?(@.p < 10 && @.id == 1)]',
  '[?(@.id == 1 || @.id == 3)]',
  '[?(!@.p)]',
  '[?(@.n =~ /X/i)]',
  "[?('x' == @.n)]",
  '[?(@.id >= $.age)]',
  '[?(@.p)]',
  '.city',
  '.length()',
  '..',
  '.',
  '[',
  ']',
  ' ',
  "'",
  '[?]',
  '[(@.length-1)]',
  '[(@.size()-1)]',
  '$',
  '@',
  '[a]',
  '["name"]',
  '.id',
  '.n',
  '[ 0 ]',
  '[::2]',
  '[1,]',
  '..[0]',
  '..[?(@.id)]',
  "[?(@.n == 'x' && (@.id == 1))]",
  '[?(@ > 1)]',
  '[?(1 == 1)]',
  "[?(@['id'] == 1)]",
  '[?(@.id in [1])]',
  '.name.x',
  "..['id','n']",
  '[?(@.id < 2)].n',
  '[?(@.t == true)]',
  '[?(@.q)]',
  '[?(@.id == "1")]',
  "[?(@.id == '1')]",
  '[?(@.id = 1)]',
  '[?(@.n == "x")]',
  '[?(@.p > @.id)]',
  '[?(@.nope == null)]',
  '[?(@.n == null)]',
]

const JSON_BITS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"b":1',
  "'c'",
  'a',
  'b c',
  '1',
  '-1',
  '1.0',
  '1.50',
  '1e3',
  '1E+2',
  '1e',
  '-',
  '-0',
  '-0.0',
  '00',
  '007',
  '.5',
  '5.',
  '1.2.3',
  '12345678901',
  '123456789012345678901',
  '1.234567890123456789',
  '1e400',
  'true',
  'false',
  'null',
  'tru',
  'nullx',
  'NaN',
  'undefined',
  '"x\\ny"',
  '"\\u00e9"',
  '"\\u12"',
  '"\\q"',
  '"\\x41"',
  '"é"',
  '" "',
  '"a\\"b"',
  "'it\\'s'",
  '"un',
  ' ',
  '\n',
  '\t',
  '//c',
  '/*c*/',
  '{"a":1}',
  '{"a":{"b":[1,2]}}',
  '[1,2,3]',
  '{a:1}',
  '{"a":}',
  '{"a":b}',
  '{"a" "b"}',
  '[1 2]',
  '[,]',
  '[1,,2]',
  '{,}',
  '<x/>',
  'a=b&c=d',
  '\u2028',
  '\u0000',
  '\u001a',
  '\u007f',
  '+1',
  '0x10',
  '1d',
  '2f',
  'Infinity',
  '"\ud83d\ude00"',
  '\ufeff',
  "{'a':'b'}",
  '{"a":"x\ty"}',
  '{"a":"x\\ty\tz"}',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '2147483648',
  '0.1e-5',
  '100000000000000000000.5',
  '1.0E10',
  '4.9e-324',
  '0.30000000000000004',
  '123456789.12345678',
  '1e-7',
  '12345678.9',
]

const REGEX_BITS = [
  'a',
  'b',
  'o',
  '.',
  '\\w',
  '\\d',
  '\\s',
  '\\W',
  '[a-z]',
  '[^a-c]',
  '[a-z&&[^b]]',
  '[[a-c][x-z]]',
  '(a)',
  '(?:ab)',
  '(a|b)',
  '(?<n>.)',
  '\\1',
  '\\b',
  '\\B',
  '^',
  '$',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '++',
  '{2}',
  '{1,2}',
  '{1,}',
  '{,2}',
  '|',
  '(?i)',
  '(?=o)',
  '(?!o)',
  '(?<=l)',
  '(?<!l)',
  '(?>a+)',
  '\\.',
  '\\Q.\\E',
  '\\p{Lu}',
  '\\P{L}',
  '\\p{Alpha}',
  '[\\d.]',
  '[\\w&&[^\\d]]',
  '[-a]',
  '[a-]',
  '[]a]',
  '[^]]',
  '\\x41',
  '\\u0041',
  '\\t',
  '\\n',
  '(',
  ')',
  '[',
  '\\',
  '(?s).',
  '(?m)^',
  '(?x) a b',
  '\\z',
  '\\Z',
  '\\A',
  '\\R',
  '\\h',
  '&&',
  '[a&&b]',
  '(a*)*',
  '(a|ab)(c|bcd)',
  '(?:a?)+',
  '\\k<n>',
  '.*',
  '.+?',
  '\\G',
  '{',
  '}',
  '[\\Qa]\\E]',
  '(?-i)',
  '(?i:B)',
  '[é-ü]',
  '😀',
  '[😀]',
  'X{0}',
  '(b)?',
  '\\e',
  '\\cA',
  '\\07',
  '\\y',
  '(?u)',
]
const REGEX_TEXT = [
  'Hello World',
  'foo.bar-baz',
  'aabbab',
  '',
  'a',
  'abcabc',
  'CamelCaseStr',
  'x1y22z333',
  'line1\nline2\r\nend\n',
  'tab\there',
  'éàü ÉÀ',
  '😀a😀',
  'a.b.c',
  'aaaa',
  'AbAb',
  'foo foo bar',
  '[x]',
  '$5 {y}',
  'a\\b',
  'over 9000',
]
const REPLACEMENTS = ['', 'X', '[$0]', '<$1>', '$1$1', '\\$', '\\\\', '${n}', '$2', '$', '-', '$10', 'é']

const quote = (s) => `'${s.replaceAll("'", "''")}'`

export const KINDS = {
  soup: (r) =>
    scope(
      (r.chance(0.6) ? D : '') +
        (r.chance(0.3) ? '#set($x="v")' : '') +
        Array.from({ length: 1 + r(9) }, () => r.pick(SOUP)).join(''),
    ),
  blocks: (r) => scope(D + block(r)),
  methods: (r) =>
    scope(
      `${D}#set($x=${value(r)})#set($l=${r.pick(['["a","b","c"]', '[1,2,3]', '[]', '[[1],{"k":2}]'])})#set($m={"a":1,"b":"two"})#set($s=${str(r)})${call(r)}|${r.pick(['$x', '$l', '$m', '$s', '$d.tags', '$d.addr'])}`,
    ),
  math: (r) =>
    scope(
      `${D}#set($x=5)#set($v=${arithmetic(r)})$v|${r.chance(0.5) ? '$v.intValue()' : '$v.equals($v)'}|#if(${condition(r)})T#{else}F#end`,
    ),
  regex: (r) => {
    const re = Array.from({ length: 1 + r(4) }, () => r.pick(REGEX_BITS)).join('')
    const t = r.pick(REGEX_TEXT)
    const head = `#set($s=$input.path("$"))#set($r=${quote(re)})`
    const body = JSON.stringify(t)
    switch (r(4)) {
      case 0:
        return scope(`${head}$s.matches($r)`, body)
      case 1:
        return scope(`${head}#foreach($p in $s.split($r${r.pick(['', ',2', ',-1', ',3'])}))[$p]#end`, body)
      default:
        return scope(
          `${head}$s.replace${r.pick(['All', 'All', 'First'])}($r,${quote(r.pick(REPLACEMENTS))})`,
          body,
        )
    }
  },
  path: (r) => {
    const p = `${r.pick(['$', '$', '$', '$', '', '@', '$.items', '$.tags', '$..items'])}${Array.from({ length: 1 + r(3) }, () => r.pick(PATH_PARTS)).join('')}`
    const f = r.pick(['path', 'json'])
    return scope(`#set($p=${quote(p)})$input.${f}($p)`)
  },
  json: (r) =>
    scope(
      r.pick([
        "$input.json('$')",
        "$input.path('$')",
        "$input.path('$.a')|$input.json('$')",
        '$util.parseJson($input.body)',
        '$util.escapeJavaScript($input.body)',
        '$util.urlEncode($input.body)',
        '$util.base64Encode($input.body)',
        '$util.base64Decode($input.body)',
        '$util.urlDecode($input.body)',
      ]),
      (r.chance(0.5) ? r.pick(['{"a":', '[', '{"a":[', '{']) : '') +
        Array.from({ length: 1 + r(5) }, () => r.pick(JSON_BITS)).join(r.pick(['', '', ',', ' '])) +
        (r.chance(0.5) ? r.pick(['}', ']', ']}']) : ''),
    ),
  macros: (r) => {
    const params = r.many(3, () => `$${r.pick(['a', 'b', 'x', 'y'])}`).join(r.pick([' ', ', ']))
    const body = block(r, 2).replaceAll('$y', '$a')
    const arg = () => r.pick([value(r), r.pick(refs), '$a', '"$x"', "'$x'", '"#set($x=9)$x"', 'word'])
    const use = () =>
      `${r.pick(['#m', '#{m}', '#@m'])}${r.chance(0.85) ? `(${r.many(3, arg).join(r.pick([' ', ', ']))})` : ''}`
    const calls = Array.from({ length: 1 + r(2) }, () => {
      const c = use()
      return c.startsWith('#@') ? `${c}in$x#end` : c
    }).join(gap(r))
    const def = `#macro(m ${params})${r.pick(['', '$!a', '$b', '$bodyContent', '#set($x=3)', '#break', '#if($a)T#end', '#foreach($i in $a)$i#end', '$a.b', '\\$a', '$!bodyContent'])}${body}$a#end`
    return scope(`${D}#set($x="X")${r.chance(0.9) ? def + gap(r) + calls : calls + def}|$x|$a`)
  },
}
