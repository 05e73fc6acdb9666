// The directives that print the same in every version of `format`: `%b`, `%o`, `%x`, `%X` and whole numbers.
import { CelError, CelUint, type CelValue, isInt, toBigInt, typeName } from '../values.js';
import { type Directive, refused } from './string-format.js';

const BASES: Readonly<Partial<Record<Directive, number>>> = { b: 2, o: 8, d: 10, x: 16, X: 16 };

/** An int or uint in a base, its sign in front; undefined for other values. */
export function printInteger(directive: Directive, value: CelValue): string | undefined {
  if (!isInt(value) && !(value instanceof CelUint)) return undefined;
  const text = toBigInt(value).toString(BASES[directive] ?? 10);
  return directive === 'X' ? text.toUpperCase() : text;
}

/** `%b`, `%o`, `%x` and `%X`. */
export function printInBase(directive: Directive, value: CelValue): string | CelError {
  const integer = printInteger(directive, value);
  if (integer !== undefined) return integer;
  if (directive === 'b' && typeof value === 'boolean') return value ? '1' : '0';
  if (
    (directive === 'x' || directive === 'X') &&
    (typeof value === 'string' || value instanceof Uint8Array)
  ) {
    const text = Buffer.from(value as string).toString('hex'); // bytes are copied the same way as text
    return directive === 'X' ? text.toUpperCase() : text;
  }
  return refused(directive, typeName(value));
}

/** Joins printed parts, or gives the first error among them. */
export function joinPrinted(parts: readonly (string | CelError)[], between: string): string | CelError {
  const failed = parts.find((part) => part instanceof CelError);
  return failed ?? parts.join(between);
}
