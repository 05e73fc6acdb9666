// Inputs made to cost time or memory: every function answers within the time a test has, with an error if need be.
import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask } from './answers.js';

const long = 'a'.repeat(1_000_000);
const objects = Array.from({ length: 20_000 }, (_none, index) => ({ index }));
const numbers = Array.from({ length: 100_000 }, (_none, index) => index);
let deep: Json = [];
for (let depth = 0; depth < 100_000; depth++) deep = [deep];

describe('hostile input', () => {
  test.each<readonly [source: string, expected: RegExp, values: Readonly<Record<string, Json>>]>([
    ["x.replace('', y).size()", /^error: string too long$/, { x: long, y: long }],
    ['x.join(y).size()', /^error: string too long$/, { x: [...'aaaaaaaaaaaaaaaaaaaa'], y: long }],
    ['x.distinct().size()', /^error: operation cancelled/, { x: objects }],
    ['x.distinct().size()', /^error: operation cancelled/, { x: numbers }],
    ['sets.equivalent(x, x)', /^error: operation cancelled/, { x: objects }],
    ['lists.range(9223372036854775807)', /^error: operation cancelled/, {}],
    ['x.flatten(9223372036854775807).size()', /^error: /, { x: deep }],
    ['x.sum()', /^error: no such overload/, { x: deep }],
    ['x.indexOf(1)', /^(-1|error: .*)$/, { x: deep }],
    ["'%s'.format([x]).size()", /^error: /, { x: deep }],
    ["'%.2147483647f'.format([1.5])", /precision above 1100/, {}],
    ["quantity('1e1000000000').isLessThan(quantity('1'))", /^error: quantity out of range$/, {}],
    ['isQuantity(x)', /^false$/, { x: '1'.repeat(100_000) }],
    ['isSemver(x)', /^false$/, { x: `1.2.3-${'a.'.repeat(100_000)}` }],
    ["x.find('(a+)+$')", /^"a+"$/, { x: 'a'.repeat(5_000) }],
    ["x.matches('(a+)+$')", /^false$/, { x: `${'a'.repeat(5_000)}!` }],
    ['format.dns1123Subdomain().validate(x).hasValue()', /^true$/, { x: `${'a.'.repeat(100_000)}!` }],
    ['x.trim().size()', /^1$/, { x: `${' '.repeat(200_000)}x${' '.repeat(200_000)}` }],
    ['isURL(x)', /^(true|false)$/, { x: `http://${'['.repeat(100_000)}` }],
    ['url(x).getQuery().size()', /^0$/, { x: `http://a/?${'a=b&'.repeat(20_000)}` }],
    ["{'__proto__': 1}.size() + x.distinct().size()", /^2$/, { x: [{ constructor: 1 }] as Json }],
  ])('%s', (source, expected, values) => {
    expect(ask(source, values).text).toMatch(expected);
  });

  test('lone surrogates are text', () => {
    expect(ask('strings.quote(x)', { x: 'a\ud800' }).text).toBe(JSON.stringify('"a\ufffd"'));
    expect(ask('x.charAt(1).size()', { x: '\udc00\ud800' }).text).toBe('1');
    expect(ask('isIP(x)', { x: '1.\ud800' }).text).toBe('false');
  });
});
