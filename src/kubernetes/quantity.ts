// resource.Quantity: exact decimal numbers with SI or binary suffixes. Source of truth: apimachinery pkg/api/resource/quantity.go.

/** value = mantissa × 10^exponent, exactly. */
export interface Quantity {
  readonly mantissa: bigint;
  readonly exponent: number;
}

export type QuantityResult =
  | { readonly ok: true; readonly quantity: Quantity }
  | { readonly ok: false; readonly message: string };

const GRAMMAR = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(|[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)$/;

const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const BINARY: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
};
const MAX_LENGTH = 128;
/** Exponents beyond this are no real quantity; comparing them exactly would cost memory for nothing. */
const MAX_EXPONENT = 1_000;

function exponentOf(suffix: string): number | undefined {
  if (Object.hasOwn(DECIMAL, suffix)) return DECIMAL[suffix];
  return /^[eE]/.test(suffix) ? Number(suffix.slice(1)) : undefined;
}

/** Parses `100m`, `1Gi`, `1e3`, `1E`, `.5`. Nothing is rounded. */
export function parseQuantity(text: string): QuantityResult {
  const match = text.length > MAX_LENGTH ? null : GRAMMAR.exec(text);
  if (match === null) return { ok: false, message: `is not a quantity: ${text.slice(0, MAX_LENGTH)}` };
  const [, sign, digits = '', suffix = ''] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const unsigned = BigInt(`${whole}${fraction}` || '0') * (BINARY[suffix] ?? 1n);
  const exponent = (exponentOf(suffix) ?? 0) - fraction.length;
  if (Math.abs(exponent) > MAX_EXPONENT)
    return { ok: false, message: `has an exponent out of range: ${text}` };
  return { ok: true, quantity: { mantissa: sign === '-' ? -unsigned : unsigned, exponent } };
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = a.mantissa * 10n ** BigInt(a.exponent - exponent);
  const right = b.mantissa * 10n ** BigInt(b.exponent - exponent);
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
