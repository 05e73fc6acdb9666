// Looking up a field or an element at run time, with every check, as cel-go's refQualify does it: what is no container has
// no fields, and only a list cannot be asked by name at all.
import type { Activation } from '../activation.js';
import { mapGet } from '../maps.js';
import {
  CelDouble,
  CelMap,
  CelOptional,
  CelUint,
  type CelValue,
  isDouble,
  isInt,
  isJsonObject,
  isMap,
  typeName,
} from '../values.js';

/**
 * Names that a JavaScript value of some type may answer to without owning a property: everything on the prototypes of
 * JSON values. A chain with any other names may read them directly; one with these checks ownership (measured: the
 * direct read takes half the time).
 */
const INHERITED = new Set(
  [Object, Array, String, Number, Boolean].flatMap((type) => Object.getOwnPropertyNames(type.prototype)),
);

export function isPlainName(key: string): boolean {
  return !INHERITED.has(key) && !/^\d+$/.test(key);
}

/** An object whose fields are read directly: JSON, and the names are none that JSON values inherit. */
export type Fields = Readonly<Record<string, CelValue>> | null | undefined;

/** Whether a JSON value is an object. */
export function isFields(value: Fields): value is NonNullable<Fields> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `object.key` with every check. */
export function select(activation: Activation, object: CelValue, key: string): CelValue | undefined {
  if (object instanceof CelOptional) {
    if (object.value === undefined) return CelOptional.none;
    const field = lookup(object.value, key);
    if (field === BAD_INDEX) return activation.fail(badIndex(key));
    if (field !== undefined) return new CelOptional(field);
    return mustHoldMap(activation, object.value) ? activation.fail(`no such key: ${key}`) : CelOptional.none;
  }
  const value = lookup(object, key);
  if (value === BAD_INDEX) return activation.fail(badIndex(key));
  return value === undefined ? activation.fail(`no such key: ${key}`) : value;
}

export function test(activation: Activation, object: CelValue, key: string): boolean | undefined {
  if (object instanceof CelOptional) return object.value !== undefined && test(activation, object.value, key);
  const value = lookup(object, key);
  return value === BAD_INDEX ? activation.fail(badIndex(key)) : value !== undefined;
}

/** Whether `optional.key` is an error as the optional holds no map: by the specification it is, in cel-go it is none. */
export function mustHoldMap(activation: Activation, held: CelValue): boolean {
  return !activation.environment.options.lenientOptionals && !isMap(held);
}

/** Stands for the one way to look something up that is an error even for `has()`: in a list, by other than a position. */
export const BAD_INDEX: unique symbol = Symbol('bad index');

export function badIndex(index: CelValue): string {
  return isDouble(index)
    ? `unsupported index value ${printKey(index)} in list`
    : `unsupported index type '${typeName(index)}' in list`;
}

/** The field of a map; undefined if it has none, or if it is no map at all (as cel-go's refQualify has it). */
export function lookup(object: CelValue, key: string): CelValue | undefined | typeof BAD_INDEX {
  if (isJsonObject(object)) return Object.hasOwn(object, key) ? object[key] : undefined;
  if (object instanceof CelMap) return object.values.get(key);
  return Array.isArray(object) ? BAD_INDEX : undefined;
}

export function elementAt(
  activation: Activation,
  container: CelValue,
  index: CelValue,
): CelValue | undefined {
  if (container instanceof CelOptional) {
    if (container.value === undefined) return CelOptional.none;
    const found = element(container.value, index);
    if (found === BAD_INDEX) return activation.fail(badIndex(index));
    return found === undefined ? CelOptional.none : new CelOptional(found);
  }
  const found = element(container, index);
  if (found === BAD_INDEX) return activation.fail(badIndex(index));
  if (found !== undefined) return found;
  return activation.fail(
    Array.isArray(container) ? `index out of bounds: ${printKey(index)}` : `no such key: ${printKey(index)}`,
  );
}

export function element(container: CelValue, index: CelValue): CelValue | undefined | typeof BAD_INDEX {
  if (Array.isArray(container)) {
    const at = listIndex(index);
    return at === undefined ? BAD_INDEX : (container[at] as CelValue | undefined);
  }
  return isMap(container) ? mapGet(container, index) : undefined;
}

/** The position a list index means: any kind of number with an integral value. */
function listIndex(index: CelValue): number | undefined {
  if (typeof index === 'number') return isInt(index) ? index : undefined;
  if (typeof index === 'bigint') return Number(index);
  if (index instanceof CelUint || index instanceof CelDouble) {
    const value = Number(index.value);
    return Number.isInteger(value) ? value : undefined;
  }
  return undefined;
}

/** A key or index as messages show it; what can be none by its type. */
export function printKey(key: CelValue): string {
  if (key instanceof CelUint || key instanceof CelDouble) return String(key.value);
  return typeof key === 'object' && key !== null ? typeName(key) : String(key);
}
