// How `format` prints in versions 1 to 3 of the strings library, which Kubernetes has: numbers as an American writes them
// (1,234.500000 and 1.234568×10⁰³), lists and maps as CEL literals. Source of truth: cel-go's ext/formatting.go.

import { mapEntries } from '../maps.js';
import {
  CelDuration,
  CelError,
  type CelKey,
  type CelMapValue,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  celError,
  isDouble,
  isInt,
  isList,
  isMap,
  type TypeKind,
  toNumber,
  typeName,
} from '../values.js';
import { fixedDigits, scientificDigits } from './decimal-text.js';
import { goQuote } from './go-text.js';
import { toText } from './standard-conversions.js';
import { type Directive, type FormatStyle, refused, TAKEN_ALWAYS } from './string-format.js';
import { joinPrinted, printInBase, printInteger } from './string-format-integers.js';

const DEFAULT_PRECISION = 6;

/** NaN and the infinities may be given as text. */
const NUMBERS: ReadonlySet<TypeKind> = new Set<TypeKind>(['double', 'string']);

export const AMERICAN_STYLE: FormatStyle = {
  takes: { ...TAKEN_ALWAYS, d: new Set<TypeKind>(['int', 'uint']), f: NUMBERS, e: NUMBERS },
  print: (directive, value, precision) => {
    switch (directive) {
      case 's':
        return printString(value);
      case 'd':
        return printInteger('d', value) ?? refused('d', typeName(value));
      case 'f':
      case 'e':
        return printNumber(directive, value, precision ?? DEFAULT_PRECISION);
      default:
        return printInBase(directive, value);
    }
  },
};

const NUMBER_WORDS: ReadonlyMap<CelValue, number> = new Map<CelValue, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

function printNumber(directive: Directive, value: CelValue, precision: number): string | CelError {
  const number = isDouble(value) ? toNumber(value) : NUMBER_WORDS.get(value);
  if (number === undefined) return refused(directive, typeName(value));
  if (directive === 'f') return printFixed(number, precision);
  // cel-go passes the precision on as a width.
  return printScientific(number).padStart(precision);
}

function special(number: number): string | undefined {
  if (Number.isNaN(number)) return 'NaN';
  return Number.isFinite(number) ? undefined : number < 0 ? '-∞' : '∞';
}

function printFixed(number: number, precision: number): string {
  const known = special(number);
  if (known !== undefined) return known;
  const { whole, fraction } = fixedDigits(number, precision);
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${number < 0 ? '-' : ''}${grouped}${fraction === '' ? '' : `.${fraction}`}`;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function printScientific(number: number): string {
  const known = special(number);
  if (known !== undefined) return known;
  const { digit, fraction, exponent } = scientificDigits(number, DEFAULT_PRECISION);
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  const raised = digits.replace(/\d/g, (each) => RAISED[Number(each)] ?? each);
  return `${number < 0 ? '-' : ''}${digit}.${fraction}×10${exponent < 0 ? '⁻' : ''}${raised}`;
}

function printString(value: CelValue): string | CelError {
  if (isList(value)) return printList(value);
  if (value === null) return 'null';
  if (value instanceof CelType) return value.name;
  const plain =
    typeof value !== 'object' ||
    isDouble(value) ||
    [CelUint, CelTimestamp, CelDuration, Uint8Array].some((kind) => value instanceof kind);
  if (plain) {
    const text = toText(value);
    if (typeof text === 'string') return text;
    return celError(
      `could not convert argument ${goQuote(text instanceof CelError ? text.message : '')} to string`,
    );
  }
  return isMap(value) ? printMap(value) : refused('s', typeName(value));
}

function printList(list: readonly CelValue[]): string | CelError {
  const joined = joinPrinted(list.map(printElement), ', ');
  return joined instanceof CelError ? joined : `[${joined}]`;
}

function printMap(map: CelMapValue): string | CelError {
  const entries = mapEntries(map).map(([key, value]): [string, string | CelError] => [
    printKey(key),
    printElement(value),
  ]);
  entries.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const joined = joinPrinted(
    entries.map(([key, value]) => (value instanceof CelError ? value : `${key}:${value}`)),
    ', ',
  );
  return joined instanceof CelError ? joined : `{${joined}}`;
}

function printKey(key: CelKey): string {
  return typeof key === 'string' ? goQuote(key) : String(key instanceof CelUint ? key.value : key);
}

/** A value within a list or map: as CEL would write it. */
function printElement(value: CelValue): string | CelError {
  if (isDouble(value)) {
    const number = toNumber(value);
    if (Number.isNaN(number)) return '"NaN"';
    if (!Number.isFinite(number)) return number < 0 ? '"-Inf"' : '"+Inf"';
    const { whole, fraction } = fixedDigits(number, DEFAULT_PRECISION);
    return `${number < 0 || Object.is(number, -0) ? '-' : ''}${whole}.${fraction}`;
  }
  if (isList(value) || value === null || value instanceof CelType || isInt(value)) return printString(value);
  const text = isPrintable(value) ? printString(value) : undefined;
  if (text === undefined) return celError(`no formatting function for ${typeName(value)}`);
  if (text instanceof CelError) return text;
  if (typeof value === 'string') return goQuote(text);
  if (value instanceof Uint8Array) return `b${goQuote(text)}`;
  if (value instanceof CelTimestamp) return `timestamp(${goQuote(text)})`;
  return value instanceof CelDuration ? `duration(${goQuote(text)})` : text;
}

function isPrintable(value: CelValue): boolean {
  return (
    typeof value !== 'object' ||
    isMap(value) ||
    [CelUint, CelTimestamp, CelDuration, Uint8Array].some((kind) => value instanceof kind)
  );
}
