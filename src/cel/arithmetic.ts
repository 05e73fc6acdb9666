// `+ - * / %` and negation on every kind of value that has them, exact and checked over 64 bits. Source of truth:
// google/cel-spec, doc/langdef.md ("Numeric Values") and cel-go's common/types/overflow.go.
import {
  CelDouble,
  CelDuration,
  type CelError,
  CelTimestamp,
  CelUint,
  type CelValue,
  celError,
  isDouble,
  isInt,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  makeDouble,
  makeInt,
} from './values.js';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
type Result = CelValue | CelError;

/** Nanoseconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z. */
export const MIN_TIMESTAMP = -62_135_596_800_000_000_000n;
export const MAX_TIMESTAMP = 253_402_300_799_999_999_999n;

/** A timestamp, or an error outside the years 1 to 9999. */
export function timestampChecked(nanos: bigint): CelTimestamp | CelError {
  return nanos < MIN_TIMESTAMP || nanos > MAX_TIMESTAMP
    ? celError('timestamp overflow')
    : new CelTimestamp(nanos);
}

/** A duration, or an error outside 64 bits of nanoseconds. */
export function durationChecked(nanos: bigint): CelDuration | CelError {
  return nanos < MIN_INT || nanos > MAX_INT ? celError('duration overflow') : new CelDuration(nanos);
}

/** The result of a binary operator; `no such overload` where the operands have none. */
export function calculate(operator: ArithmeticOperator, left: CelValue, right: CelValue): Result {
  if (isInt(left)) return isInt(right) ? calculateInt(operator, BigInt(left), BigInt(right)) : noOverload();
  if (left instanceof CelUint) {
    if (!(right instanceof CelUint)) return noOverload();
    return calculateUint(operator, BigInt(left.value), BigInt(right.value));
  }
  if (isDouble(left))
    return isDouble(right) && operator !== '%' ? calculateDouble(operator, left, right) : noOverload();
  if (left instanceof CelTimestamp || left instanceof CelDuration)
    return calculateTime(operator, left, right);
  return operator === '+' ? concatenate(left, right) : noOverload();
}

function noOverload(): CelError {
  return celError('no such overload');
}

function calculateBig(operator: ArithmeticOperator, left: bigint, right: bigint): bigint | CelError {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0n ? celError('division by zero') : left / right;
    case '%':
      return right === 0n ? celError('modulus by zero') : left % right;
  }
}

function calculateInt(operator: ArithmeticOperator, left: bigint, right: bigint): Result {
  if (operator === '%' && left === MIN_INT && right === -1n) return celError('integer overflow');
  const result = calculateBig(operator, left, right);
  if (typeof result !== 'bigint') return result;
  return result > MAX_INT || result < MIN_INT ? celError('integer overflow') : makeInt(result);
}

function calculateUint(operator: ArithmeticOperator, left: bigint, right: bigint): Result {
  const result = calculateBig(operator, left, right);
  if (typeof result !== 'bigint') return result;
  return result > MAX_UINT || result < 0n
    ? celError('unsigned integer overflow')
    : new CelUint(makeInt(result));
}

function calculateDouble(
  operator: ArithmeticOperator,
  left: number | CelDouble,
  right: number | CelDouble,
): Result {
  const one = left instanceof CelDouble ? left.value : left;
  const other = right instanceof CelDouble ? right.value : right;
  if (operator === '+') return makeDouble(one + other);
  if (operator === '-') return makeDouble(one - other);
  return makeDouble(operator === '*' ? one * other : one / other);
}

function calculateTime(
  operator: ArithmeticOperator,
  left: CelTimestamp | CelDuration,
  right: CelValue,
): Result {
  const sign = operator === '+' ? 1n : operator === '-' ? -1n : 0n;
  if (sign === 0n) return noOverload();
  if (right instanceof CelDuration) {
    const nanos = left.nanos + sign * right.nanos;
    return left instanceof CelTimestamp ? timestampChecked(nanos) : durationChecked(nanos);
  }
  if (!(right instanceof CelTimestamp)) return noOverload();
  if (left instanceof CelDuration)
    return sign === 1n ? timestampChecked(left.nanos + right.nanos) : noOverload();
  return sign === 1n ? noOverload() : durationChecked(left.nanos - right.nanos);
}

function concatenate(left: CelValue, right: CelValue): Result {
  if (typeof left === 'string') return typeof right === 'string' ? left + right : noOverload();
  if (Array.isArray(left)) return Array.isArray(right) ? [...left, ...right] : noOverload();
  if (!(left instanceof Uint8Array && right instanceof Uint8Array)) return noOverload();
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}

/** `-value` */
export function negate(value: CelValue): Result {
  if (isInt(value)) {
    const negated = -BigInt(value);
    return negated > MAX_INT ? celError('integer overflow') : makeInt(negated);
  }
  if (!isDouble(value)) return noOverload();
  return makeDouble(-(value instanceof CelDouble ? value.value : value));
}
