// What is wrong with a `format` call whose format string and argument list are written out, found when it is compiled.
// Source of truth: cel-go's ext/formatting.go (`stringFormatValidator`).
import type { Expr } from '../ast.js';
import type { CelType } from '../types.js';
import { CelError, type CelValue, celError } from '../values.js';
import { type Directive, readFormat, refused } from './string-format.js';

type TypeOf = (expr: Expr) => CelType;
type Kind = CelType['kind'];

const INTEGERS: readonly Kind[] = ['int', 'uint'];
const NUMBERS: readonly Kind[] = ['double', 'string'];

/** The kinds of types that a directive takes; the rest it takes nowhere. */
const TAKEN: Readonly<Record<Directive, ReadonlySet<Kind>>> = {
  s: new Set<Kind>([
    'list',
    'map',
    'int',
    'uint',
    'double',
    'bool',
    'string',
    'timestamp',
    'bytes',
    'duration',
    'type',
    'null_type',
  ]),
  d: new Set(INTEGERS),
  f: new Set(NUMBERS),
  e: new Set(NUMBERS),
  b: new Set<Kind>([...INTEGERS, 'bool']),
  x: new Set<Kind>([...INTEGERS, 'string', 'bytes']),
  X: new Set<Kind>([...INTEGERS, 'string', 'bytes']),
  o: new Set(INTEGERS),
};

/** The message about a call whose arguments can be judged; undefined where nothing is wrong with them. */
export function checkFormat(
  constants: readonly (CelValue | undefined)[],
  args: readonly Expr[],
  typeOf: TypeOf,
): string | undefined {
  const [format] = constants;
  const list = args[1];
  if (typeof format !== 'string' || list?.kind !== 'list') return undefined;
  const { elements } = list;
  let used = 0;
  const failed = readFormat(format, elements.length, true, (piece, index) => {
    const element = elements[index];
    if (piece.kind === 'text' || element === undefined) return undefined;
    used = index + 1;
    const found = refusedType(piece.directive, element, typeOf);
    return found === undefined
      ? undefined
      : celError(`error during formatting: ${refused(piece.directive, found).message}`);
  });
  if (failed instanceof CelError) return failed.message;
  if (elements.length <= used) return undefined;
  return `too many arguments supplied to string.format (expected ${used}, got ${elements.length})`;
}

/** The name of the type that the directive does not take: the argument's, or with `%s` that of an element written in it. */
function refusedType(directive: Directive, argument: Expr, typeOf: TypeOf): string | undefined {
  const type = typeOf(argument);
  if (type.kind !== 'dyn' && !TAKEN[directive].has(type.kind)) return type.name;
  if (directive !== 's') return undefined;
  const inner =
    argument.kind === 'list'
      ? argument.elements
      : argument.kind === 'map'
        ? argument.entries.flatMap(({ key, value }) => [key, value])
        : [];
  for (const part of inner) {
    const found = refusedType(directive, part, typeOf);
    if (found !== undefined) return found;
  }
  return undefined;
}
