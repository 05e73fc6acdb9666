// Doubles as decimal text with a given number of digits, exactly, ties to even: what Go's strconv.FormatFloat gives with
// a precision, where JavaScript's toFixed stops at 100 digits and rounds ties up.
const SIGN_BIT = 1n << 63n;
const FRACTION_BITS = 52n;

/** A finite double as `mantissa` times 2 to the power `exponent`, without its sign. */
function decompose(value: number): { mantissa: bigint; exponent: number } {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0) & ~SIGN_BIT;
  const biased = Number(bits >> FRACTION_BITS);
  const fraction = bits & ((1n << FRACTION_BITS) - 1n);
  return biased === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | (1n << FRACTION_BITS), exponent: biased - 1075 };
}

/** The integer nearest to |value| times 10 to the power `power`; of two, the even one. */
function scaled(value: number, power: number): bigint {
  const { mantissa, exponent } = decompose(value);
  let numerator = mantissa;
  let denominator = 1n;
  if (exponent >= 0) numerator <<= BigInt(exponent);
  else denominator <<= BigInt(-exponent);
  if (power >= 0) numerator *= 10n ** BigInt(power);
  else denominator *= 10n ** BigInt(-power);
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  return up ? quotient + 1n : quotient;
}

/** The digits of |value|, a finite double, with `precision` of them after the point. */
export function fixedDigits(value: number, precision: number): { whole: string; fraction: string } {
  const digits = String(scaled(value, precision)).padStart(precision + 1, '0');
  const point = digits.length - precision;
  return { whole: digits.slice(0, point), fraction: digits.slice(point) };
}

/** The digits of |value|, a finite double, as `digit.fraction` times ten to the power `exponent`. */
export function scientificDigits(
  value: number,
  precision: number,
): { digit: string; fraction: string; exponent: number } {
  let exponent = value === 0 ? 0 : Number(value.toExponential().split('e')[1]);
  let digits = String(scaled(value, precision - exponent)).padEnd(precision + 1, '0');
  // Rounding may have carried into a new digit: 9.99 with one digit is 1.0e+01.
  if (digits.length > precision + 1) {
    exponent += 1;
    digits = String(scaled(value, precision - exponent)).padEnd(precision + 1, '0');
  }
  return { digit: digits.slice(0, 1), fraction: digits.slice(1), exponent };
}

/** Whether a double is negative, negative zero included. */
export function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}
