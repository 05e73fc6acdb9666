import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareQuantities,
  parseGoDuration,
  parseQuantity,
  parseSettingDuration,
} from '../../../src/kubernetes/index.js';

function quantity(text: string) {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.quantity;
}

describe('quantities', () => {
  test.each([
    ['100m', '0.1', 0],
    ['1Gi', '1073741824', 0],
    ['1G', '1Gi', -1],
    ['1e3', '1k', 0],
    ['1E', '1e18', 0],
    ['.5', '500m', 0],
    ['5.', '5', 0],
    ['-1', '1n', -1],
    ['+1', '1', 0],
    ['0.000000001', '1n', 0],
    ['1.5Gi', '1536Mi', 0],
    ['9223372036854775808', '9223372036854775807', 1],
  ])('%s against %s is %i', (a, b, order) => {
    expect(Math.sign(compareQuantities(quantity(a), quantity(b)))).toBe(order);
    expect(Math.sign(compareQuantities(quantity(b), quantity(a)))).toBe(order === 0 ? 0 : -order);
  });

  test.each([
    '',
    ' 1',
    '1 ',
    '1gi',
    '1KI',
    'Gi',
    '1ee3',
    '1e',
    '--1',
    '0x1',
    '1_000',
    '1e9999999',
    '١',
    '9'.repeat(500),
  ])('refuses %j', (text) => {
    expect(parseQuantity(text).ok).toBe(false);
  });

  test('compare as the integers they stand for', () => {
    const suffix = fc.constantFrom('', 'k', 'M', 'Ki', 'Mi');
    const size = { '': 1n, k: 1000n, M: 1000000n, Ki: 1024n, Mi: 1048576n } as const;
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 18n), 10n ** 18n),
        suffix,
        fc.bigInt(-(10n ** 18n), 10n ** 18n),
        suffix,
        (a, s, b, t) => {
          const [left, right] = [a * size[s], b * size[t]];
          const expected = left < right ? -1 : left > right ? 1 : 0;
          expect(compareQuantities(quantity(`${a}${s}`), quantity(`${b}${t}`))).toBe(expected);
        },
      ),
    );
  });
});

describe('durations', () => {
  test.each([
    ['1h30m', 5_400_000_000_000n],
    ['-1.5s', -1_500_000_000n],
    ['0', 0n],
    ['.5s', 500_000_000n],
    ['1us2ns', 1_002n],
  ])('Go reads %s', (text, nanoseconds) => {
    expect(parseGoDuration(text)).toEqual({ ok: true, nanoseconds });
  });

  test.each(['', '1', '1d', 's', '1.s.', '1h 2m', `${'9'.repeat(30)}h`])('Go refuses %j', (text) => {
    expect(parseGoDuration(text).ok).toBe(false);
  });

  test.each([
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['1h30m', 5_400_000],
  ])('a setting reads %s', (text, milliseconds) => {
    expect(parseSettingDuration(text)).toEqual({ ok: true, milliseconds });
  });

  test.each(['-1d', '1.5d', '30', 'd'])('a setting refuses %j', (text) => {
    expect(parseSettingDuration(text).ok).toBe(false);
  });
});
