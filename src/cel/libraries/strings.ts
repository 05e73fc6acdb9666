// Strings: charAt, indexOf, join, replace, split, substring, trim, format and their like. Source of truth: cel-go's ext/strings.go
// (versions there); costs as Kubernetes counts them (k8s.io/apiserver pkg/cel/library/cost.go).
import { defineLibrary, type FunctionDeclaration, fn, type Library, overload, receiver } from '../library.js';
import { INT, LIST_DYN, listType, STRING } from '../types.js';
import { type CelError, type CelInt, type CelList, type CelValue, celError, toNumber } from '../values.js';
import { codePointIndex, codePointLength, codePoints, sliceCodePoints, unitIndex } from './code-points.js';
import { invalidElement, traversalCost } from './list-costs.js';
import { formatString } from './string-format.js';
import { AMERICAN_STYLE } from './string-format-american.js';
import { checkFormat } from './string-format-check.js';
import { PLAIN_STYLE } from './string-format-plain.js';
import { quoteString, trimSpace } from './string-text.js';

const STRINGS = listType(STRING);
/** Longest string that `replace` and `join` build, in UTF-16 units; in a chain they could grow it without bound. */
const MAX_LENGTH = 1 << 24;

const tooLong = () => celError('string too long');
const outOfRange = (index: CelInt) => celError(`index out of range: ${index}`);

const size = (value: CelValue | undefined) => (typeof value === 'string' ? codePointLength(value) : 0);
const traversed = { cost: ([text]: readonly CelValue[]) => Math.ceil(size(text) * 0.1) };
const traversedTwice = { cost: ([text]: readonly CelValue[]) => Math.ceil(size(text) * 2 * 0.1) };
const resultTraversedTwice = {
  cost: (_args: readonly CelValue[], result: CelValue) => Math.ceil(size(result) * 2 * 0.1),
};
const searched = { cost: ([text]: readonly CelValue[]) => traversalCost(text) };

function charAt(text: string, index: CelInt): string | CelError {
  const length = codePointLength(text);
  if (index < 0 || index > length) return outOfRange(index);
  return sliceCodePoints(text, index, toNumber(index) + 1);
}

function indexOf(text: string, part: string, offset: CelInt = 0): CelInt | CelError {
  if (part === '') return offset;
  if (offset < 0) return outOfRange(offset);
  if (offset >= codePointLength(text)) return -1;
  const unit = text.indexOf(part, unitIndex(text, toNumber(offset)));
  return unit < 0 ? -1 : codePointIndex(text, unit);
}

function lastIndexOf(text: string, part: string): CelInt | CelError {
  const length = codePointLength(text);
  if (part === '') return length;
  return length === 0 ? -1 : lastIndexFrom(text, part, length - 1);
}

function lastIndexFrom(text: string, part: string, offset: CelInt): CelInt | CelError {
  if (part === '') return offset;
  if (offset < 0) return outOfRange(offset);
  if (offset >= codePointLength(text)) return -1;
  const unit = text.lastIndexOf(part, unitIndex(text, toNumber(offset)));
  return unit < 0 ? -1 : codePointIndex(text, unit);
}

function substring(text: string, start: CelInt, end?: CelInt): string | CelError {
  const length = codePointLength(text);
  if (end !== undefined && start > end)
    return celError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0 || start > length) return outOfRange(start);
  if (end !== undefined && (end < 0 || end > length)) return outOfRange(end);
  return sliceCodePoints(text, start, end ?? length);
}

/** The parts between separators, at most `limit` of them where it is not negative; the last holds the rest. */
function split(text: string, separator: string, limit: CelInt = -1): string[] {
  if (limit === 0) return [];
  if (separator === '' && text === '') return [];
  const parts = separator === '' ? codePoints(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  const kept = parts.slice(0, toNumber(limit) - 1);
  return [...kept, parts.slice(toNumber(limit) - 1).join(separator)];
}

/** Replaces the first `limit` occurrences, all where it is negative; an empty one is found around every code point. */
function replace(text: string, old: string, by: string, limit: CelInt = -1): string | CelError {
  if (limit === 0 || old === by) return text;
  const parts = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
  const count = limit < 0 ? parts.length - 1 : Math.min(parts.length - 1, toNumber(limit));
  if (text.length + count * by.length > MAX_LENGTH) return tooLong();
  const replaced = parts.slice(0, count + 1).join(by);
  const rest = parts.slice(count + 1);
  return rest.length === 0 ? replaced : [replaced, ...rest].join(old);
}

function join(list: CelList, separator = ''): string | CelError {
  let length = separator.length * list.length;
  for (const element of list) {
    if (typeof element !== 'string') {
      // As in cel-go, a list that does not begin with a string is no list of strings at all.
      return element === list[0]
        ? noListOfStrings(separator)
        : celError(`join: invalid input: ${invalidElement(element)}`);
    }
    length += element.length;
  }
  return length > MAX_LENGTH ? tooLong() : list.join(separator);
}

function noListOfStrings(separator: string): CelError {
  return celError(`no such overload: join(list${separator === '' ? '' : ', string'})`);
}

const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

const SEARCHING: readonly FunctionDeclaration[] = [
  fn('charAt', receiver('string_char_at_int', [STRING, INT], STRING, charAt)),
  fn(
    'indexOf',
    receiver('string_index_of_string', [STRING, STRING], INT, (text, part) => indexOf(text, part), searched),
    receiver('string_index_of_string_int', [STRING, STRING, INT], INT, indexOf, searched),
  ),
  fn(
    'lastIndexOf',
    receiver('string_last_index_of_string', [STRING, STRING], INT, lastIndexOf, searched),
    receiver('string_last_index_of_string_int', [STRING, STRING, INT], INT, lastIndexFrom, searched),
  ),
];

const CHANGING: readonly FunctionDeclaration[] = [
  fn('lowerAscii', receiver('string_lower_ascii', [STRING], STRING, lower, traversed)),
  fn('upperAscii', receiver('string_upper_ascii', [STRING], STRING, upper, traversed)),
  fn(
    'replace',
    receiver(
      'string_replace_string_string',
      [STRING, STRING, STRING],
      STRING,
      (text, old, by) => replace(text, old, by),
      traversedTwice,
    ),
    receiver(
      'string_replace_string_string_int',
      [STRING, STRING, STRING, INT],
      STRING,
      replace,
      traversedTwice,
    ),
  ),
  fn(
    'split',
    receiver(
      'string_split_string',
      [STRING, STRING],
      STRINGS,
      (text, separator) => split(text, separator),
      traversedTwice,
    ),
    receiver('string_split_string_int', [STRING, STRING, INT], STRINGS, split, traversedTwice),
  ),
  fn(
    'substring',
    receiver(
      'string_substring_int',
      [STRING, INT],
      STRING,
      (text, start) => substring(text, start),
      traversed,
    ),
    receiver('string_substring_int_int', [STRING, INT, INT], STRING, substring, traversed),
  ),
  fn('trim', receiver('string_trim', [STRING], STRING, trimSpace, traversed)),
];

function formatting(version: number): readonly FunctionDeclaration[] {
  const style = version >= 4 ? PLAIN_STYLE : AMERICAN_STYLE;
  return [
    fn(
      'format',
      receiver('string_format', [STRING, LIST_DYN], STRING, (text, args) => formatString(text, args, style), {
        ...traversed,
        validate: ([text], [, list], typeOf) => checkFormat(text, list, typeOf, style),
      }),
    ),
    fn('strings.quote', overload('strings_quote', [STRING], STRING, quoteString, traversed)),
  ];
}

const JOINING: readonly FunctionDeclaration[] = [
  fn(
    'join',
    receiver('list_join', [STRINGS], STRING, (list) => join(list), resultTraversedTwice),
    receiver('list_join_string', [STRINGS, STRING], STRING, join, resultTraversedTwice),
  ),
];

const REVERSING: readonly FunctionDeclaration[] = [
  fn(
    'reverse',
    receiver('string_reverse', [STRING], STRING, (text) => codePoints(text).reverse().join('')),
  ),
];

/**
 * The strings library of a version: `format` and `quote` from 1 on, `reverse` from 3 on, `format` without a locale from 4 on.
 * Kubernetes 1.36 has version 2.
 */
export function stringsLibrary(version: number): Library {
  return defineLibrary({
    name: 'strings',
    version,
    functions: [
      ...SEARCHING,
      ...CHANGING,
      ...(version >= 1 ? formatting(version) : []),
      ...JOINING,
      ...(version >= 3 ? REVERSING : []),
    ],
  });
}
