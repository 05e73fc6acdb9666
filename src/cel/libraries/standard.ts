// The standard library: everything google/cel-spec's "List of Standard Definitions" (doc/langdef.md) declares. The core
// compiles operators and the commonest string functions directly; here are their types and their general form.
import { asStandard, defineLibrary, type Library } from '../library.js';
import { STANDARD_MACROS, TWO_VARIABLE_MACROS } from '../macros.js';
import { CONVERSION_FUNCTIONS } from './standard-conversions.js';
import { OPERATOR_FUNCTIONS } from './standard-operators.js';
import { STRING_FUNCTIONS } from './standard-strings.js';
import { TIME_FUNCTIONS } from './standard-time.js';

export const standardLibrary: Library = defineLibrary({
  name: 'standard',
  functions: [...OPERATOR_FUNCTIONS, ...CONVERSION_FUNCTIONS, ...STRING_FUNCTIONS, ...TIME_FUNCTIONS].map(
    asStandard,
  ),
  macros: STANDARD_MACROS,
});

/** Comprehensions over index and element, or key and value. */
export const twoVariableComprehensions: Library = defineLibrary({
  name: 'twoVariableComprehensions',
  macros: TWO_VARIABLE_MACROS,
});
