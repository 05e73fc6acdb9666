import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('find and findAll', () => {
  test.each(
    rows(
      ["'abc 123'.find('[0-9]+')", '"123"'],
      ["'abc'.find('x')", '""'],
      ["'123 abc 456'.findAll('[0-9]+')", '["123", "456"]'],
      ["'123 abc 456'.findAll('[0-9]+', 1)", '["123"]'],
      ["'123 abc 456'.findAll('[0-9]+', 0)", '[]'],
      ["'123'.findAll('[0-9]', -1)", '["1", "2", "3"]'],
      ["'abc'.findAll('')", '["", "", "", ""]'],
      ["'baaab'.findAll('a*')", '["", "aaa", ""]'],
      ["'é😀é'.findAll('.')", '["é", "😀", "é"]'],
      ["'Ab'.find('(?i)aB')", '"Ab"'],
      ["'x'.findAll('y')", '[]'],
      [
        "'a'.find('(')",
        'invalid: program instantiation failed: error parsing regexp: missing closing ): `(`',
      ],
      [
        "'a'.findAll('[')",
        'invalid: program instantiation failed: error parsing regexp: missing closing ]: `[`',
      ],
      ["'a'.find(x)", 'error: Illegal regex: error parsing regexp: missing closing ): `a(`', { x: 'a(' }],
      ["'ab ab'.findAll(x, 1)", '["ab"]', { x: 'a(b)' }],
      ["'abc'.find(x)", 'error: no such overload: find(string, int)', { x: 3 }],
      ["x.find('a')", 'error: no such overload: find(int, string)', { x: 1 }],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ["x.find('a+b')", 4, { x: 'abcdefghijklmnopqrstuvwxyz' }],
    ['x.findAll(y)', 11, { x: 'abcdefghijklmnopqrstuvwxyz', y: 'abcdefghi' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
