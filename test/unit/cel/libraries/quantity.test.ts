import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('quantities', () => {
  test.each(
    rows(
      ["isQuantity('1.5Gi')", 'true'],
      ["isQuantity('1e3')", 'true'],
      ["isQuantity('1E')", 'true'],
      ["isQuantity('1.')", 'true'],
      ["isQuantity('.5')", 'true'],
      ["isQuantity('Mi')", 'true'],
      ["isQuantity('1K')", 'false'],
      ["isQuantity('1mi')", 'false'],
      ["isQuantity('')", 'false'],
      ["isQuantity('-')", 'true'],
      ["isQuantity('1e99999999999999999999')", 'false'],
      ["isQuantity('1 Gi')", 'false'],
      [
        "quantity('')",
        "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      ],
      [
        "quantity('1Gb')",
        "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      ],
      ["quantity('Ei')", 'error: unable to parse numeric part of quantity'],
      [
        "quantity('1.2.3')",
        "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
      ],
      ["quantity('1500m')", 'kubernetes.Quantity 1500m'],
      ["quantity('1.5')", 'kubernetes.Quantity 1500m'],
      ["quantity('1024')", 'kubernetes.Quantity 1024'],
      ["quantity('1536Mi')", 'kubernetes.Quantity 1536Mi'],
      ["quantity('1.5Gi')", 'kubernetes.Quantity 1536Mi'],
      ["quantity('2048Ki')", 'kubernetes.Quantity 2Mi'],
      ["quantity('0.5Mi')", 'kubernetes.Quantity 512Ki'],
      ["quantity('0.1Ki')", 'kubernetes.Quantity 102400m'],
      ["quantity('1000000')", 'kubernetes.Quantity 1M'],
      ["quantity('12e6')", 'kubernetes.Quantity 12e6'],
      ["quantity('1000e3')", 'kubernetes.Quantity 1e6'],
      ["quantity('0.0000000001')", 'kubernetes.Quantity 1n'],
      ["quantity('-0.0000000001')", 'kubernetes.Quantity -1n'],
      ["quantity('9223372036854775807Ei')", 'kubernetes.Quantity 9223372036854775807'],
      ["quantity('99999999999999999999')", 'kubernetes.Quantity 99999999999999999999'],
      ["quantity('-1Gi')", 'kubernetes.Quantity -1Gi'],
      ["quantity('0')", 'kubernetes.Quantity 0'],
      ["quantity('0Gi')", 'kubernetes.Quantity 0'],
      ["quantity('50k').asInteger()", '50000'],
      ["quantity('1000m').asInteger()", 'error: cannot convert value to integer'],
      ["quantity('0.5').isInteger()", 'false'],
      ["quantity('1000m').isInteger()", 'false'],
      ["quantity('9999999999999999999').isInteger()", 'false'],
      ["quantity('1Ei').asInteger()", 'error: cannot convert value to integer'],
      ["quantity('50.703k').asApproximateFloat()", 'double 50703'],
      ["quantity('1m').asApproximateFloat()", 'double 0.001'],
      ["sign(quantity('-1'))", '-1'],
      ["sign(quantity('0'))", '0'],
      [
        "quantity('1').sign()",
        "invalid: found no matching overload for 'sign' applied to 'kubernetes.Quantity.()'",
      ],
      ["quantity('1Gi').isGreaterThan(quantity('1G'))", 'true'],
      ["quantity('1Gi').isLessThan(quantity('1G'))", 'false'],
      ["quantity('1').compareTo(quantity('1000m'))", '0'],
      ["quantity('1e-20').compareTo(quantity('1n'))", '0'],
      ["quantity('1') == quantity('1000m')", 'true'],
      ["quantity('1') in [quantity('1000m')]", 'true'],
      ['quantity(x) == y', 'error: no such overload', { x: '1', y: '1' }],
      ['quantity(x) != y', 'true', { x: '1', y: '1' }],
      ["quantity('50k').add(quantity('20'))", 'kubernetes.Quantity 50020'],
      ["quantity('1Gi').add(quantity('1Mi'))", 'kubernetes.Quantity 1025Mi'],
      ["quantity('1').add(quantity('1m'))", 'kubernetes.Quantity 1001m'],
      ["quantity('0').add(quantity('1Gi'))", 'kubernetes.Quantity 1Gi'],
      ["quantity('1Gi').add(1)", 'kubernetes.Quantity 1073741825'],
      ["quantity('1').sub(quantity('1500m'))", 'kubernetes.Quantity -500m'],
      ["quantity('1Gi').sub(1073741824)", 'kubernetes.Quantity 0'],
      ["quantity('9223372036854775807').add(1)", 'kubernetes.Quantity 9223372036854775808'],
      [
        "quantity('1').add('1')",
        "invalid: found no matching overload for 'add' applied to 'kubernetes.Quantity.(string)'",
      ],
      ['quantity(x)', 'error: no such overload: quantity(int)', { x: 1 }],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['quantity(x)', 3, { x: '100000000000000Mi' }],
    ['isQuantity(x)', 3, { x: '100000000000000Mi' }],
    ['quantity(x).add(quantity(y)).isLessThan(quantity(x))', 8, { x: '1Gi', y: '1Mi' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
