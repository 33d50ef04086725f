/** No template and no body takes unbounded time or memory. */
import { expect, test } from 'vitest'
import { compileTemplate, TemplateRuntimeError, TemplateSyntaxError } from '../../../src/core/vtl/template.ts'
import { output, scopeOf } from '../../support/template-cases.ts'

function refuses(
  template: string,
  body: string | null = null,
  message = /steps|characters|deep|nest|depth/i,
) {
  let error: unknown
  try {
    output(template, body)
  } catch (e) {
    error = e
  }
  expect(error).toBeInstanceOf(TemplateRuntimeError)
  expect((error as Error).message).toMatch(message)
}

test('a loop stops silently after 1,000 turns', () => {
  expect(output('#foreach($i in [1..5000])#set($n=$foreach.count)#end$n')).toBe('1000')
})

test('nested loops run out of steps', () => {
  refuses(
    '#foreach($a in [1..999])#foreach($b in [1..999])#foreach($c in [1..999])#foreach($d in [1..999])#end#end#end#end',
  )
})

test('a string cannot be doubled without end', () => {
  refuses('#set($s="0123456789")#foreach($i in [1..99])#set($s="$s$s")#end')
  refuses('#set($s="0123456789")#foreach($i in [1..99])#set($s=$s+$s)#end')
  refuses('#set($s="0123456789")#foreach($i in [1..99])#set($s=$s.concat($s))#end')
  refuses('#set($s="0123456789")#foreach($i in [1..99])#set($s=$s.replace("0",$s))#end')
  refuses('#set($s="0123456789")#foreach($i in [1..99])#set($s=$s.replaceAll(".","$s"))#end')
  refuses('#set($s="0123456789")$s.repeat(2147483647)')
  refuses('#set($s="0123456789")$s.format("%2000000000d", 1)', null, /2000000000/)
})

test('lists and maps that hold themselves do not print for ever', () => {
  refuses('#set($l=[])#set($ok=$l.add([$l]))$l')
  refuses('#set($m={})#set($ok=$m.put("m",{"m":$m}))$m')
  refuses('#set($l=$input.path("$"))#set($ok=$l.add($l))$l', '[1]')
  expect(output('#set($l=[])#set($ok=$l.add($l))$l')).toBe('[(this Collection)]')
})

test('a list that grows by itself runs out of steps', () => {
  refuses('#set($l=[1,2,3])#foreach($i in [1..99])#set($ok=$l.addAll($l))#end')
})

test('macros, #define and #evaluate that call themselves end', () => {
  refuses('#macro(m)#m()#end#m()', null, /Max calling depth of 20/)
  expect(output('#define($d)a$d#end$d')).toBe('aa$d')
  refuses("#set($x='#evaluate($x)')#evaluate($x)")
  refuses("#set($x='#evaluate($x)#evaluate($x)')#evaluate($x)")
})

test('many macros that call each other run out of steps', () => {
  const macros = Array.from({ length: 19 }, (_, i) => `#macro(m${i})${`#m${i + 1}()`.repeat(9)}#end`).join('')
  refuses(`${macros}#macro(m19)x#end#m0()`)
})

test('numbers do not grow without end', () => {
  refuses('#set($n=9)#foreach($i in [1..99])#set($n=$n*$n)#end$n', null, /overflow|digits|steps/i)
  refuses('#set($n=$input.path("$.d"))#set($x=$n+1)$x', '{"d":1.00000000000000000e999999999}', /Overflow/)
  refuses('#set($n=$input.path("$.d"))$n.toPlainString()', '{"d":1.00000000000000000e999999999}', /Overflow/)
  refuses('#set($n=$input.path("$.d"))$n.pow(999999)', '{"d":123456789012345678901234567890}', /overflow/)
})

test('regular expressions that backtrack run out of steps', () => {
  refuses('#set($s="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")$s.matches("(a+)+b")')
  refuses('#set($s=$input.body)$s.replaceAll("(.*)*x", "")', 'a'.repeat(5000))
  refuses('$input.path("$[?(@.s =~ /(a|a)*b/)]")', JSON.stringify([{ s: 'a'.repeat(60) }]))
  refuses('#set($s="x")$s.matches($input.body)', `${'('.repeat(5000)}${')'.repeat(5000)}`)
})

test('a body cannot nest deeper than json-smart allows', () => {
  const depth = (n: number) => `${'['.repeat(n)}${']'.repeat(n)}`
  expect(output("$input.json('$')", depth(400))).toBe(depth(400))
  refuses("$input.json('$')", depth(401), /Malicious payload/)
  refuses("$input.json('$')", '{"a":'.repeat(100_000), /Malicious payload/)
  expect(output("$input.path('$..a').size()", `${'{"a":'.repeat(300)}1${'}'.repeat(300)}`)).toBe('300')
})

test('JSONPath over a large body runs out of steps, not of time', () => {
  const body = JSON.stringify({ items: Array.from({ length: 20_000 }, (_, id) => ({ id })) })
  expect(output("$input.path('$..id').size()", body)).toBe('20000')
  refuses("#foreach($i in [1..999])#set($x=$input.path('$..id'))#end", body)
})

test('a template is at most 300 KB, and does not nest without end', () => {
  expect(() => compileTemplate('x'.repeat(300 * 1024 + 1))).toThrow(TemplateSyntaxError)
  expect(output('x'.repeat(300 * 1024))).toHaveLength(300 * 1024)
  for (const t of [
    `${'#if(true)'.repeat(5000)}x${'#end'.repeat(5000)}`,
    `#set($x=${'('.repeat(20_000)}1${')'.repeat(20_000)})`,
    `#set($x=${'['.repeat(20_000)}${']'.repeat(20_000)})`,
    `#set($x=${'!'.repeat(50_000)}true)`,
    `$a${'.b($a'.repeat(20_000)}`,
  ]) {
    expect(() => compileTemplate(t)).toThrow(TemplateSyntaxError)
  }
})

/** How many steps a template takes, without those that its body brings along. */
function stepsOf(template: string, body: string | null = null): number {
  const free = 8 * (body?.length ?? 0)
  let [few, enough] = [-free, 1e9]
  while (enough - few > 1) {
    const steps = Math.floor((few + enough) / 2)
    try {
      compileTemplate(template, { limits: { steps } }).render({ ...scopeOf({}), body })
      enough = steps
    } catch (e) {
      expect((e as Error).message).toMatch(/ steps$/)
      few = steps
    }
  }
  return enough + free
}

test('two loops of 1,000 turns inside each other are within the bound, with a body to match', () => {
  const twice = (body: string) => `#foreach($a in [1..1000])#foreach($b in [1..1000])${body}#end#end`
  const body = '#if($a==$b)$a#else#set($x=$x+1)#end#set($y=$a*$b)#if($y>5)#set($z=1)#end'
  expect(output(twice(body))).toMatch(/^123.*1000$/)
  refuses(twice(body.repeat(10)))
})

test('what a turn evaluates counts, also in branches, arguments and blocks', () => {
  const loop = (body: string) => stepsOf(`#set($s="x")#foreach($i in [1..100])${body}#end`) / 100
  const long = (unit: string) => unit.repeat(100)
  expect(loop(long('#set($x=1)'))).toBeGreaterThan(200)
  expect(loop(`#if($i==0)${long('#elseif($i==0)')}#end`)).toBeGreaterThan(200)
  expect(loop(`#set($x="${long('$i')}")`)).toBeGreaterThan(200)
  expect(loop(`#set($x=[${long('$i,')}1])`)).toBeGreaterThan(100)
  expect(loop('#m("$s")#macro(m $a)$a$a$a$a$a$a$a$a#end')).toBeGreaterThan(80)
  expect(loop(`#if($i==1)#define($d)${long('$i')}#end#end$d`)).toBeGreaterThan(100)
  expect(loop(long('$s.length()'))).toBeGreaterThan(1000)
})

test('functions count the texts and values that they go through', () => {
  const text = 'ab,'.repeat(30_000)
  for (const call of [
    '$input.body.toUpperCase()',
    '$input.body.split(",").size()',
    '$input.body.replace("a","b").length()',
    '$input.body.replaceAll("a","b").length()',
    '$input.body.hashCode()',
    '$input.body.toCharArray().size()',
    '$util.urlEncode($input.body).length()',
    '$util.base64Encode($input.body).length()',
    '$util.escapeJavaScript($input.body).length()',
  ])
    expect(stepsOf(`#set($x=${call})`, text), call).toBeGreaterThanOrEqual(text.length / 16)
})

test('a list that stands in many lists is not gone through without end', () => {
  const nested = `#set($l=[1..9])${'#set($l=[$l,$l,$l,$l,$l,$l,$l,$l,$l,$l])'.repeat(9)}`
  refuses(`${nested}$l`)
  refuses(`${nested}$l.hashCode()`)
  refuses(`${nested}#set($m=[1..9])${nested.slice(13).replaceAll('$l', '$m')}$l.equals($m)`)
  refuses(`${nested}#set($m={})$m.put($l, 1)`)
  refuses(`${nested.replace('[1..9]', () => "$input.path('$')")}$l`, '[1,2,3]')
})

test('numbers of many digits cost what arithmetic on them costs', () => {
  const digits = JSON.stringify({ d: 1 }).replace('1', '7'.repeat(50_000))
  const many = (text: string) => `#set($n=$input.path("$.d"))#foreach($i in [1..1000])#set($x=${text})#end`
  for (const text of ['$n.multiply($n)', '$n.mod($n)', '$n.toString()', '"$n"', '$n.hashCode()'])
    refuses(many(text), digits, /steps|overflow/)
  // places without digits are not filled in with zeros
  const small = '{"d":1.00000000000000000e-2000000000}'
  expect(output('#set($n=$input.path("$.d"))$n.longValue() $n.toBigInteger()', small)).toBe('0 0')
  const large = '{"d":1.00000000000000000e2000000000}'
  expect(output('#set($n=$input.path("$.d"))$n.longValue()', large)).toBe('0')
})

test('a longer body may take more steps', () => {
  const body = JSON.stringify({ a: 'x'.repeat(9_900_000) })
  expect(output("$util.base64Encode($input.json('$')).length()", body)).toBe('13200012')
})

test('the bounds can be set', () => {
  const limits = { loopTurns: 3, output: 5, steps: 500, depth: 1 }
  const run = (t: string) => compileTemplate(t, { limits }).render(scopeOf({})).output
  expect(run('#foreach($i in [1..9])$i#end')).toBe('123')
  expect(() => run('123456')).toThrow(/5 characters/)
  expect(() => run('#set($l=[1..600])')).toThrow(/500 steps/)
  expect(() => run('#evaluate(\'#evaluate("x")\')')).toThrow(/deep/)
})
