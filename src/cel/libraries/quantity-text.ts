// The canonical text of a quantity: no fraction, the largest suffix that needs none, binary suffixes only where they lose
// nothing. Source of truth: apimachinery pkg/api/resource/quantity.go (`CanonicalizeBytes`).
import {
  compareQuantities,
  type QuantityFormat,
  type ResourceQuantity,
  roundUp,
} from './resource-quantity.js';

const DECIMAL_SUFFIXES: ReadonlyMap<number, string> = new Map([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const BINARY_SUFFIXES: readonly string[] = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const integer = (digits: bigint): ResourceQuantity => ({ digits, scale: 0, wide: true, format: 'DecimalSI' });
const BINARY_BASE = integer(1024n);
const NEGATIVE_BINARY_BASE = integer(-1024n);

/** `1500m`, `1Gi`, `12e6`. */
export function printQuantity(quantity: ResourceQuantity): string {
  if (quantity.digits === 0n) return '0';
  return isBinary(quantity) ? printBinary(quantity) : printDecimal(quantity, decimalFormat(quantity.format));
}

function decimalFormat(format: QuantityFormat): QuantityFormat {
  return format === 'BinarySI' ? 'DecimalSI' : format;
}

/** Whether a binary suffix loses nothing: whole, and not below 1024. */
function isBinary(quantity: ResourceQuantity): boolean {
  if (quantity.format !== 'BinarySI') return false;
  const small =
    compareQuantities(quantity, NEGATIVE_BINARY_BASE) > 0 && compareQuantities(quantity, BINARY_BASE) < 0;
  if (small) return false;
  const { digits, scale } = quantity;
  return scale >= 0 || digits % 10n ** BigInt(-scale) === 0n;
}

function printBinary({ digits, scale }: ResourceQuantity): string {
  let value = roundUp(digits, scale, 0).digits;
  let power = 0;
  while (value !== 0n && value % 1024n === 0n && power < BINARY_SUFFIXES.length - 1) {
    value /= 1024n;
    power++;
  }
  return `${value}${BINARY_SUFFIXES[power]}`;
}

function printDecimal({ digits, scale }: ResourceQuantity, format: QuantityFormat): string {
  let value = digits;
  let exponent = scale;
  while (value % 10n === 0n) {
    value /= 10n;
    exponent++;
  }
  while (exponent % 3 !== 0) {
    value *= 10n;
    exponent--;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? String(value) : `${value}e${exponent}`;
  return `${value}${DECIMAL_SUFFIXES.get(exponent) ?? ''}`;
}
