import { expect, test } from 'vitest'
import { jsonOfXml, type Shape } from '../../src/core/xml-json.ts'

const nothing: Shape = { listOf: () => undefined, membersOf: () => [] }

test.each<[string, unknown]>([
  ['<?xml version="1.0"?>\n<R xmlns="http://x/"><B>b</B><A>a</A></R>', { A: 'a', B: 'b' }],
  ['<R><L><member>1</member></L><E/><F></F></R>', { E: null, F: null, L: ['1'] }],
  ['<R><L><member><N>n</N></member><member><N>m</N></member></L></R>', { L: [{ N: 'n' }, { N: 'm' }] }],
  ['<R><M><entry><key>a</key><value>1</value></entry></M></R>', { M: { a: '1' } }],
  ['<R>\n  <A>x</A>\n  <A>y</A>\n</R>', { A: ['x', 'y'] }],
  [
    '<R><A>&lt;&#233;&#xe9;&amp;&quot; &nope;</A><B><![CDATA[<b>&amp;]]></B><!-- c --></R>',
    { A: '<éé&" &nope;', B: '<b>&amp;' },
  ],
  ['<R a="1>2" b="x">t</R>', 't'],
])('%s', (xml, value) => {
  expect(jsonOfXml(xml, nothing)).toEqual({ name: 'R', value })
})

test.each(['', 'text', '<R>', '<R></S>', '</R>', '<R/><S/>', '<R><A></R></A>', '<R>a < b</R>', '<R'])(
  '%s is no XML',
  (xml) => {
    expect(jsonOfXml(xml, nothing)).toBeNull()
  },
)

test('what goes on for ever is looked at once', () => {
  for (const piece of ['<', '<a', '<a "', '<!--', '<![CDATA[', '<a>'])
    expect(jsonOfXml(`<R>${piece.repeat(200_000)}`, nothing)).toBeNull()
})

test('some elements are lists even when they come once, some members are there without a value', () => {
  const shape: Shape = {
    listOf: (parent, name) => (parent === 'R' && name === 'A' ? 'as' : undefined),
    membersOf: (parent, name) => (parent === '' && name === 'R' ? ['as', 'b'] : []),
  }
  expect(jsonOfXml('<R><A>1</A></R>', shape)!.value).toEqual({ as: ['1'], b: null })
  expect(jsonOfXml('<R><A>1</A><A>2</A></R>', shape)!.value).toEqual({ as: ['1', '2'], b: null })
  expect(jsonOfXml('<R/>', shape)!.value).toEqual({ as: null, b: null })
})
