import { describe, expect, test } from '@jest/globals';

import { ask, kubernetes, rows } from './answers.js';

describe('format as Kubernetes has it', () => {
  test.each(
    rows(
      ["'%s is %d'.format(['x', 3])", '"x is 3"'],
      ["'%%%d%%'.format([3])", '"%3%"'],
      ["'%.3f'.format([1234.5])", '"1,234.500"'],
      ["'%f'.format([1e21])", '"1,000,000,000,000,000,000,000.000000"'],
      ["'%.0f %.0f %.0f'.format([0.5, 1.5, 2.5])", '"0 2 2"'],
      ["'%.20f'.format([0.1])", '"0.10000000000000000555"'],
      ["'%f'.format([-0.000000001])", '"-0.000000"'],
      ["'%f %f %f'.format([0.0/0.0, 1.0/0.0, -1.0/0.0])", '"NaN ∞ -∞"'],
      ["'%f %e'.format(['NaN', '-Infinity'])", '"NaN     -∞"'],
      ["'%e'.format([1234.5678])", '"1.234568×10⁰³"'],
      ["'%e'.format([-1.5e-300])", '"-1.500000×10⁻³⁰⁰"'],
      ["'%.12e|%e'.format([1.5, 0.0])", '"1.500000×10⁰⁰|0.000000×10⁰⁰"'],
      [
        "'%s'.format([[1, 'a\"é\\n', 2.5, 1.0/0.0, b'abc', true, null, {'b': 1, 'a': [2u]}, timestamp('2020-01-01T00:00:00Z'), duration('1.5s'), int]])",
        '"[1, \\"a\\\\\\"é\\\\n\\", 2.500000, \\"+Inf\\", b\\"abc\\", true, null, {\\"a\\":[2], \\"b\\":1}, timestamp(\\"2020-01-01T00:00:00Z\\"), duration(\\"1.5s\\"), int]"',
      ],
      ["'%s %s %s'.format([1e300*1e300, 1000000.0, 1e-5])", '"+Inf 1e+06 1e-05"'],
      ["'%s'.format([{1: 2, true: 3, 'a': 4}])", '"{\\"a\\":4, 1:2, true:3}"'],
      ["'%s %s'.format([type(1), duration('3661.000000001s')])", '"int 3661.000000001s"'],
      [
        "'%s'.format([b'\\xff'])",
        'error: error during formatting: could not convert argument "invalid UTF-8 in bytes, cannot convert to string" to string',
      ],
      [
        "'%x %X %x %x %b %o %b'.format([-255, 255u, 'hé', b'\\xff\\x01', -5, 8, true])",
        '"-ff FF 68c3a9 ff01 -101 10 1"',
      ],
      ['x.format([1])', 'error: index 1 out of range', { x: '%d %d' }],
      [
        "x.format(['a'])",
        'error: error during formatting: decimal clause can only be used on integers, was given string',
        { x: '%d' },
      ],
      ['x.format([1])', 'error: unexpected end of string', { x: '%' }],
      [
        'x.format([1])',
        'error: could not parse formatting clause: error while parsing precision: could not find end of precision specifier',
        { x: '%.' },
      ],
      [
        'x.format([1.0])',
        'error: could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "": invalid syntax',
        { x: '%.f' },
      ],
      [
        'x.format([1.0])',
        'error: could not parse formatting clause: error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing "99999999999999999999": value out of range',
        { x: '%.99999999999999999999f' },
      ],
      [
        'x.format([1.0])',
        'error: could not parse formatting clause: unrecognized formatting clause "q"',
        { x: '%q' },
      ],
      [
        'x.format([y])',
        'error: error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given double',
        { x: '%x', y: 1.5 },
      ],
      [
        'x.format([y])',
        'error: error during formatting: only integers and bools can be formatted as binary, was given null_type',
        { x: '%b', y: null },
      ],
      [
        "x.format([dyn(quantity('1'))])",
        'error: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity',
        { x: '%s' },
      ],
      [
        'x.format([[dyn(optional.of(1))]])',
        'error: error during formatting: no formatting function for optional_type',
        { x: '%s' },
      ],
      [
        'x.format([y])',
        'error: error during formatting: octal clause can only be used on integers, was given string',
        { x: '%o', y: 'a' },
      ],
      [
        'x.format([y])',
        'error: error during formatting: scientific clause can only be used on doubles, was given int',
        { x: '%e', y: 1 },
      ],
      [
        "'%d'.format([1.0])",
        'invalid: error during formatting: decimal clause can only be used on integers, was given double',
      ],
      ["'%d %d'.format([1])", 'invalid: index 1 out of range'],
      ["'%'.format([])", 'invalid: unexpected end of string'],
      ["'a'.format([1])", 'invalid: too many arguments supplied to string.format (expected 0, got 1)'],
      ["'%q'.format([1])", 'invalid: could not parse formatting clause: unrecognized formatting clause "q"'],
      [
        "'%s'.format([quantity('1')])",
        'invalid: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity',
      ],
      [
        "'%s'.format([[1, quantity('1')]])",
        'invalid: error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given kubernetes.Quantity',
      ],
      ["'%s %d'.format(['a', 1])", '"a 1"'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });
});
