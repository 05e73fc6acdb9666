import { describe, expect, test } from '@jest/globals';

import { ask, rows } from './answers.js';

describe('math', () => {
  test.each(
    rows(
      ['math.greatest(1, 2.5, 3u)', "invalid: expected type 'int' but found 'double'"],
      ['math.least(1, -2.5)', 'double -2.5'],
      ['math.greatest([1, 3, 2])', '3'],
      ['math.least(5)', '5'],
      ['math.greatest(1, 1.0)', '1'],
      ['math.greatest()', 'invalid: math.greatest() requires at least one argument'],
      ["math.greatest('a')", 'invalid: math.greatest() invalid single argument value'],
      ['math.least([])', 'invalid: math.least() invalid single argument value'],
      ["math.least(1, 'a')", 'invalid: math.least() simple literal arguments must be numeric'],
      ['math.greatest(x)', '5', { x: [1, 5] }],
      ['math.greatest(x)', 'error: math.@max(list) argument must not be empty', { x: [] }],
      ['math.greatest(x, 1)', 'error: no such overload: math.@max(string, int)', { x: 'a' }],
      ['math.least(0.0/0.0, 1.0)', 'error: NaN values cannot be ordered: math.@min'],
      ['math.ceil(1.2)', 'double 2'],
      ['math.floor(-1.2)', 'double -2'],
      ['math.round(-2.5)', 'double -3'],
      ['math.round(0.49999999999999994)', 'double 0'],
      ['math.trunc(-1.9)', 'double -1'],
      ['math.round(0.0/0.0)', 'double NaN'],
      ['math.abs(-3)', '3'],
      ['math.abs(-9223372036854775808)', 'error: integer overflow'],
      ['math.abs(-1.5)', 'double 1.5'],
      ['math.abs(3u)', '3u'],
      ['math.sign(-3)', '-1'],
      ['math.sign(0u)', '0u'],
      ['math.sign(-0.5)', 'double -1'],
      ['math.sign(0.0/0.0)', 'double NaN'],
      ['math.isNaN(0.0/0.0)', 'true'],
      ['math.isInf(-1.0/0.0)', 'true'],
      ['math.isFinite(1.0)', 'true'],
      ['math.sqrt(81)', 'double 9'],
      ['math.sqrt(2.0)', 'double 1.4142135623730951'],
      ['math.sqrt(-1)', 'double NaN'],
      ['math.ceil(1)', "invalid: found no matching overload for 'math.ceil' applied to '(int)'"],
      ['math.bitAnd(-1, 6)', '6'],
      ['math.bitOr(4u, 1u)', '5u'],
      ['math.bitXor(-1, 1)', '-2'],
      ['math.bitNot(0)', '-1'],
      ['math.bitNot(0u)', '18446744073709551615u'],
      ['math.bitShiftLeft(1, 63)', '-9223372036854775808'],
      ['math.bitShiftLeft(1, 64)', '0'],
      ['math.bitShiftRight(-8, 1)', '9223372036854775804'],
      ['math.bitShiftRight(8u, 2)', '2u'],
      ['math.bitShiftRight(1, -1)', 'error: math.bitShiftRight() negative offset: -1'],
      ['math.bitShiftLeft(1u, -1)', 'error: math.bitShiftLeft() negative offset: -1'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });
});
