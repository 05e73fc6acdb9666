// Bit operations on 64-bit integers. Source of truth: cel-go's ext/math.go.
import { type CallResult, type FunctionDeclaration, fn, overload } from '../library.js';
import { INT, UINT } from '../types.js';
import { type CelInt, type CelUint, celError, makeInt, makeUint, toBigInt } from '../values.js';

const WIDTH = 64;
const wrapInt = (value: bigint) => makeInt(BigInt.asIntN(WIDTH, value));
const wrapUint = (value: bigint) => makeUint(BigInt.asUintN(WIDTH, value));

function pair(name: string, compute: (left: bigint, right: bigint) => bigint): FunctionDeclaration {
  return fn(
    `math.${name}`,
    overload(`math_${name}_int_int`, [INT, INT], INT, (left, right) =>
      wrapInt(compute(BigInt(left), BigInt(right))),
    ),
    overload(`math_${name}_uint_uint`, [UINT, UINT], UINT, (left, right) =>
      wrapUint(compute(toBigInt(left), toBigInt(right))),
    ),
  );
}

type Shift = (value: bigint, offset: bigint) => bigint;

function shift(name: string, compute: Shift): FunctionDeclaration {
  const shifted = (
    value: CelInt | CelUint,
    offset: CelInt,
    wrap: (value: bigint) => CallResult,
  ): CallResult => {
    if (offset < 0) return celError(`math.${name}() negative offset: ${offset}`);
    // The bits of a negative number are those of its two's complement.
    const bits = BigInt.asUintN(WIDTH, toBigInt(value));
    return wrap(offset >= WIDTH ? 0n : compute(bits, BigInt(offset)));
  };
  return fn(
    `math.${name}`,
    overload(`math_${name}_int_int`, [INT, INT], INT, (value, offset) => shifted(value, offset, wrapInt)),
    overload(`math_${name}_uint_int`, [UINT, INT], UINT, (value, offset) => shifted(value, offset, wrapUint)),
  );
}

export const BIT_FUNCTIONS: readonly FunctionDeclaration[] = [
  pair('bitAnd', (left, right) => left & right),
  pair('bitOr', (left, right) => left | right),
  pair('bitXor', (left, right) => left ^ right),
  fn(
    'math.bitNot',
    overload('math_bitNot_int_int', [INT], INT, (value) => wrapInt(~BigInt(value))),
    overload('math_bitNot_uint_uint', [UINT], UINT, (value) => wrapUint(~toBigInt(value))),
  ),
  shift('bitShiftLeft', (value, offset) => value << offset),
  shift('bitShiftRight', (value, offset) => value >> offset),
];
