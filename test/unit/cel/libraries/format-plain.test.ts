import { describe, expect, test } from '@jest/globals';

import { ask, rows } from './answers.js';

describe('format without a locale', () => {
  test.each(
    rows(
      ["'%.3f'.format([1234.5])", '"1234.500"'],
      ["'%e'.format([1234.5678])", '"1.234568e+03"'],
      ["'%.0e %.3f'.format([9.99, 2])", '"1e+01 2.000"'],
      ["'%d %d %d'.format([1.5, double('NaN'), 1e21])", '"1.5 NaN 1000000000000000000000"'],
      [
        "'%s'.format([[1, 'a', 2.5, null, {'b': 1u}, timestamp('2020-01-01T00:00:00Z'), duration('1.5s')]])",
        '"[1, a, 2.5, null, {b: 1}, 2020-01-01T00:00:00Z, 1.5s]"',
      ],
      ["'%s'.format([{'key': b'x', 1: true}])", '"{1: true, key: x}"'],
      ["'%s %s'.format([1e21, -0.0])", '"1000000000000000000000 -0"'],
      ["'%b %o %x %X'.format([5, 8, 'ab', 255])", '"101 10 6162 FF"'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });
});
