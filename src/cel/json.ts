// Between CEL values and JSON. Source of truth for the JSON of each kind: protobuf's JSON mapping, which cel-go uses
// (google/cel-spec, doc/langdef.md, "JSON Data Conversion").
import { printDuration } from './durations.js';
import { mapEntries } from './maps.js';
import { printTimestamp } from './timestamps.js';
import {
  CelDouble,
  CelDuration,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelType,
  CelUint,
  type CelValue,
  isMap,
  makeInt,
} from './values.js';

export type Json = null | boolean | string | number | readonly Json[] | { readonly [key: string]: Json };

/** Deepest value converted; anything below becomes null. */
const MAX_DEPTH = 200;

/**
 * The JSON of a value. Integers beyond 2^53 become strings of digits, bytes base64, times their text, an empty optional
 * null, a type or an abstract value its name.
 */
export function toJson(value: CelValue, depth = 0): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return String(value);
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value))
    return (value as readonly CelValue[]).map((element) => toJson(element, depth + 1));
  if (value instanceof CelUint) return toJson(value.value);
  if (value instanceof CelDouble) return Number.isFinite(value.value) ? value.value : String(value.value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof CelTimestamp) return printTimestamp(value);
  if (value instanceof CelDuration) return printDuration(value);
  if (value instanceof CelOptional) return value.value === undefined ? null : toJson(value.value, depth + 1);
  if (value instanceof CelType) return value.name;
  if (value instanceof CelOpaque) return value.typeName;
  if (!isMap(value)) return null;
  const entries = mapEntries(value).map(([key, element]): [string, Json] => [
    key instanceof CelUint ? String(key.value) : String(key),
    toJson(element, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

/**
 * The CEL value of JSON: itself, since JSON is read in place. Only what JSON cannot hold and JavaScript can
 * (undefined, functions, symbols) becomes null.
 */
export function fromJson(json: unknown): CelValue {
  if (json === null || typeof json === 'string' || typeof json === 'boolean' || typeof json === 'number')
    return json;
  if (typeof json === 'bigint') return makeInt(json);
  // Parsed JSON holds nothing but JSON; a caller with something else has its own values made by the library.
  return typeof json === 'object' ? (json as CelValue) : null;
}
