import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('versions', () => {
  test.each(
    rows(
      ["semver('1.2.3')", 'kubernetes.Semver 1.2.3'],
      ["semver('1.2.3-alpha.1+b.5')", 'kubernetes.Semver 1.2.3-alpha.1+b.5'],
      ["semver('v1.2.3')", 'error: Invalid character(s) found in major number "v1"'],
      ["semver('1.2')", 'error: No Major.Minor.Patch elements found'],
      ["semver('')", 'error: Version string empty'],
      ["semver('01.2.3')", 'error: Major number must not contain leading zeroes "01"'],
      ["semver('1.2.x')", 'error: Invalid character(s) found in patch number "x"'],
      ["semver('1.2.3-')", 'error: Prerelease is empty'],
      ["semver('1.2.3-01')", 'error: Numeric PreRelease version must not contain leading zeroes "01"'],
      ["semver('1.2.3-a_b')", 'error: Invalid character(s) found in prerelease "a_b"'],
      ["semver('1.2.3+')", 'error: Build meta data is empty'],
      ["semver('1.2.3+a_b')", 'error: Invalid character(s) found in build meta data "a_b"'],
      ["semver('1..3')", 'error: strconv.ParseUint: parsing "": invalid syntax'],
      [
        "semver('99999999999999999999.0.0')",
        'error: strconv.ParseUint: parsing "99999999999999999999": value out of range',
      ],
      ["semver('v01.1', true)", 'kubernetes.Semver 1.1.0'],
      ["semver('1', true)", 'kubernetes.Semver 1.0.0'],
      ["semver('1.0-beta', true)", 'error: short version cannot contain PreRelease/Build meta data'],
      ["semver('x', true)", 'error: Invalid character(s) found in major number "x"'],
      ["isSemver('1.2.3')", 'true'],
      ["isSemver('1.2.3 ')", 'false'],
      ["isSemver('v1.2', true)", 'true'],
      ["isSemver('v1.2', false)", 'false'],
      ["semver('1.2.3').major()", '1'],
      ["semver('1.2.3').minor()", '2'],
      ["semver('1.2.3').patch()", '3'],
      ["semver('18446744073709551615.0.0').major()", '-1'],
      ["semver('1.0.0').isLessThan(semver('1.0.1'))", 'true'],
      ["semver('1.0.0-a').isLessThan(semver('1.0.0'))", 'true'],
      ["semver('1.0.0-1').isLessThan(semver('1.0.0-a'))", 'true'],
      ["semver('1.0.0-a.2').compareTo(semver('1.0.0-a.10'))", '-1'],
      ["semver('1.0.0-a').compareTo(semver('1.0.0-a.1'))", '-1'],
      ["semver('1.0.0+x') == semver('1.0.0+y')", 'true'],
      ["semver('2.0.0').isGreaterThan(semver('1.9.9'))", 'true'],
      [
        "semver('1.0.0').isLessThan(quantity('1'))",
        "invalid: found no matching overload for 'isLessThan' applied to 'kubernetes.Semver.(kubernetes.Quantity)'",
      ],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['semver(x)', 3, { x: '10.20.30-alpha.beta' }],
    ['isSemver(x, true)', 3, { x: '10.20.30-alpha.beta' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
