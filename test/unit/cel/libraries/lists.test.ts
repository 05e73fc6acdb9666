import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('list functions', () => {
  test.each(
    rows(
      ['[1, 2, 2].isSorted()', 'true'],
      ['[2, 1].isSorted()', 'false'],
      ['[].isSorted()', 'true'],
      ["['a', 'b'].isSorted()", 'true'],
      ["[duration('1s'), duration('2s')].isSorted()", 'true'],
      ['x.isSorted()', 'true', { x: [1, 'a', 0] }],
      ['x.isSorted()', 'error: no such overload: isSorted(list)', { x: [[1]] }],
      ['x.isSorted()', 'error: no such overload: isSorted(string)', { x: 'abc' }],
      ['[1, 3].sum()', '4'],
      ['[1u, 3u].sum()', '4u'],
      ['[1.5, 2.5].sum()', 'double 4'],
      ["[duration('1s'), duration('2s')].sum()", '3s'],
      ['[1.5].filter(e, false).sum()', 'double 0'],
      ["['a'].sum()", "invalid: found no matching overload for 'sum' applied to 'list(string).()'"],
      ['[9223372036854775807, 1].sum()', 'error: integer overflow'],
      ['x.sum()', '0', { x: [] }],
      ['x.sum()', 'double 4', { x: [1.5, 2.5] }],
      ['x.sum()', 'error: no such overload', { x: [1, 2.5] }],
      ['x.sum()', 'error: no such overload: sum(list)', { x: ['a'] }],
      ['[3, 1, 2].min()', '1'],
      ['[3, 1, 2].max()', '3'],
      ["['b', 'a'].min()", '"a"'],
      ['[true, false].max()', 'true'],
      [
        "[timestamp('2020-01-02T00:00:00Z'), timestamp('2020-01-01T00:00:00Z')].min() == timestamp('2020-01-01T00:00:00Z')",
        'true',
      ],
      ['x.min()', 'error: min called on empty list', { x: [] }],
      ['x.max()', 'error: max called on empty list', { x: [] }],
      ['x.max()', '3', { x: [1, 'a', 3] }],
      ['x.max()', 'error: no such overload: max(list)', { x: [null] }],
      ['x.max()', 'error: no such overload', { x: [1, null] }],
      ['[1, 2, 2].indexOf(2)', '1'],
      ['[1, 2, 2].lastIndexOf(2)', '2'],
      ['[1].indexOf(2)', '-1'],
      ['[[1], [2]].indexOf([2])', '1'],
      ['x.indexOf(2.0)', '1', { x: [1, 2] }],
      [
        "[1].indexOf('a')",
        "invalid: found no matching overload for 'indexOf' applied to 'list(int).(string)'",
      ],
      ['[1, 2, 3, 4].slice(1, 3)', '[2, 3]'],
      ['[1].slice(0, 2)', 'error: cannot slice(0, 2), list is length 1'],
      ['[1].slice(-1, 1)', 'error: cannot slice(-1, 1), negative indexes not supported'],
      ['[1].slice(1, 0)', 'error: cannot slice(1, 0), start index must be less than or equal to end index'],
      ['[1].slice(0, 0)', '[]'],
      [
        '[[1, 2], [3, [4]].map(e, dyn(e))].size()',
        "invalid: expected type 'int' but found 'list(int)'; expected type 'list(int)' but found 'list(dyn)'",
      ],
      ['[[1, 2], [3]].flatten()', '[1, 2, 3]'],
      [
        'dyn([[1, [2, [3]]], 4]).flatten(2)',
        "invalid: expected type 'int' but found 'list(dyn)'; expected type 'int' but found 'list(int)'; expected type 'list(dyn)' but found 'int'",
      ],
      ['[[1]].flatten(0)', '[[1]]'],
      ['[[1]].flatten(-1)', 'error: level must be non-negative'],
      ['x.flatten()', '[1, 2, [3]]', { x: [1, [2, [3]]] }],
      ['[3, 1, 2].sort()', '[1, 2, 3]'],
      ["['b', 'a'].sort()", '["a", "b"]'],
      ['x.sort()', 'error: list elements must have the same type', { x: [2, 1.5] }],
      ['x.sort()', 'error: list elements must be comparable', { x: [null] }],
      ['x.sort()', '[]', { x: [] }],
      ["['bb', 'a', 'ccc'].sortBy(e, -size(e))", '["ccc", "bb", "a"]'],
      ['[3, 1].sortBy(e, string(e))', '[1, 3]'],
      [
        "'abc'.sortBy(e, e)",
        'invalid: sortBy can only be applied to a list, identifier, comprehension, call or select expression',
      ],
      ['[1].sortBy(e.f, e)', 'invalid: argument is not an identifier'],
      ['[1, 2, 2, 1].distinct()', '[1, 2]'],
      [
        'x.distinct()',
        '["a", {"k": [1]}, null, 1, true]',
        { x: ['a', { k: [1] }, 'a', { k: [1] }, null, null, 1, true] },
      ],
      ["[dyn(1), dyn(1.0), dyn(1u), dyn('1')].distinct()", '[1, "1"]'],
      ['lists.range(3)', '[0, 1, 2]'],
      ['lists.range(0)', '[]'],
      ['lists.range(-1)', '[]'],
      ['[1, 2, 3].reverse()', '[3, 2, 1]'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['x.sum()', 4, { x: [1, 2, 3] }],
    ['x.isSorted()', 2, { x: ['abcdefghijk', 'b'] }],
    ['[3,1,2].sort()', 29, {}],
    ["['b','a'].sort()", 19, {}],
    ['x.slice(0,1)', 13, { x: [1, 2] }],
    ['x.distinct()', 30, { x: [1, 2, 3] }],
    ['[[1],[2,3]].flatten()', 13, {}],
    ['lists.range(x)', 17, { x: 5 }],
    ['x.sortBy(e,-e)', 47, { x: [3, 2, 1] }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
