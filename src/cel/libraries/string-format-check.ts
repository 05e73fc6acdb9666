// What is wrong with a `format` call whose format string and argument list are written out, found when it is compiled.
// Source of truth: cel-go's ext/formatting.go (`stringFormatValidator`).
import type { Expr } from '../ast.js';
import type { CelType } from '../types.js';
import { CelError, type CelValue, celError } from '../values.js';
import { type Directive, type FormatStyle, readFormat, refused } from './string-format.js';

type TypeOf = (expr: Expr) => CelType;
/** The message about a call whose arguments can be judged; undefined where nothing is wrong with them. */
export function checkFormat(
  format: CelValue | undefined,
  list: Expr | undefined,
  typeOf: TypeOf,
  style: FormatStyle,
): string | undefined {
  if (typeof format !== 'string' || list?.kind !== 'list') return undefined;
  const { elements } = list;
  let used = 0;
  const failed = readFormat(format, elements.length, true, (piece, index) => {
    const element = elements[index];
    if (piece.kind === 'text' || element === undefined) return undefined;
    used = index + 1;
    const found = refusedType(piece.directive, element, typeOf, style);
    return found === undefined
      ? undefined
      : celError(`error during formatting: ${refused(piece.directive, found).message}`);
  });
  if (failed instanceof CelError) return failed.message;
  if (elements.length <= used) return undefined;
  return `too many arguments supplied to string.format (expected ${used}, got ${elements.length})`;
}

/** The name of the type that the directive does not take: the argument's, or with `%s` that of an element written in it. */
function refusedType(
  directive: Directive,
  argument: Expr,
  typeOf: TypeOf,
  style: FormatStyle,
): string | undefined {
  const type = typeOf(argument);
  if (type.kind !== 'dyn' && !style.takes[directive].has(type.kind)) return type.name;
  if (directive !== 's') return undefined;
  const inner =
    argument.kind === 'list'
      ? argument.elements
      : argument.kind === 'map'
        ? argument.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const part of inner) {
    const found = refusedType(directive, part, typeOf, style);
    if (found !== undefined) return found;
  }
  return undefined;
}
