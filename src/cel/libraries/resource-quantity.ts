// resource.Quantity: amounts such as 100m and 1Gi, exact in base ten. Like upstream it has two forms: 64-bit digits with a scale,
// and, beyond what those can hold, digits of any length. Which one a quantity has shows: only the first can be an integer.
// Source of truth: apimachinery pkg/api/resource/{quantity,amount,math,suffix}.go.
import { MAX_INT, MIN_INT } from '../values.js';

export type QuantityFormat = 'DecimalExponent' | 'BinarySI' | 'DecimalSI';

/** `digits` times ten to the power `scale`; `wide` tells the form of unlimited digits. */
export interface ResourceQuantity {
  readonly digits: bigint;
  readonly scale: number;
  readonly wide: boolean;
  readonly format: QuantityFormat;
}

/** Why a text is no quantity, in upstream's words. */
export class QuantityProblem {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

const FORMAT_WRONG = new QuantityProblem(
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
);
const NUMERIC_WRONG = new QuantityProblem('unable to parse numeric part of quantity');
const SUFFIX_WRONG = new QuantityProblem("unable to parse quantity's suffix");
const OUT_OF_RANGE = new QuantityProblem('quantity out of range');

/** Powers of ten beyond this would cost memory without end, and no machine has that much of anything. */
const MAX_SCALE = 4_000;
/** Decimal digits that surely fit 64 bits. */
const MAX_DIGITS = 18;
const NANO = -9;

interface Suffix {
  readonly base: 2 | 10;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

const SUFFIXES: ReadonlyMap<string, Suffix> = new Map([
  ...Object.entries({ n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }).map(
    ([suffix, exponent]): [string, Suffix] => [suffix, { base: 10, exponent, format: 'DecimalSI' }],
  ),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index): [string, Suffix] => [
    suffix,
    { base: 2, exponent: 10 * (index + 1), format: 'BinarySI' },
  ]),
]);

function readSuffix(text: string): Suffix | QuantityProblem {
  const known = SUFFIXES.get(text);
  if (known !== undefined) return known;
  const exponent = /^[eE]([+-]?\d+)$/.exec(text)?.[1];
  if (exponent === undefined) return SUFFIX_WRONG;
  const parsed = BigInt(exponent.replace(/^\+/, ''));
  if (parsed > MAX_INT || parsed < MIN_INT) return SUFFIX_WRONG;
  // Upstream keeps 32 bits of it.
  return { base: 10, exponent: Number(BigInt.asIntN(32, parsed)), format: 'DecimalExponent' };
}

/** Longest text read; upstream has no limit, but a quantity of so many digits only costs time. */
const MAX_LENGTH = 4_096;
const PARTS = /^([+-]?)0*(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[+-]?\d*)$/;

/** Reads a quantity. Below a billionth it is rounded up; a binary amount is at most 2^63-1. */
export function parseQuantity(text: string): ResourceQuantity | QuantityProblem {
  const parts = text.length > MAX_LENGTH || text === '' ? null : PARTS.exec(text);
  if (parts === null) return FORMAT_WRONG;
  const [, sign = '', stripped = '', fraction = '', suffixText = ''] = parts;
  const suffix = readSuffix(suffixText);
  if (suffix instanceof QuantityProblem) return suffix;
  const whole = stripped === '' ? '0' : stripped;
  const noDigits = !/\d/.test(text.slice(0, text.length - suffixText.length));
  if (Math.abs(suffix.exponent) > MAX_SCALE) return OUT_OF_RANGE;
  const negative = sign === '-';
  const short = readShort(whole, fraction, suffix);
  if (short !== undefined) {
    return {
      digits: negative ? -short.digits : short.digits,
      scale: short.scale,
      wide: false,
      format: suffix.format,
    };
  }
  // The general parser upstream wants digits where the short one takes a missing number for zero.
  if (noDigits) return NUMERIC_WRONG;
  const wide = readWide(whole, fraction, suffix);
  return { ...wide, digits: negative ? -wide.digits : wide.digits, wide: true };
}

/** The 64-bit form, where the amount fits it. */
function readShort(
  whole: string,
  fraction: string,
  { base, exponent }: Suffix,
): { digits: bigint; scale: number } | undefined {
  const length = whole.length + fraction.length;
  const room =
    base === 10
      ? MAX_DIGITS - length
      : fraction === ''
        ? 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1
        : -1;
  const scale = (base === 10 ? exponent : 0) - fraction.length;
  if (room < 0 || scale < NANO) return undefined;
  const digits = BigInt(whole + fraction) * (base === 2 ? 1n << BigInt(exponent) : 1n);
  return digits <= MAX_INT ? { digits, scale } : undefined;
}

function readWide(
  whole: string,
  fraction: string,
  { base, exponent, format }: Suffix,
): { digits: bigint; scale: number; format: QuantityFormat } {
  const factor = base === 2 ? 1n << BigInt(exponent) : 1n;
  const exact = {
    digits: BigInt(whole + fraction) * factor,
    scale: (base === 10 ? exponent : 0) - fraction.length,
  };
  const amount = exact.digits === 0n ? exact : roundUp(exact.digits, exact.scale, NANO);
  if (format !== 'BinarySI') return { ...amount, format };
  if (compareAmounts(amount, { digits: MAX_INT, scale: 0 }) > 0) return { digits: MAX_INT, scale: 0, format };
  const fractional = amount.digits > 0n && compareAmounts(amount, { digits: 1n, scale: 0 }) < 0;
  return { ...amount, format: fractional ? 'DecimalSI' : format };
}

interface Amount {
  readonly digits: bigint;
  readonly scale: number;
}

/** An amount at a scale, rounded away from zero. */
export function roundUp(digits: bigint, scale: number, wanted: number): Amount {
  if (scale >= wanted) return { digits: digits * 10n ** BigInt(scale - wanted), scale: wanted };
  const divisor = 10n ** BigInt(wanted - scale);
  const quotient = digits / divisor;
  const away = digits % divisor === 0n ? 0n : digits < 0n ? -1n : 1n;
  return { digits: quotient + away, scale: wanted };
}

function compareAmounts(one: Amount, other: Amount): number {
  const scale = Math.min(one.scale, other.scale);
  const left = one.digits * 10n ** BigInt(one.scale - scale);
  const right = other.digits * 10n ** BigInt(other.scale - scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** -1, 0 or 1 as `one` is less than, equal to or greater than `other`. */
export function compareQuantities(one: ResourceQuantity, other: ResourceQuantity): number {
  return compareAmounts(one, other);
}

/** -1, 0 or 1. */
export function quantitySign({ digits }: ResourceQuantity): number {
  return digits < 0n ? -1 : digits > 0n ? 1 : 0;
}

const fits = (value: bigint) => value <= MAX_INT && value >= MIN_INT;

/** The sum. It has the format of `one`, unless that is zero. */
export function addQuantities(one: ResourceQuantity, other: ResourceQuantity): ResourceQuantity {
  const format = one.digits === 0n ? other.format : one.format;
  if (!one.wide && !other.wide) {
    const sum = addShort(one, other);
    if (sum !== undefined) return { ...sum, wide: false, format };
  }
  const scale = Math.min(one.scale, other.scale);
  const digits =
    one.digits * 10n ** BigInt(one.scale - scale) + other.digits * 10n ** BigInt(other.scale - scale);
  return { digits, scale, wide: true, format };
}

function addShort(one: Amount, other: Amount): Amount | undefined {
  if (other.digits === 0n) return { digits: one.digits, scale: one.scale };
  if (one.digits === 0n) return { digits: other.digits, scale: other.scale };
  const scale = Math.min(one.scale, other.scale);
  const left = one.digits * 10n ** BigInt(one.scale - scale);
  const right = other.digits * 10n ** BigInt(other.scale - scale);
  return fits(left) && fits(right) && fits(left + right) ? { digits: left + right, scale } : undefined;
}

/** The difference. It has the format of `one`, unless that is zero. */
export function subtractQuantities(one: ResourceQuantity, other: ResourceQuantity): ResourceQuantity {
  return addQuantities(one, { ...other, digits: -other.digits });
}

/** The integer, if upstream can tell it without long arithmetic: undefined for 1000m, which is 1 all the same. */
export function quantityInteger({ digits, scale, wide }: ResourceQuantity): bigint | undefined {
  if (wide || scale < 0) return undefined;
  const value = digits * 10n ** BigInt(scale);
  return fits(value) ? value : undefined;
}

/** The nearest double, give or take its last digits. */
export function quantityFloat({ digits, scale }: ResourceQuantity): number {
  const base = Number(digits);
  return scale === 0 ? base : base * powerOfTen(scale);
}

/** Go's math.Pow10, which is exact where a double can be. */
function powerOfTen(exponent: number): number {
  return exponent < -323 ? 0 : exponent > 308 ? Number.POSITIVE_INFINITY : Number(`1e${exponent}`);
}
