// size, contains, startsWith, endsWith and matches. Source of truth: google/cel-spec, doc/langdef.md ("List of
// Standard Definitions"); costs as in cel-go's interpreter/runtimecost.go.
import { matchCost, sizeOf } from '../compiler/strings.js';
import { type FunctionDeclaration, fn, overload, receiver } from '../library.js';
import { pattern } from '../regex.js';
import { BOOL, BYTES, INT, listType, mapType, STRING, typeParam } from '../types.js';
import { CelError, type CelValue, celError } from '../values.js';

const SIZED = [
  ['string', STRING],
  ['bytes', BYTES],
  ['list', listType(typeParam('A'))],
  ['map', mapType(typeParam('A'), typeParam('B'))],
] as const;

const size = (value: CelValue) => sizeOf(value) ?? celError('no such overload');

function matches(text: string, source: string): boolean | CelError {
  const compiled = pattern(source);
  return compiled instanceof CelError ? compiled : compiled.test(text);
}

const MATCHES = {
  cost: ([text, source]: readonly CelValue[]) => matchCost(String(text).length, String(source).length),
  validate: ([, source]: readonly (CelValue | undefined)[]) => {
    const compiled = typeof source === 'string' ? pattern(source) : undefined;
    return compiled instanceof CelError ? `invalid matches argument: ${compiled.message}` : undefined;
  },
};

function traversal(value: CelValue | undefined): number {
  return Math.ceil(String(value).length * 0.1);
}

export const STRING_FUNCTIONS: readonly FunctionDeclaration[] = [
  fn(
    'size',
    ...SIZED.map(([name, type]) => overload(`size_${name}`, [type], INT, size)),
    ...SIZED.map(([name, type]) => receiver(`${name}_size`, [type], INT, size)),
  ),
  fn(
    'contains',
    receiver('contains_string', [STRING, STRING], BOOL, (text, part) => text.includes(part), {
      cost: ([text, part]) => traversal(text) * traversal(part),
    }),
  ),
  fn(
    'startsWith',
    receiver('starts_with_string', [STRING, STRING], BOOL, (text, prefix) => text.startsWith(prefix), {
      cost: ([text]) => traversal(text),
    }),
  ),
  fn(
    'endsWith',
    receiver('ends_with_string', [STRING, STRING], BOOL, (text, suffix) => text.endsWith(suffix), {
      cost: ([text]) => traversal(text),
    }),
  ),
  fn(
    'matches',
    overload('matches', [STRING, STRING], BOOL, matches, MATCHES),
    receiver('matches_string', [STRING, STRING], BOOL, matches, MATCHES),
  ),
];
