// What an unquoted YAML scalar means to kubectl. Source of truth: sigs.k8s.io/yaml goyaml.v2/resolve.go, probed with a
// program built on it: YAML 1.1 words for booleans, Go's integer prefixes, underscores in numbers, no sexagesimals.
import type { JsonValue } from './json.js';

const WORDS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
]);

const NUMBERLIKE = /^[-+.0-9]/;
const INTEGER = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The digits of a Go integer literal as JavaScript writes them: `0777` and `0o777` are octal. */
function integerOf(text: string): number {
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '').replace(/^0[oO]?(?=[0-7]+$)/, '0o');
  const size = Number(BigInt(digits));
  return negative && size !== 0 ? -size : size;
}

/** A plain scalar's value, or undefined where it is none that JSON can hold (`.inf`, `.nan`). */
export function resolvePlainScalar(text: string): JsonValue | undefined {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (!NUMBERLIKE.test(text)) return text;
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '');
  if (INTEGER.test(plain)) return integerOf(plain);
  if (FLOAT.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return value === 0 ? 0 : value;
    return text;
  }
  return NOT_FINITE.test(text) ? undefined : text;
}
