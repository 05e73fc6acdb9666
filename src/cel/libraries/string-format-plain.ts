// How `format` prints from version 4 of the strings library on, without any locale: 1234.500000, 1.234568e+03, and lists and
// maps without quotes. Source of truth: cel-go's ext/formatting_v2.go.
import { mapEntries } from '../maps.js';
import {
  CelDuration,
  CelError,
  type CelMapValue,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  isDouble,
  isInt,
  isList,
  isMap,
  type TypeKind,
  toNumber,
  typeName,
} from '../values.js';
import { fixedDigits, isNegative, scientificDigits } from './decimal-text.js';
import { toText } from './standard-conversions.js';
import { type FormatStyle, refused, TAKEN_ALWAYS } from './string-format.js';
import { joinPrinted, printInBase, printInteger } from './string-format-integers.js';

const DEFAULT_PRECISION = 6;

const NUMBERS: ReadonlySet<TypeKind> = new Set<TypeKind>(['int', 'uint', 'double']);

export const PLAIN_STYLE: FormatStyle = {
  takes: { ...TAKEN_ALWAYS, d: NUMBERS, f: NUMBERS, e: NUMBERS },
  print: (directive, value, precision = DEFAULT_PRECISION) => {
    switch (directive) {
      case 's':
        return printString(value);
      case 'd':
        return (
          printInteger('d', value) ??
          (isDouble(value) ? printDouble(toNumber(value)) : refused('d', typeName(value)))
        );
      case 'f':
      case 'e': {
        if (!isDouble(value) && !isInt(value) && !(value instanceof CelUint))
          return refused(directive, typeName(value));
        const number = toNumber(value);
        return (
          special(number) ??
          (directive === 'f' ? printFixed(number, precision) : printScientific(number, precision))
        );
      }
      default:
        return printInBase(directive, value);
    }
  },
};

function special(number: number): string | undefined {
  if (Number.isNaN(number)) return 'NaN';
  return Number.isFinite(number) ? undefined : number < 0 ? '-Infinity' : 'Infinity';
}

function printFixed(number: number, precision: number): string {
  const { whole, fraction } = fixedDigits(number, precision);
  return `${isNegative(number) ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

function printScientific(number: number, precision: number): string {
  const { digit, fraction, exponent } = scientificDigits(number, precision);
  const power = `${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return `${isNegative(number) ? '-' : ''}${digit}${fraction === '' ? '' : `.${fraction}`}e${power}`;
}

/** The shortest digits that mean this double, never with an exponent. */
function printDouble(number: number): string {
  const known = special(number);
  if (known !== undefined) return known;
  const [digits = '', power = '0'] = Math.abs(number).toExponential().split('e');
  const decimals = (digits.split('.')[1] ?? '').length - Number(power);
  if (decimals >= 0) return printFixed(number, decimals);
  const plain = digits.replace('.', '');
  return `${isNegative(number) ? '-' : ''}${plain.padEnd(Number(power) + 1, '0')}`;
}

function printString(value: CelValue): string | CelError {
  if (value === null) return 'null';
  if (value instanceof CelType) return value.name;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (isDouble(value)) return printDouble(toNumber(value));
  if (isList(value)) {
    const joined = joinPrinted(value.map(printString), ', ');
    return joined instanceof CelError ? joined : `[${joined}]`;
  }
  const plain =
    typeof value !== 'object' || [CelUint, CelTimestamp, CelDuration].some((kind) => value instanceof kind);
  const text = plain ? toText(value) : undefined;
  if (typeof text === 'string') return text;
  return isMap(value) ? printMap(value) : refused('s', typeName(value));
}

function printMap(map: CelMapValue): string | CelError {
  const entries = mapEntries(map).map(([key, value]): [string, string | CelError] => [
    key instanceof CelUint ? String(key.value) : String(key),
    printString(value),
  ]);
  entries.sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  const joined = joinPrinted(
    entries.map(([key, value]) => (value instanceof CelError ? value : `${key}: ${value}`)),
    ', ',
  );
  return joined instanceof CelError ? joined : `{${joined}}`;
}
