// Values and expectations in words.
import { toJson } from '../json.js';
import { OPERATORS } from '../operators.js';
import type { CelError, CelValue } from '../values.js';

const MAX_SHOWN = 120;

/** A value as it reads after "expected": strings quoted, lists short. */
export function showValue(value: CelValue): string {
  const json = toJson(value);
  const text = typeof json === 'string' ? `'${json}'` : JSON.stringify(json);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** What a comparison wants of its left side: by operator, when it should hold and when it should not. */
const COMPARISONS: Readonly<Record<string, readonly [string, string]>> = {
  [OPERATORS.equals]: ['', 'anything but '],
  [OPERATORS.notEquals]: ['anything but ', ''],
  [OPERATORS.less]: ['less than ', 'at least '],
  [OPERATORS.lessEquals]: ['at most ', 'more than '],
  [OPERATORS.greater]: ['more than ', 'at most '],
  [OPERATORS.greaterEquals]: ['at least ', 'less than '],
  [OPERATORS.in]: ['one of ', 'none of '],
};

/** The same comparison with its sides changed: `3 <= a` wants of a what `a >= 3` does. */
const MIRRORED: Readonly<Record<string, string>> = {
  [OPERATORS.less]: OPERATORS.greater,
  [OPERATORS.lessEquals]: OPERATORS.greaterEquals,
  [OPERATORS.greater]: OPERATORS.less,
  [OPERATORS.greaterEquals]: OPERATORS.lessEquals,
};

export const isComparison = (operator: string): boolean => Object.hasOwn(COMPARISONS, operator);

/** `at least 3`, where the comparison with `other` should (`wanted`) or should not hold. */
export function comparisonPhrase(
  operator: string,
  other: CelValue,
  wanted: boolean,
  mirrored: boolean,
): string {
  const [holds, fails] = COMPARISONS[mirrored ? (MIRRORED[operator] ?? operator) : operator] ?? ['', 'not '];
  if (typeof other === 'boolean' && (operator === OPERATORS.equals || operator === OPERATORS.notEquals)) {
    return String((operator === OPERATORS.equals) === wanted ? other : !other);
  }
  return `${wanted ? holds : fails}${showValue(other)}`;
}

/** Functions of a text that read well in a sentence. */
const TESTS: Readonly<Record<string, string>> = {
  startsWith: 'start with',
  endsWith: 'end with',
  contains: 'contain',
  matches: 'match',
};

/** `to start with 'a'`; undefined for functions that have no phrase. */
export function testPhrase(
  name: string,
  argument: CelValue | CelError | undefined,
  wanted: boolean,
): string | undefined {
  const verb = Object.hasOwn(TESTS, name) ? TESTS[name] : undefined;
  if (verb === undefined || argument === undefined) return undefined;
  return `${wanted ? '' : 'not '}to ${verb} ${showValue(argument as CelValue)}`; // the caller passes values only
}
