// The operators of `require`: a test on one value, and the phrase that says what was expected.
import { isJsonObject, type JsonValue } from '../../../kubernetes/index.js';
import { compileMagnitude, type Magnitude } from '../../magnitude.js';
import { compilePattern } from '../../pattern.js';
import type { OperatorName } from './schema.js';

/** A compiled operator. */
export interface FieldCheck {
  /** `value` is undefined where the field is not set. */
  test(value: JsonValue | undefined): boolean;
  /** `false or unset`, `one of a, b`; empty where "unset" or "set" says it all. */
  readonly expected: string;
}

export type FieldCheckResult =
  | { readonly ok: true; readonly check: FieldCheck }
  | { readonly ok: false; readonly message: string };

/** Equality of JSON values: numbers by value, objects by their own keys in any order. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => equalJson(item, b[index] as JsonValue)); // same length
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJson(a[key] as JsonValue, b[key] as JsonValue)) // own keys
  );
}

const show = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));
const showAll = (values: readonly JsonValue[]): string => values.map(show).join(', ');
const asList = (value: JsonValue): readonly JsonValue[] => (Array.isArray(value) ? value : [value]);
const ok = (expected: string, test: FieldCheck['test']): FieldCheckResult => ({
  ok: true,
  check: { expected, test },
});
const refused = (message: string): FieldCheckResult => ({ ok: false, message });

/** What a boolean must be instead; other values read as "anything but". */
function opposite(value: JsonValue): string {
  if (typeof value === 'boolean') return `${!value} or unset`;
  return `anything but ${show(value)}`;
}

function contains(container: JsonValue | undefined, wanted: JsonValue): boolean {
  if (typeof container === 'string') return typeof wanted === 'string' && container.includes(wanted);
  if (Array.isArray(container)) return container.some((item) => equalJson(item, wanted));
  return isJsonObject(container) && typeof wanted === 'string' && Object.hasOwn(container, wanted);
}

/** Membership, by set lookup for the usual lists of scalars. */
function memberTest(values: readonly JsonValue[]): (value: JsonValue) => boolean {
  const scalars = new Set<JsonValue>(values.filter((value) => typeof value !== 'object' || value === null));
  const rest = values.filter((value) => typeof value === 'object' && value !== null);
  return (value) => scalars.has(value) || rest.some((candidate) => equalJson(candidate, value));
}

function pattern(source: JsonValue, negate: boolean): FieldCheckResult {
  if (typeof source !== 'string') return refused('takes a regular expression in RE2 syntax');
  const compiled = compilePattern(source);
  if (!compiled.ok) return refused(`is not a regular expression in RE2 syntax: ${compiled.message}`);
  const { test } = compiled;
  if (negate) return ok(`not to match ${source}`, (value) => typeof value !== 'string' || !test(value));
  return ok(`to match ${source}`, (value) => typeof value === 'string' && test(value));
}

function affix(
  value: JsonValue,
  word: string,
  test: (text: string, part: string) => boolean,
): FieldCheckResult {
  const parts = asList(value).filter((part) => typeof part === 'string');
  if (parts.length !== asList(value).length) return refused('takes a string or a list of strings');
  const expected =
    parts.length === 1 ? `to ${word} with ${parts[0]}` : `to ${word} with one of ${showAll(parts)}`;
  return ok(expected, (found) => typeof found === 'string' && parts.some((part) => test(found, part)));
}

function bound(value: JsonValue, word: string, holds: (order: number) => boolean): FieldCheckResult {
  const magnitude: Magnitude | undefined = compileMagnitude(value);
  if (magnitude === undefined)
    return refused('takes a number, a quantity such as 500m or 1Gi, or a duration such as 1h30m');
  return ok(`${word} ${show(value)}`, (found) => {
    const order = found === undefined ? undefined : magnitude.compareTo(found);
    return order !== undefined && holds(order);
  });
}

type OperatorCompiler = (value: JsonValue) => FieldCheckResult;

/** Every operator. Unset fields satisfy the negative ones (`absent, notEquals, notIn, notMatches`) only. */
const OPERATORS: Readonly<Record<OperatorName, OperatorCompiler>> = {
  exists: () => ok('', (value) => value !== undefined && value !== null),
  absent: () => ok('unset', (value) => value === undefined || value === null),
  equals: (wanted) => ok(show(wanted), (value) => value !== undefined && equalJson(value, wanted)),
  notEquals: (wanted) => ok(opposite(wanted), (value) => value === undefined || !equalJson(value, wanted)),
  in: (values) => {
    const list = asList(values);
    const isMember = memberTest(list);
    return ok(`one of ${showAll(list)}`, (value) => value !== undefined && isMember(value));
  },
  notIn: (values) => {
    const list = asList(values);
    const isMember = memberTest(list);
    return ok(`none of ${showAll(list)}`, (value) => value === undefined || !isMember(value));
  },
  matches: (source) => pattern(source, false),
  notMatches: (source) => pattern(source, true),
  contains: (wanted) => ok(`to contain ${show(wanted)}`, (value) => contains(value, wanted)),
  startsWith: (value) => affix(value, 'start', (text, part) => text.startsWith(part)),
  endsWith: (value) => affix(value, 'end', (text, part) => text.endsWith(part)),
  atLeast: (value) => bound(value, 'at least', (order) => order >= 0),
  atMost: (value) => bound(value, 'at most', (order) => order <= 0),
};

/** Compiles one operator with its value, parameters already put in. */
export function compileFieldCheck(operator: OperatorName, value: JsonValue): FieldCheckResult {
  return OPERATORS[operator](value);
}
