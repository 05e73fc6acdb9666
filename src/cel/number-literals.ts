// Numbers as expressions write them, with their ranges. Source of truth: google/cel-spec, doc/langdef.md ("Numeric
// Values").
import {
  CelDouble,
  type CelDoubleValue,
  type CelInt,
  CelUint,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  makeDouble,
  makeInt,
} from './values.js';

/** The integer of a literal such as `-12`, `0xFF` or `7u`; undefined where it is out of range. */
export function parseInteger(text: string, unsigned: boolean): CelInt | undefined {
  const negative = text.startsWith('-');
  const digits = text.slice(negative ? 1 : 0, unsigned ? -1 : undefined);
  const magnitude = BigInt(digits);
  const value = negative ? -magnitude : magnitude;
  if (unsigned ? value > MAX_UINT || value < 0n : value > MAX_INT || value < MIN_INT) return undefined;
  return makeInt(value);
}

/** The double of a literal; undefined where it is too large. */
export function parseDouble(text: string): CelDoubleValue | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? makeDouble(value) : undefined;
}

/** A number as a literal that parses back to it. */
export function printNumber(
  value: CelInt | CelDoubleValue | CelUint,
  type: 'int' | 'uint' | 'double',
): string {
  if (value instanceof CelUint) return `${value.value}u`;
  if (type !== 'double') return String(value);
  const double = value instanceof CelDouble ? value.value : Number(value);
  if (Object.is(double, -0)) return '-0.0';
  if (!Number.isFinite(double))
    return `double("${Number.isNaN(double) ? 'NaN' : double > 0 ? 'Infinity' : '-Infinity'}")`;
  const text = String(double);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
