// base64.encode and base64.decode. Source of truth: cel-go's ext/encoders.go, Go's encoding/base64.
import { defineLibrary, fn, type Library, overload } from '../library.js';
import { BYTES, STRING } from '../types.js';
import { type CelBytes, type CelError, celError } from '../values.js';

/** Where the text stops being base64, as Go counts it; undefined where it is base64 throughout, padded or not. */
function firstCorrupt(text: string): number | undefined {
  // Go leaves out line breaks; padding must be whole and at the end, and a single left-over digit says nothing.
  const digits = /[A-Za-z0-9+/\r\n]*/y.exec(text)?.[0] ?? '';
  const count = digits.replace(/[\r\n]/g, '').length;
  const rest = text.slice(digits.length).replace(/[\r\n]/g, '');
  const padding = ['', '', '==', '='][count % 4] ?? '';
  if (count % 4 === 1) return rest === '' ? Math.max(digits.length - 1, 0) : digits.length;
  return rest === '' || rest === padding ? undefined : digits.length;
}

function decode(text: string): CelBytes | CelError {
  const corrupt = firstCorrupt(text);
  if (corrupt !== undefined) return celError(`illegal base64 data at input byte ${corrupt}`);
  return new Uint8Array(Buffer.from(text, 'base64'));
}

export const encodersLibrary: Library = defineLibrary({
  name: 'encoders',
  functions: [
    fn('base64.decode', overload('base64_decode_string', [STRING], BYTES, decode)),
    fn(
      'base64.encode',
      overload('base64_encode_bytes', [BYTES], STRING, (bytes) => Buffer.from(bytes).toString('base64')),
    ),
  ],
});
