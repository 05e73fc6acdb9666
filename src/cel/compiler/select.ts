// Field selection. Chains of fields below a JSON variable become one closure. Costs: cel-go charges 1 for the root and 1 for
// every field.
import type { Activation, Run } from '../activation.js';
import type { FieldDeclaration } from '../structs.js';
import type { CelValue } from '../values.js';
import { type Code, settle } from './code.js';
import { type Fields, isPlainName, select } from './lookup.js';
import { optionalSelectCode } from './optional-access.js';

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
