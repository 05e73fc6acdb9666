// Strings by Unicode code points, as CEL counts them; JavaScript counts UTF-16 units, which is the same wherever there
// are no surrogates.
import { sizeOf } from '../compiler/strings.js';
import type { CelInt } from '../values.js';

const SURROGATE = /[\ud800-\udfff]/;

/** Whether indexes by code point are also indexes by UTF-16 unit. */
function isPlain(text: string): boolean {
  return !SURROGATE.test(text);
}

/** Number of code points. */
export function codePointLength(text: string): number {
  return sizeOf(text) ?? 0;
}

/** The code points, one string each. */
export function codePoints(text: string): string[] {
  return isPlain(text) ? text.split('') : Array.from(text);
}

/** The part from one code point up to another; both must be within the text. */
export function sliceCodePoints(text: string, start: CelInt, end: CelInt): string {
  if (isPlain(text)) return text.slice(Number(start), Number(end));
  return Array.from(text).slice(Number(start), Number(end)).join('');
}

/** The UTF-16 unit at which a code point begins. */
export function unitIndex(text: string, codePoint: number): number {
  if (isPlain(text)) return codePoint;
  let unit = 0;
  for (let passed = 0; passed < codePoint && unit < text.length; passed++) {
    unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

/** The code point that begins at a UTF-16 unit, counted from the start. */
export function codePointIndex(text: string, unit: number): number {
  return isPlain(text) ? unit : codePointLength(text.slice(0, unit));
}
