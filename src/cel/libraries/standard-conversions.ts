// Type conversions, `type()` and `dyn()`. Source of truth: google/cel-spec, doc/langdef.md ("List of Standard
// Definitions") and cel-go's common/types (ranges, formats and messages).

import { timestampChecked } from '../arithmetic.js';
import { parseDuration, printDuration } from '../durations.js';
import { type CallResult, type FunctionDeclaration, fn, type Overload, overload } from '../library.js';
import { parseInteger } from '../number-literals.js';
import { runtimeType } from '../runtime-types.js';
import { parseTimestamp, printTimestamp, split } from '../timestamps.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  STRING,
  TIMESTAMP,
  typeParam,
  typeType,
  UINT,
} from '../types.js';
import {
  CelDouble,
  CelDuration,
  CelError,
  CelTimestamp,
  CelUint,
  type CelValue,
  celError,
  isInt,
  MAX_INT,
  MAX_UINT,
  MIN_INT,
  makeDouble,
  makeInt,
  toBigInt,
  toNumber,
  typeName,
} from '../values.js';

function failed(value: CelValue, to: string): CallResult {
  return celError(`type conversion error from '${typeName(value)}' to '${to}'`);
}

function toInt(value: CelValue): CallResult {
  if (isInt(value)) return value;
  if (value instanceof CelUint)
    return toBigInt(value) > MAX_INT ? celError('integer overflow') : makeInt(toBigInt(value));
  if (typeof value === 'number' || value instanceof CelDouble)
    return truncated(toNumber(value), MIN_INT, MAX_INT, 'integer overflow');
  if (value instanceof CelTimestamp) return makeInt(split(value.nanos)[0]);
  if (value instanceof CelDuration) return makeInt(value.nanos);
  if (typeof value !== 'string' || !/^[+-]?\d{1,40}$/.test(value)) return failed(value, 'int');
  return parseInteger(value.replace(/^\+/, ''), false) ?? failed(value, 'int');
}

/** The integral part of a double. Past its precision a double at the very limit counts as beyond it, as in cel-go. */
function truncated(value: number, min: bigint, max: bigint, message: string): CallResult {
  if (!Number.isFinite(value)) return celError(message);
  const whole = BigInt(Math.trunc(value));
  const outside = min < 0n ? whole <= min || whole >= max : whole < min || value < 0 || whole >= max;
  return outside ? celError(message) : makeInt(whole);
}

function toUint(value: CelValue): CallResult {
  if (value instanceof CelUint) return value;
  if (isInt(value)) return value < 0 ? celError('unsigned integer overflow') : new CelUint(makeInt(value));
  if (typeof value === 'number' || value instanceof CelDouble) {
    const whole = truncated(toNumber(value), 0n, MAX_UINT, 'unsigned integer overflow');
    return typeof whole === 'number' || typeof whole === 'bigint' ? new CelUint(whole) : whole;
  }
  if (typeof value !== 'string' || !/^\d{1,40}$/.test(value)) return failed(value, 'uint');
  const parsed = parseInteger(`${value}u`, true);
  return parsed === undefined ? failed(value, 'uint') : new CelUint(parsed);
}

const DOUBLE_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
]);

function toDouble(value: CelValue): CallResult {
  if (isInt(value) || value instanceof CelUint) return makeDouble(toNumber(value));
  if (typeof value === 'number' || value instanceof CelDouble) return value;
  if (typeof value !== 'string') return failed(value, 'double');
  if (DOUBLE_TEXT.test(value)) {
    const parsed = Number(value);
    return Number.isFinite(parsed) ? makeDouble(parsed) : failed(value, 'double');
  }
  const special = SPECIAL_DOUBLES.get(value.toLowerCase().replace(/^[+-]/, ''));
  if (special === undefined) return failed(value, 'double');
  return makeDouble(value.startsWith('-') ? -special : special);
}

const BOOL_TEXT: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((text): [string, boolean] => [text, true]),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text): [string, boolean] => [text, false]),
]);

function toBool(value: CelValue): CallResult {
  if (typeof value === 'boolean') return value;
  return (typeof value === 'string' ? BOOL_TEXT.get(value) : undefined) ?? failed(value, 'bool');
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `string(value)` */
export function toText(value: CelValue): CallResult {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (isInt(value)) return String(value < 0 ? `-${-BigInt(value)}` : BigInt(value));
  if (value instanceof CelUint) return String(value.value);
  if (typeof value === 'number' || value instanceof CelDouble) return printDouble(toNumber(value));
  if (value instanceof CelTimestamp) return printTimestamp(value);
  if (value instanceof CelDuration) return printDuration(value);
  if (!(value instanceof Uint8Array)) return failed(value, 'string');
  try {
    return utf8.decode(value);
  } catch {
    // A fatal decoder throws on anything that is not UTF-8.
    return celError('invalid UTF-8 in bytes, cannot convert to string');
  }
}

/** A double as Go's `%g` writes it: with an exponent, of at least two digits, below 1e-04 and from 1e+06. */
export function printDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const [digits, power] = value.toExponential().split('e') as [string, string];
  const exponent = value === 0 ? 0 : Number(power);
  if (exponent >= -4 && exponent < 6) return String(value);
  return `${digits}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

function toBytes(value: CelValue): CallResult {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? new TextEncoder().encode(value) : failed(value, 'bytes');
}

function toTimestamp(value: CelValue): CallResult {
  if (value instanceof CelTimestamp) return value;
  if (isInt(value)) return timestampChecked(BigInt(value) * 1_000_000_000n);
  return (
    (typeof value === 'string' ? parseTimestamp(value) : undefined) ??
    failed(value, 'google.protobuf.Timestamp')
  );
}

function toDuration(value: CelValue): CallResult {
  if (value instanceof CelDuration) return value;
  if (isInt(value)) return new CelDuration(BigInt(value));
  return (
    (typeof value === 'string' ? parseDuration(value) : undefined) ??
    failed(value, 'google.protobuf.Duration')
  );
}

const traversal = ([value]: readonly CelValue[]) =>
  Math.ceil((typeof value === 'string' || value instanceof Uint8Array ? value.length : 1) * 0.1);

function conversion(
  name: string,
  result: CelType,
  call: (value: CelValue) => CallResult,
  from: readonly (readonly [id: string, from: CelType])[],
): FunctionDeclaration {
  return fn(
    name,
    ...from.map(([id, type]): Overload => {
      const cost = id === 'string_to_bytes' || id === 'bytes_to_string' ? { cost: traversal } : {};
      const literal = type === STRING && (result === TIMESTAMP || result === DURATION);
      const validate = literal ? { validate: validateText(name, call) } : {};
      return overload(id, [type], result, call, {
        ...cost,
        ...validate,
        conversion: true,
        costWhenAmbiguous: false,
      });
    }),
  );
}

/** Refuses constant texts that are no timestamp or duration, as Kubernetes does when it compiles an expression. */
function validateText(
  name: string,
  call: (value: CelValue) => CallResult,
): NonNullable<Overload['validate']> {
  return ([text]) => {
    const invalid = typeof text === 'string' && call(text) instanceof CelError;
    return invalid ? `invalid ${name} argument` : undefined;
  };
}

const A = typeParam('A');

export const CONVERSION_FUNCTIONS: readonly FunctionDeclaration[] = [
  conversion('int', INT, toInt, [
    ['int64_to_int64', INT],
    ['uint64_to_int64', UINT],
    ['double_to_int64', DOUBLE],
    ['string_to_int64', STRING],
    ['timestamp_to_int64', TIMESTAMP],
    ['duration_to_int64', DURATION],
  ]),
  conversion('uint', UINT, toUint, [
    ['uint64_to_uint64', UINT],
    ['int64_to_uint64', INT],
    ['double_to_uint64', DOUBLE],
    ['string_to_uint64', STRING],
  ]),
  conversion('double', DOUBLE, toDouble, [
    ['double_to_double', DOUBLE],
    ['int64_to_double', INT],
    ['uint64_to_double', UINT],
    ['string_to_double', STRING],
  ]),
  conversion('bool', BOOL, toBool, [
    ['bool_to_bool', BOOL],
    ['string_to_bool', STRING],
  ]),
  conversion('string', STRING, toText, [
    ['string_to_string', STRING],
    ['bool_to_string', BOOL],
    ['bytes_to_string', BYTES],
    ['double_to_string', DOUBLE],
    ['duration_to_string', DURATION],
    ['int64_to_string', INT],
    ['timestamp_to_string', TIMESTAMP],
    ['uint64_to_string', UINT],
  ]),
  conversion('bytes', BYTES, toBytes, [
    ['bytes_to_bytes', BYTES],
    ['string_to_bytes', STRING],
  ]),
  conversion('timestamp', TIMESTAMP, toTimestamp, [
    ['timestamp_to_timestamp', TIMESTAMP],
    ['int64_to_timestamp', INT],
    ['string_to_timestamp', STRING],
  ]),
  conversion('duration', DURATION, toDuration, [
    ['duration_to_duration', DURATION],
    ['int64_to_duration', INT],
    ['string_to_duration', STRING],
  ]),
  fn(
    'dyn',
    overload('to_dyn', [A], DYN, (value) => value, { conversion: true, costWhenAmbiguous: false }),
  ),
  fn(
    'type',
    overload('type', [A], typeType(A), (value) => runtimeType(value)),
  ),
];
