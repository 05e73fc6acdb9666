import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('string functions', () => {
  test.each(
    rows(
      ["'tacocat'.charAt(3)", '"o"'],
      ["'tacocat'.charAt(7)", '""'],
      ["'tacocat'.charAt(8)", 'error: index out of range: 8'],
      ["'tacocat'.charAt(-1)", 'error: index out of range: -1'],
      ["'😀é'.charAt(1)", '"é"'],
      ["'tacocat'.indexOf('ac')", '1'],
      ["'tacocat'.indexOf('none')", '-1'],
      ["'tacocat'.indexOf('a', 3)", '5'],
      ["'tacocat'.indexOf('a', -1)", 'error: index out of range: -1'],
      ["'tacocat'.indexOf('a', 30)", '-1'],
      ["'tacocat'.indexOf('', 30)", '30'],
      ["'😀é😀'.indexOf('😀', 1)", '2'],
      ["'tacocat'.lastIndexOf('at')", '5'],
      ["'tacocat'.lastIndexOf('a', 4)", '1'],
      ["'tacocat'.lastIndexOf('a', -1)", 'error: index out of range: -1'],
      ["''.lastIndexOf('a')", '-1'],
      ["'abc'.lastIndexOf('')", '3'],
      ["'😀é😀'.lastIndexOf('😀')", '2'],
      ["['a','b','c'].join()", '"abc"'],
      ["['a','b'].join('-')", '"a-b"'],
      ['x.join()', 'error: no such overload: join(list)', { x: [1, 2] }],
      ["x.join(',')", 'error: join: invalid input: 2', { x: ['a', 2] }],
      ["'TacoCatÉ'.lowerAscii()", '"tacocatÉ"'],
      ["'tacocaté'.upperAscii()", '"TACOCATé"'],
      ["'hello hello'.replace('he', 'we')", '"wello wello"'],
      ["'hello hello'.replace('he', 'we', 1)", '"wello hello"'],
      ["'hello hello'.replace('he', 'we', 0)", '"hello hello"'],
      ["'😀é'.replace('', '_')", '"_😀_é_"'],
      ["'abc'.replace('', '_', 2)", '"_a_bc"'],
      ["'hello hello hello'.split(' ')", '["hello", "hello", "hello"]'],
      ["'hello hello hello'.split(' ', 2)", '["hello", "hello hello"]'],
      ["'hello'.split(' ', 0)", '[]'],
      ["'hello'.split(' ', -1)", '["hello"]'],
      ["'h😀'.split('')", '["h", "😀"]'],
      ["''.split('')", '[]'],
      ["''.split(',')", '[""]'],
      ["'a,b,c'.split('', 2)", '["a", ",b,c"]'],
      ["'tacocat'.substring(4)", '"cat"'],
      ["'tacocat'.substring(0, 4)", '"taco"'],
      ["'tacocat'.substring(7)", '""'],
      ["'tacocat'.substring(8)", 'error: index out of range: 8'],
      ["'tacocat'.substring(-1)", 'error: index out of range: -1'],
      ["'tacocat'.substring(4, 3)", 'error: invalid substring range. start: 4, end: 3'],
      ["'tacocat'.substring(4, 8)", 'error: index out of range: 8'],
      ["'a😀é'.substring(1, 2)", '"😀"'],
      ["'  \\ttrim\\n '.trim()", '"trim"'],
      ["'\\u0085\\u00a0\\ufeffx\\u3000'.trim()", '"﻿x"'],
      ["'   '.trim()", '""'],
      ["'gums'.reverse()", '"smug"'],
      ["'a😀b'.reverse()", '"b😀a"'],
      ['strings.quote("a\\n\\t\\"\\\\b\\u00e9")', '"\\"a\\\\n\\\\t\\\\\\"\\\\\\\\bé\\""'],
      ["strings.quote('')", '"\\"\\""'],
      ['x.charAt(0)', 'error: no such overload: charAt(int, int)', { x: 3 }],
      ["'a'.charAt('b')", "invalid: found no matching overload for 'charAt' applied to 'string.(string)'"],
      ["'a'.charAt(9223372036854775807)", 'error: index out of range: 9223372036854775807'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['x.charAt(1)', 2, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ["x.indexOf('z')", 3, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ['x.trim()', 4, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ["x.replace('a','b')", 7, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ["x.split('a')", 7, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ['x.substring(1)', 3, { x: 'ééééééééééééééé' }],
    ["x.join('---------')", 7, { x: ['abcdefghij', 'abcdefghij'] }],
    ['strings.quote(x)', 4, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ['x.format([1])', 4, { x: 'abcdefghijklmnopqrstu%s' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
