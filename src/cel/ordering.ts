// CEL's `<` and its relations. Numbers compare by value across int, uint and double; strings by code point. Source of
// truth: google/cel-spec, doc/langdef.md ("Ordering").
import { CelDouble, CelDuration, CelTimestamp, CelUint, type CelValue } from './values.js';

/** Negative, zero or positive; NaN where a NaN makes the two unordered; undefined where they cannot be compared. */
export function compare(left: CelValue, right: CelValue): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string') return typeof right === 'string' ? compareStrings(left, right) : undefined;
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : undefined;
  const number = numberOf(left);
  if (number !== undefined) {
    const other = numberOf(right);
    if (other === undefined) return undefined;
    // With a double, integers compare as doubles do, at their precision.
    const double = left instanceof CelDouble || right instanceof CelDouble;
    return double ? compareNumbers(Number(number), Number(other)) : compareNumbers(number, other);
  }
  if (left instanceof CelTimestamp && right instanceof CelTimestamp)
    return compareNumbers(left.nanos, right.nanos);
  if (left instanceof CelDuration && right instanceof CelDuration)
    return compareNumbers(left.nanos, right.nanos);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  return undefined;
}

function numberOf(value: CelValue): number | bigint | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return value instanceof CelDouble || value instanceof CelUint ? value.value : undefined;
}

/** JavaScript compares numbers with bigints exactly. */
function compareNumbers(left: number | bigint, right: number | bigint): number {
  return left < right ? -1 : left > right ? 1 : left <= right ? 0 : Number.NaN;
}

/** By code point, where JavaScript compares UTF-16 units: they differ only beyond the surrogates. */
export function compareStrings(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const one = left.charCodeAt(index);
    const other = right.charCodeAt(index);
    if (one === other) continue;
    const surrogates = Number(isSurrogate(one)) - Number(isSurrogate(other));
    return surrogates !== 0 && one >= 0xd800 && other >= 0xd800 ? surrogates : one - other;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
