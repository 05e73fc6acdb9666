import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('sets', () => {
  test.each(
    rows(
      ['sets.contains([1, 2, 3], [2, 3])', 'true'],
      ['sets.contains([1], [])', 'true'],
      ['sets.contains([], [1])', 'false'],
      ['sets.contains([1, 2], [2.0, 3.0].map(e, dyn(e)))', 'false'],
      ['sets.equivalent([1, 2], [2, 1, 1])', 'true'],
      ['sets.equivalent([1, 2], [2])', 'false'],
      ['sets.equivalent([[1], [2]], [[2], [1]])', 'true'],
      ['sets.intersects([1, 2], [2, 3])', 'true'],
      ['sets.intersects([1], [2])', 'false'],
      ['sets.intersects([], [])', 'false'],
      ["sets.intersects([{'a': 1}], [{'a': 1}])", 'true'],
      [
        "sets.contains([1], ['a'])",
        "invalid: found no matching overload for 'sets.contains' applied to '(list(int), list(string))'",
      ],
      ['sets.contains(x, y)', 'true', { x: [null, true, 'a', 1.5], y: [1.5, null] }],
      ['sets.contains(x, [1])', 'error: no such overload: sets.contains(string, list)', { x: 'a' }],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['sets.contains(x,y)', 9, { x: [1, 2, 3], y: [1, 2] }],
    ['sets.equivalent(x,y)', 15, { x: [1, 2, 3], y: [1, 2] }],
    ['sets.intersects(x,y)', 9, { x: [1, 2, 3], y: [1, 2] }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
