// CEL's run-time values as JavaScript values, chosen so that parsed JSON is read in place, without conversion.
// Source of truth for meaning and ranges: google/cel-spec, doc/langdef.md ("Values").
//
//   null -> null          bool -> boolean       string -> string (size and index count Unicode code points)
//   int -> number if a safe integer, else bigint (never a bigint that would be a safe integer)
//   double -> number if finite and with a fraction, else CelDouble (integral values, -0, NaN, infinities)
//   uint -> CelUint       bytes -> Uint8Array   timestamp -> CelTimestamp   duration -> CelDuration
//   type -> CelType       optional -> CelOptional
//   list -> readonly array                      map -> plain object (JSON, own properties only) or CelMap
//   abstract values of libraries -> subclasses of CelOpaque

/** An int: a number when it is a safe integer, else a bigint within 64 bits. Make one with `makeInt`. */
export type CelInt = number | bigint;
/** A double: a number when finite with a fraction, else a `CelDouble`. Make one with `makeDouble`. */
export type CelDoubleValue = number | CelDouble;
export type CelBytes = Uint8Array;
export type CelList = readonly CelValue[];
/** A JSON object as it was parsed. Read it with `mapGet` and its relations only: own properties count, no others. */
export type JsonObject = { readonly [key: string]: CelValue };
export type CelMapValue = JsonObject | CelMap;
/** What a map may have as key. */
export type CelKey = string | boolean | CelInt | CelUint;

export type CelValue =
  | null
  | boolean
  | string
  | number
  | bigint
  | CelDouble
  | CelUint
  | CelBytes
  | CelTimestamp
  | CelDuration
  | CelType
  | CelOptional
  | CelOpaque
  | CelList
  | CelMapValue;

/** What a type is; `struct` is a declared object type with fields, `opaque` an abstract type of a library. */
export type TypeKind =
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'bool'
  | 'null_type'
  | 'dyn'
  | 'error'
  | 'timestamp'
  | 'duration'
  | 'type'
  | 'list'
  | 'map'
  | 'optional_type'
  | 'struct'
  | 'opaque'
  | 'typeParam';

/** The kinds that messages call otherwise than their types are named, as cel-go does. */
const DISPLAY_NAMES: ReadonlyMap<TypeKind, string> = new Map([
  ['null_type', 'null'],
  ['timestamp', 'timestamp'],
  ['duration', 'duration'],
]);

/**
 * A CEL type, immutable. `T` is the TypeScript type of its run-time values, so that the arguments of a library
 * function are typed by its declared parameters. It is also the run-time value of `type(x)`, hence a class: a
 * plain object would be a CEL map.
 */
export class CelType<out T = CelValue> {
  readonly kind: TypeKind;
  /** The name as CEL writes it, without parameters: `int`, `list`, `google.protobuf.Timestamp`, `net.IP`, `T`. */
  readonly name: string;
  /** Element of a list, key and value of a map, content of an optional or a `type`, parameters of an opaque type. */
  readonly params: readonly CelType[];
  /** Never present: it only ties `T` to the type. */
  protected declare readonly value?: T;

  constructor(kind: TypeKind, name: string, params: readonly CelType[] = []) {
    this.kind = kind;
    this.name = name;
    this.params = params;
    Object.freeze(this);
  }

  /** CEL's notation, such as `map(string, list(int))`. */
  toString(): string {
    const name = DISPLAY_NAMES.get(this.kind) ?? this.name;
    return this.params.length === 0 ? name : `${name}(${this.params.join(', ')})`;
  }
}

/** A failed evaluation. It is a result, never thrown, and never an element of another value. */
export class CelError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** The error value a library function returns: `celError('index out of range: 3')`. */
export function celError(message: string): CelError {
  return new CelError(message);
}

export const MAX_INT = 9223372036854775807n;
export const MIN_INT = -9223372036854775808n;
export const MAX_UINT = 18446744073709551615n;
const INT_LIMIT = 2 ** 63;

/** A double that no plain number can stand for: integral, negative zero, NaN or infinite. */
export class CelDouble {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** An unsigned integer; `value` is a number when safe, else a bigint, like an int's. */
export class CelUint {
  readonly value: CelInt;
  constructor(value: CelInt) {
    this.value = value;
  }
}

/** A point in time: nanoseconds since 1970-01-01T00:00:00Z, within years 1 to 9999. */
export class CelTimestamp {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** A span of time in nanoseconds, within 64 bits as in cel-go. */
export class CelDuration {
  readonly nanos: bigint;
  constructor(nanos: bigint) {
    this.nanos = nanos;
  }
}

/** An optional: `value` is undefined when there is none. */
export class CelOptional {
  readonly value: CelValue | undefined;
  constructor(value: CelValue | undefined) {
    this.value = value;
  }
  static readonly none: CelOptional = new CelOptional(undefined);
}

/** An abstract value of a library (quantity, IP address, URL ...). Subclasses are immutable. */
export abstract class CelOpaque {
  /** The name of its type, equal to the name given to `opaqueType`. */
  abstract readonly typeName: string;
  /** CEL's `==` with another value of any opaque type. */
  abstract equals(other: CelOpaque): boolean;
}

/**
 * A map that is not a JSON object: built by an expression, or with keys that are not strings. Keys 1, 1u and 1.0
 * are one key, as CEL looks numbers up by value.
 */
export class CelMap {
  /** By canonical key: numbers and unsigned numbers by plain value, strings and bools as they are. */
  readonly values: Map<string | boolean | CelInt, CelValue>;
  /** The keys that were unsigned, by canonical key, so that iteration gives them back as they were. */
  readonly unsigned: Map<CelInt, CelUint> | undefined;

  constructor(values: Map<string | boolean | CelInt, CelValue>, unsigned?: Map<CelInt, CelUint>) {
    this.values = values;
    this.unsigned = unsigned;
  }
}

/** An int from any integer within 64 bits (the caller has checked the range). */
export function makeInt(value: number | bigint): CelInt {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

/** Like `makeInt`, checked: an error value `integer overflow` outside 64 bits. */
export function makeIntChecked(value: bigint): CelInt | CelError {
  return value > MAX_INT || value < MIN_INT ? celError('integer overflow') : makeInt(value);
}

/** A double from any JavaScript number. */
export function makeDouble(value: number): CelDoubleValue {
  return Number.isFinite(value) && !Number.isInteger(value) ? value : new CelDouble(value);
}

/** An unsigned int from an integer within 0 .. 2^64-1 (the caller has checked the range). */
export function makeUint(value: number | bigint): CelUint {
  return new CelUint(makeInt(value));
}

/** Whether a value is an int. A JSON number with no fraction is one while it fits 64 bits. */
export function isInt(value: CelValue): value is CelInt {
  if (typeof value === 'number') return Number.isInteger(value) && value < INT_LIMIT && value >= -INT_LIMIT;
  return typeof value === 'bigint';
}

/** Whether a value is a double. */
export function isDouble(value: CelValue): value is CelDoubleValue {
  return typeof value === 'number' ? !isInt(value) : value instanceof CelDouble;
}

/** The nearest JavaScript number of an int, uint or double. */
export function toNumber(value: CelInt | CelDoubleValue | CelUint): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return Number(value.value);
}

/** The exact bigint of an int or uint. */
export function toBigInt(value: CelInt | CelUint): bigint {
  return BigInt(value instanceof CelUint ? value.value : value);
}

/** Whether a value is a list. */
export function isList(value: CelValue): value is CelList {
  return Array.isArray(value);
}

/** Whether a value is bytes. */
export function isBytes(value: CelValue): value is CelBytes {
  return value instanceof Uint8Array;
}

/** Whether a value is a JSON object, that is an object of no class (of any realm: its prototype has none itself). */
export function isJsonObject(value: unknown): value is JsonObject {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null;
}

/** Whether a value is a map of either form. */
export function isMap(value: CelValue): value is CelMapValue {
  return value instanceof CelMap || isJsonObject(value);
}

/**
 * The name CEL's `type()` gives to the kind of a value, without parameters: `int`, `map`,
 * `google.protobuf.Timestamp`, `net.IP`.
 */
export function typeName(value: CelValue): string {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    case 'number':
      return isInt(value) ? 'int' : 'double';
    case 'bigint':
      return 'int';
    default:
  }
  if (value === null) return 'null_type';
  if (Array.isArray(value)) return 'list';
  if (value instanceof CelOpaque) return value.typeName;
  if (value instanceof CelDouble) return 'double';
  if (value instanceof CelUint) return 'uint';
  if (value instanceof Uint8Array) return 'bytes';
  if (value instanceof CelTimestamp) return 'google.protobuf.Timestamp';
  if (value instanceof CelDuration) return 'google.protobuf.Duration';
  if (value instanceof CelOptional) return 'optional_type';
  if (value instanceof CelType) return 'type';
  return 'map';
}
