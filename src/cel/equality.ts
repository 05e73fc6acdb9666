// CEL's `==`: across types false, across kinds of number by value, deep in lists and maps. Source of truth:
// google/cel-spec, doc/langdef.md ("Equality").
import { canonicalKey, mapSize } from './maps.js';
import {
  CelDouble,
  CelDuration,
  CelMap,
  type CelMapValue,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  isMap,
  type JsonObject,
} from './values.js';

/** Counts the steps of deep comparisons, for what Kubernetes' cost model leaves out. */
export const comparisonWork = { steps: 0 };

/** Whether two values are equal. */
export function equals(left: CelValue, right: CelValue): boolean {
  // The only value not equal to itself is NaN, and that is an object here.
  if (left === right) return !(left instanceof CelDouble && Number.isNaN(left.value));
  if (typeof left !== 'object' && typeof right !== 'object') {
    return (
      (typeof left === 'bigint' || typeof right === 'bigint') &&
      isNumber(left) &&
      isNumber(right) &&
      same(left, right)
    );
  }
  if (left === null || right === null) return false;
  // One of the two is an object.
  return typeof left === 'object'
    ? equalsObject(left, right)
    : equalsObject(right as object & CelValue, left);
}

function isNumber(value: CelValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** An int beyond the safe integers may be a JSON number on one side and a bigint on the other; both compare exactly. */
function same(left: number | bigint, right: number | bigint): boolean {
  return left <= right && left >= right;
}

function equalsObject(left: object & CelValue, right: CelValue): boolean {
  if (Array.isArray(left)) return Array.isArray(right) && equalsList(left, right);
  if (left instanceof CelDouble) return equalsDouble(left.value, right);
  if (left instanceof CelUint) return equalsNumber(left.value, right);
  if (typeof right !== 'object' || right === null) return false;
  if (left instanceof CelOpaque) return right instanceof CelOpaque && left.equals(right);
  if (left instanceof CelTimestamp) return right instanceof CelTimestamp && left.nanos === right.nanos;
  if (left instanceof CelDuration) return right instanceof CelDuration && left.nanos === right.nanos;
  if (left instanceof Uint8Array) return right instanceof Uint8Array && equalsBytes(left, right);
  if (left instanceof CelType) return right instanceof CelType && left.name === right.name;
  if (left instanceof CelOptional) {
    if (!(right instanceof CelOptional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equals(left.value, right.value);
  }
  return isMap(left) && isMap(right) && equalsMap(left, right);
}

/** Integers compare with doubles as doubles, at their precision. */
function equalsDouble(left: number, right: CelValue): boolean {
  if (typeof right === 'number') return left === right;
  if (typeof right === 'bigint') return left === Number(right);
  return (right instanceof CelDouble || right instanceof CelUint) && left === Number(right.value);
}

function equalsNumber(left: number | bigint, right: CelValue): boolean {
  if (right instanceof CelDouble) return Number(left) === right.value;
  const other = right instanceof CelUint ? right.value : right;
  return isNumber(other) && same(left, other);
}

function equalsList(left: readonly CelValue[], right: readonly CelValue[]): boolean {
  if (left.length !== right.length) return false;
  comparisonWork.steps += left.length;
  for (let index = 0; index < left.length; index++) {
    if (!equals(left[index] as CelValue, right[index] as CelValue)) return false;
  }
  return true;
}

export function equalsBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function equalsMap(left: CelMapValue, right: CelMapValue): boolean {
  const size = mapSize(left);
  if (size !== mapSize(right)) return false;
  comparisonWork.steps += size;
  if (!(left instanceof CelMap)) return equalsJsonObject(left, right);
  if (!(right instanceof CelMap)) return equalsJsonObject(right, left);
  for (const [key, value] of left.values) {
    const other = right.values.get(key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
}

function equalsJsonObject(left: JsonObject, right: CelMapValue): boolean {
  for (const key of Object.keys(left)) {
    const other =
      right instanceof CelMap ? right.values.get(key) : Object.hasOwn(right, key) ? right[key] : undefined;
    if (other === undefined || !equals(left[key] as CelValue, other)) return false;
  }
  return true;
}

/** Whether a list has an element equal to a value. */
export function listContains(list: readonly CelValue[], value: CelValue): boolean {
  comparisonWork.steps += list.length;
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return list.includes(value);
  for (const element of list) if (equals(element, value)) return true;
  return false;
}

/** What `value in set` of constants looks up; undefined for values that are no key, which no scalar equals. */
export function membershipKey(value: CelValue): string | boolean | number | bigint | undefined {
  return typeof value === 'number' ? value : canonicalKey(value);
}
