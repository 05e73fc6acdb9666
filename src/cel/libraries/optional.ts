// Optional values. Source of truth: cel-go's cel/library.go (OptionalTypes). As in Kubernetes 1.36 (cel-go 0.27), `or` and
// `orValue` on a value that is no optional give that value back.

import { sizeOf } from '../compiler/strings.js';
import { asStandard, defineLibrary, fn, type Library, overload, receiver } from '../library.js';
import { OPTIONAL_MACROS } from '../macros.js';
import { BOOL, listType, optionalType, typeParam } from '../types.js';
import { CelDouble, CelDuration, CelOptional, CelUint, type CelValue, celError } from '../values.js';

const T = typeParam('T');
const OPTIONAL_T = optionalType(T);

/** The zero values of CEL's types, which `optional.ofNonZeroValue` leaves out. */
export function isZeroValue(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (value instanceof CelDouble || value instanceof CelUint) return Number(value.value) === 0;
  if (value instanceof CelDuration) return value.nanos === 0n;
  if (value instanceof CelOptional) return value.value === undefined;
  return sizeOf(value) === 0;
}

export const optionalLibrary: Library = defineLibrary({
  name: 'optional',
  macros: OPTIONAL_MACROS,
  functions: [
    fn(
      'optional.of',
      overload('optional_of', [T], OPTIONAL_T, (value) => new CelOptional(value)),
    ),
    fn(
      'optional.none',
      overload('optional_none', [], OPTIONAL_T, () => CelOptional.none),
    ),
    fn(
      'optional.ofNonZeroValue',
      overload('optional_ofNonZeroValue', [T], OPTIONAL_T, (value) =>
        isZeroValue(value) ? CelOptional.none : new CelOptional(value),
      ),
    ),
    fn(
      'value',
      receiver(
        'optional_value',
        [OPTIONAL_T],
        T,
        (optional) => optional.value ?? celError('optional.none() dereference'),
      ),
    ),
    fn(
      'hasValue',
      receiver('optional_hasValue', [OPTIONAL_T], BOOL, (optional) => optional.value !== undefined),
    ),
    fn(
      'or',
      receiver('optional_or_optional', [OPTIONAL_T, OPTIONAL_T], OPTIONAL_T, (one, other) =>
        one.value === undefined ? other : one,
      ),
    ),
    fn(
      'orValue',
      receiver('optional_orValue_value', [OPTIONAL_T, T], T, (optional, value) => optional.value ?? value),
    ),
    fn('optional.unwrap', overload('optional_unwrap', [listType(OPTIONAL_T)], listType(T), unwrap)),
    fn('unwrapOpt', receiver('optional_unwrapOpt', [listType(OPTIONAL_T)], listType(T), unwrap)),
  ].map(asStandard),
});

function unwrap(list: readonly CelValue[]): CelValue[] {
  return list.flatMap((element) =>
    element instanceof CelOptional && element.value !== undefined ? [element.value] : [],
  );
}
