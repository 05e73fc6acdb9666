// `string.format(list)`: the directives of a format string and what they do. Source of truth: cel-go's
// ext/formatting.go (versions 1 to 3, which print numbers the American way) and ext/formatting_v2.go (version 4).
import { CelError, type CelList, type CelValue, celError, type TypeKind } from '../values.js';

/** The directives there are; `%X` is `x` with `upper`. */
export type Directive = 's' | 'd' | 'f' | 'e' | 'b' | 'x' | 'X' | 'o';

/** One piece of a format string: text to copy, or a directive that takes the next argument. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'directive'; readonly directive: Directive; readonly precision: number | undefined };

/** How the values of one version of the library print; a value that a directive does not take is an error. */
export interface FormatStyle {
  /** The kinds of types that a directive takes; the rest it takes nowhere. */
  readonly takes: Readonly<Record<Directive, ReadonlySet<TypeKind>>>;
  readonly print: (directive: Directive, value: CelValue, precision: number | undefined) => string | CelError;
}

/** What directives take in every version. */
export const TAKEN_ALWAYS: Readonly<Record<'s' | 'b' | 'x' | 'X' | 'o', ReadonlySet<TypeKind>>> = {
  s: new Set<TypeKind>([
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
  b: new Set<TypeKind>(['int', 'uint', 'bool']),
  x: new Set<TypeKind>(['int', 'uint', 'string', 'bytes']),
  X: new Set<TypeKind>(['int', 'uint', 'string', 'bytes']),
  o: new Set<TypeKind>(['int', 'uint']),
};

const DIRECTIVES: ReadonlySet<string> = new Set(['s', 'd', 'f', 'e', 'b', 'x', 'X', 'o']);
/** More digits than this are only wanted by someone who means harm: a double has at most 1,074 after its point. */
const MAX_PRECISION = 1_100;
const MAX_INT_TEXT = 9_223_372_036_854_775_807n;

/**
 * Reads a format string piece by piece, `take` being called with each; it may end the reading with an error. There are
 * `count` arguments. `endFirst` tells that a percent sign at the end is reported before a missing argument.
 */
export function readFormat(
  format: string,
  count: number,
  endFirst: boolean,
  take: (piece: Piece, index: number) => CelError | undefined,
): CelError | undefined {
  let index = 0;
  for (let at = 0; at < format.length; ) {
    const percent = format.indexOf('%', at);
    const text = percent < 0 ? format.slice(at) : format.slice(at, percent);
    if (text !== '') take({ kind: 'text', text }, index);
    if (percent < 0) return undefined;
    if (format[percent + 1] === '%') {
      take({ kind: 'text', text: '%' }, index);
      at = percent + 2;
      continue;
    }
    const ended = percent + 1 >= format.length;
    if (index >= count && !(ended && endFirst)) return celError(`index ${index} out of range`);
    if (ended) return celError('unexpected end of string');
    const read = readDirective(format, percent + 1);
    if (read instanceof CelError) return celError(`could not parse formatting clause: ${read.message}`);
    const failed = take(read.piece, index);
    if (failed !== undefined) return failed;
    index++;
    at = read.end;
  }
  return undefined;
}

function readDirective(format: string, start: number): { piece: Piece; end: number } | CelError {
  let at = start;
  let precision: number | undefined;
  if (format[at] === '.') {
    const digits = /\d*/y;
    digits.lastIndex = at + 1;
    const found = digits.exec(format)?.[0] ?? '';
    at += 1 + found.length;
    if (at >= format.length)
      return celError('error while parsing precision: could not find end of precision specifier');
    const parsed = parsePrecision(found);
    if (parsed instanceof CelError) return parsed;
    precision = parsed;
  }
  const directive = format[at] ?? '';
  if (!DIRECTIVES.has(directive))
    return celError(`unrecognized formatting clause "${firstByte(format, at)}"`);
  return { piece: { kind: 'directive', directive: directive as Directive, precision }, end: at + 1 }; // it is in the set
}

function parsePrecision(digits: string): number | CelError {
  const atoi =
    'error while parsing precision: error while converting precision to integer: strconv.Atoi: parsing';
  if (digits === '') return celError(`${atoi} "": invalid syntax`);
  if (digits.length > 19 || BigInt(digits) > MAX_INT_TEXT)
    return celError(`${atoi} "${digits}": value out of range`);
  return Number(digits) > MAX_PRECISION
    ? celError(`error while parsing precision: precision above ${MAX_PRECISION} is not supported`)
    : Number(digits);
}

/** cel-go names the first byte of what it does not know, as if it were a character. */
function firstByte(format: string, at: number): string {
  const character = String.fromCodePoint(format.codePointAt(at) ?? 0);
  return String.fromCharCode(Buffer.from(character, 'utf8')[0] ?? 0);
}

/** The formatted string, or an error. */
export function formatString(format: string, args: CelList, style: FormatStyle): string | CelError {
  let text = '';
  const failed = readFormat(format, args.length, false, (piece, index) => {
    if (piece.kind === 'text') {
      text += piece.text;
      return undefined;
    }
    // There are as many arguments as `readFormat` was told.
    const printed = style.print(piece.directive, args[index] as CelValue, piece.precision);
    if (printed instanceof CelError) return celError(`error during formatting: ${printed.message}`);
    text += printed;
    return undefined;
  });
  return failed ?? text;
}

/** What a directive refuses, in cel-go's words; `type` is the name of the value's type. */
export function refused(directive: Directive, type: string): CelError {
  const reason = {
    s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
    d: 'decimal clause can only be used on integers',
    f: 'fixed-point clause can only be used on doubles',
    e: 'scientific clause can only be used on doubles',
    b: 'only integers and bools can be formatted as binary',
    x: 'only integers, byte buffers, and strings can be formatted as hex',
    X: 'only integers, byte buffers, and strings can be formatted as hex',
    o: 'octal clause can only be used on integers',
  }[directive];
  return celError(`${reason}, was given ${type}`);
}
