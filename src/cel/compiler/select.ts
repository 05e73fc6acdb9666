// Field selection, `has()`, indexing and their optional forms. Chains of fields below a JSON variable become one
// closure. Costs: cel-go charges 1 for the root and 1 for every field or index; `has` itself costs nothing in Kubernetes.
import type { Activation, Run } from '../activation.js';
import { mapGet } from '../maps.js';
import type { FieldDeclaration } from '../structs.js';
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
import { type Code, NONE, settle } from './code.js';

/**
 * Names that a JavaScript value of some type may answer to without owning a property: everything on the prototypes of
 * JSON values. A chain with any other names may read them directly; one with these checks ownership (measured: the
 * direct read takes half the time).
 */
const INHERITED = new Set(
  [Object, Array, String, Number, Boolean].flatMap((type) => Object.getOwnPropertyNames(type.prototype)),
);

function isPlainName(key: string): boolean {
  return !INHERITED.has(key) && !/^\d+$/.test(key);
}

/** The code of `operand.key`, where the key is a constant. */
export function selectCode(operand: Code, key: string, field: FieldDeclaration | undefined): Code {
  const cost = operand.cost + (operand.attribute ? 1 : 2);
  if (operand.maybe !== undefined) return optionalSelectCode(operand, key, field, true);
  if (operand.path !== undefined && isPlainName(key) && field?.convert === undefined) {
    const path = { slot: operand.path.slot, keys: [...operand.path.keys, key] };
    return { run: readPath(path.slot, path.keys), cost, attribute: true, json: true, path };
  }
  return converted(
    { run: readField(operand, key), cost, attribute: true, json: operand.json ?? false },
    field,
  );
}

/** Gives a declared field the value of its type. */
function converted(code: Code, field: FieldDeclaration | undefined): Code {
  const convert = field?.convert;
  if (convert === undefined) return code;
  const { run } = code;
  return {
    ...code,
    json: false,
    run: (activation) => {
      const value = run(activation);
      return value === undefined ? undefined : settle(activation, convert(value));
    },
  };
}

function readField(operand: Code, key: string): Run {
  const { run } = operand;
  if (operand.json && isPlainName(key)) {
    return (activation) => {
      const object = run(activation) as Readonly<Record<string, CelValue>> | null | undefined;
      if (object == null) return object === undefined ? undefined : select(activation, null, key);
      return object[key] ?? select(activation, object, key);
    };
  }
  return (activation) => {
    const object = run(activation);
    return object === undefined ? undefined : select(activation, object, key);
  };
}

/** An object whose fields are read directly: JSON, and the names are none that JSON values inherit. */
type Fields = Readonly<Record<string, CelValue>> | null | undefined;

/** Reads a chain of plain names below a JSON variable; the slow path tells what is missing. */
export function readPath(slot: number, keys: readonly string[]): Run {
  const [one, two, three, four] = keys as [string, string, string, string];
  const slow = (activation: Activation) => walk(activation, slot, keys);
  // One closure for each length: a loop over the keys takes half as long again.
  switch (keys.length) {
    case 0:
      return (activation) => (activation.slots[slot] as CelValue | undefined) ?? slow(activation);
    case 1:
      return (activation) => {
        const root = activation.slots[slot] as Fields;
        return root == null ? slow(activation) : (root[one] ?? slow(activation));
      };
    case 2:
      return (activation) => {
        const root = activation.slots[slot] as Fields;
        if (root == null) return slow(activation);
        const first = root[one] as Fields;
        return first == null ? slow(activation) : (first[two] ?? slow(activation));
      };
    case 3:
      return (activation) => {
        const root = activation.slots[slot] as Fields;
        if (root == null) return slow(activation);
        const first = root[one] as Fields;
        if (first == null) return slow(activation);
        const second = first[two] as Fields;
        return second == null ? slow(activation) : (second[three] ?? slow(activation));
      };
    case 4:
      return (activation) => {
        const root = activation.slots[slot] as Fields;
        if (root == null) return slow(activation);
        const first = root[one] as Fields;
        if (first == null) return slow(activation);
        const second = first[two] as Fields;
        if (second == null) return slow(activation);
        const third = second[three] as Fields;
        return third == null ? slow(activation) : (third[four] ?? slow(activation));
      };
    default:
      return (activation) => {
        let value = activation.slots[slot] as Fields;
        for (const key of keys) {
          if (value == null) return slow(activation);
          value = value[key] as Fields;
        }
        return (value as CelValue | undefined) ?? slow(activation);
      };
  }
}

function walk(activation: Activation, slot: number, keys: readonly string[]): CelValue | undefined {
  let value = activation.slots[slot] as CelValue | undefined;
  if (value === undefined) return activation.fail('no such attribute(s)');
  for (const key of keys) {
    value = select(activation, value, key);
    if (value === undefined) return undefined;
  }
  return value;
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

/** Whether `optional.key` is an error as the optional holds no map: by the specification it is, in cel-go it is none. */
function mustHoldMap(activation: Activation, held: CelValue): boolean {
  return !activation.environment.options.lenientOptionals && !isMap(held);
}

/** Stands for the one way to look something up that is an error even for `has()`: in a list, by other than a position. */
const BAD_INDEX: unique symbol = Symbol('bad index');

function badIndex(index: CelValue): string {
  return isDouble(index)
    ? `unsupported index value ${printKey(index)} in list`
    : `unsupported index type '${typeName(index)}' in list`;
}

/** The field of a map; undefined if it has none, or if it is no map at all (as cel-go's refQualify has it). */
function lookup(object: CelValue, key: string): CelValue | undefined | typeof BAD_INDEX {
  if (isJsonObject(object)) return Object.hasOwn(object, key) ? object[key] : undefined;
  if (object instanceof CelMap) return object.values.get(key);
  return Array.isArray(object) ? BAD_INDEX : undefined;
}

/** The code of `has(operand.key)`. */
export function hasCode(operand: Code, key: string): Code {
  const { run, maybe } = operand;
  const cost = operand.cost + (operand.attribute ? 0 : 1);
  if (maybe !== undefined) {
    return {
      cost,
      run: (activation) => {
        const object = maybe(activation);
        return object === undefined ? undefined : object === NONE ? false : test(activation, object, key);
      },
    };
  }
  if (operand.json && isPlainName(key)) {
    return { cost, run: hasField(operand, key, true), negated: hasField(operand, key, false) };
  }
  return {
    cost,
    run: (activation) => {
      const object = run(activation);
      return object === undefined ? undefined : test(activation, object, key);
    },
  };
}

/** Whether a JSON object has a plain name, or with `present` false whether it lacks it. */
function hasField(operand: Code, key: string, present: boolean): Run {
  const { run, path } = operand;
  const slow = (activation: Activation) => {
    const object = run(activation);
    const found = object === undefined ? undefined : test(activation, object, key);
    return found === undefined ? undefined : found === present;
  };
  if (path !== undefined && path.keys.length <= 1) {
    const { slot } = path;
    const only = path.keys[0];
    if (only === undefined) {
      return (activation) => {
        const object = activation.slots[slot] as Fields;
        return isFields(object) ? (object[key] !== undefined) === present : slow(activation);
      };
    }
    return (activation) => {
      const root = activation.slots[slot] as Fields;
      const object = root == null ? undefined : (root[only] as Fields);
      return isFields(object) ? (object[key] !== undefined) === present : slow(activation);
    };
  }
  return (activation) => {
    const object = run(activation) as Fields;
    return isFields(object) ? (object[key] !== undefined) === present : slow(activation);
  };
}

/** Whether a JSON value is an object. */
function isFields(value: Fields): value is NonNullable<Fields> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function test(activation: Activation, object: CelValue, key: string): boolean | undefined {
  if (object instanceof CelOptional) return object.value !== undefined && test(activation, object.value, key);
  const value = lookup(object, key);
  return value === BAD_INDEX ? activation.fail(badIndex(key)) : value !== undefined;
}

/** The code of `operand.?key`, or with `plain` of `operand.key` on an optional. */
export function optionalSelectCode(
  operand: Code,
  key: string,
  field: FieldDeclaration | undefined,
  plain: boolean,
): Code {
  const cost = operand.cost + (operand.attribute ? 1 : 2);
  const source = operand.maybe ?? unwrapping(operand.run);
  const direct = (operand.json ?? false) && isPlainName(key);
  const convert = field?.convert;
  const maybe: NonNullable<Code['maybe']> = (activation) => {
    const object = source(activation);
    if (object === undefined || object === NONE) return object;
    if (direct && isFields(object as Fields)) {
      const found = (object as NonNullable<Fields>)[key];
      if (found !== undefined) return convert === undefined ? found : settle(activation, convert(found));
      return NONE;
    }
    const value = lookup(object, key);
    if (value === BAD_INDEX) return activation.fail(badIndex(key));
    if (value === undefined) {
      return plain && mustHoldMap(activation, object) ? activation.fail(`no such key: ${key}`) : NONE;
    }
    return convert === undefined ? value : settle(activation, convert(value));
  };
  return {
    run: wrapping(maybe),
    maybe,
    cost,
    attribute: true,
    json: (operand.json ?? false) && convert === undefined,
  };
}

/** An optional's content without the optional; a plain value counts as its own content. */
export function unwrapping(run: Run): NonNullable<Code['maybe']> {
  return (activation) => {
    const value = run(activation);
    return value instanceof CelOptional ? (value.value ?? NONE) : value;
  };
}

export function wrapping(maybe: NonNullable<Code['maybe']>): Run {
  return (activation) => {
    const value = maybe(activation);
    if (value === undefined) return undefined;
    return value === NONE ? CelOptional.none : new CelOptional(value);
  };
}

/** The code of `operand[index]`; an optional operand gives an optional. */
export function indexCode(operand: Code, index: Code): Code {
  const key = index.constant;
  if (operand.maybe !== undefined) return optionalIndexCode(operand, index);
  if (typeof key === 'string' && operand.json) return selectCode(operand, key, undefined);
  const cost = indexCost(operand, index);
  const { run } = operand;
  const json = operand.json ?? false;
  if (typeof key === 'number') {
    return {
      cost,
      attribute: true,
      json,
      run: (activation) => {
        const container = run(activation);
        if (Array.isArray(container)) {
          return (container[key] as CelValue | undefined) ?? elementAt(activation, container, key);
        }
        return container === undefined ? undefined : elementAt(activation, container, key);
      },
    };
  }
  const runIndex = index.run;
  return {
    cost,
    attribute: true,
    json,
    run: (activation) => {
      const container = run(activation);
      if (container === undefined) return undefined;
      const at = runIndex(activation);
      return at === undefined ? undefined : elementAt(activation, container, at);
    },
  };
}

/** Like `a.?b` for any index, `operand[?index]`. */
export function optionalIndexCode(operand: Code, index: Code): Code {
  const source = operand.maybe ?? unwrapping(operand.run);
  const runIndex = index.run;
  const maybe: NonNullable<Code['maybe']> = (activation) => {
    const container = source(activation);
    if (container === undefined) return undefined;
    const at = runIndex(activation);
    if (at === undefined || container === NONE) return at === undefined ? undefined : NONE;
    const found = element(container, at);
    return found === BAD_INDEX ? activation.fail(badIndex(at)) : found === undefined ? NONE : found;
  };
  return {
    run: wrapping(maybe),
    maybe,
    cost: indexCost(operand, index),
    attribute: true,
    json: operand.json ?? false,
  };
}

function indexCost(operand: Code, index: Code): number {
  return operand.cost + (operand.attribute ? 0 : 1) + index.cost + 1 - (index.attribute ? 1 : 0);
}

function elementAt(activation: Activation, container: CelValue, index: CelValue): CelValue | undefined {
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

function element(container: CelValue, index: CelValue): CelValue | undefined | typeof BAD_INDEX {
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

export function printKey(key: CelValue): string {
  return key instanceof CelUint || key instanceof CelDouble ? String(key.value) : String(key);
}
