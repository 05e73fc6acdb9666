// List and map literals. Literals of constants are constants themselves, and cost nothing, as cel-go folds them; all
// others cost 10 (list) or 30 (map) besides their parts.
import type { Run } from '../activation.js';
import { canonicalKey, makeMap } from '../maps.js';
import { type CelKey, CelOptional, CelUint, type CelValue } from '../values.js';
import { type Code, constantCode, isJson } from './code.js';
import { printKey } from './lookup.js';

const LIST_COST = 10;
const MAP_COST = 30;

/** `[a, b, ?c]`; an empty optional adds no element. */
export function listCode(elements: readonly Code[], optional: ReadonlySet<number>): Code {
  const constants = elements.map((element) => element.constant);
  if (!constants.includes(undefined) && optional.size === 0)
    return constantCode(Object.freeze(constants as CelValue[]));
  const cost = elements.reduce((sum, element) => sum + element.cost, LIST_COST);
  const runs = elements.map((element) => element.run);
  return {
    cost,
    json: optional.size === 0 && elements.every((element) => element.json),
    run: (activation) => {
      const list: CelValue[] = [];
      for (let index = 0; index < runs.length; index++) {
        const value = (runs[index] as Run)(activation);
        if (value === undefined) return undefined;
        if (optional.size === 0 || !optional.has(index)) {
          list.push(value);
        } else {
          if (!(value instanceof CelOptional)) return activation.fail('no such overload');
          if (value.value !== undefined) list.push(value.value);
        }
      }
      return list;
    },
  };
}

export interface EntryCode {
  readonly key: Code;
  readonly value: Code;
  readonly optional: boolean;
}

/** `{k: v, ?o: w}`; an empty optional adds no entry, a key twice is an error. */
export function mapCode(entries: readonly EntryCode[]): Code {
  const cost = entries.reduce((sum, { key, value }) => sum + key.cost + value.cost, MAP_COST);
  const run: Run = (activation) => {
    const made: [CelKey, CelValue][] = [];
    const keys = new Set<unknown>();
    for (const entry of entries) {
      const key = entry.key.run(activation);
      if (key === undefined) return undefined;
      let value = entry.value.run(activation);
      if (value === undefined) return undefined;
      if (entry.optional) {
        if (!(value instanceof CelOptional)) return activation.fail('no such overload');
        value = value.value;
        if (value === undefined) continue;
      }
      if (!isKey(key)) return activation.fail('unsupported key type');
      const canonical = canonicalKey(key);
      if (keys.has(canonical)) return activation.fail(`Failed with repeated key: ${printKey(key)}`);
      keys.add(canonical);
      made.push([key, value]);
    }
    return makeMap(made);
  };
  const folded = entries.every(
    ({ key, value, optional }) => !optional && key.constant !== undefined && value.constant !== undefined,
  );
  const value = folded ? constantOf(entries) : undefined;
  return value === undefined ? { cost, run } : constantCode(value);
}

/** Whether a value may be the key of a map: doubles may not. */
export function isKey(value: CelValue): value is CelKey {
  if (typeof value === 'number') return Number.isInteger(value);
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    typeof value === 'bigint' ||
    value instanceof CelUint
  );
}

/** The map of constant entries: plain JSON if it can be, which reads fastest. Undefined where making it is an error. */
function constantOf(entries: readonly EntryCode[]): CelValue | undefined {
  const made = entries.map(({ key, value }): [CelValue, CelValue] => [
    key.constant as CelValue,
    value.constant as CelValue,
  ]);
  const keys = new Set(made.map(([key]) => canonicalKey(key)));
  if (keys.size !== made.length || !made.every(([key]) => isKey(key))) return undefined;
  if (!made.every(([key, value]) => typeof key === 'string' && isJson(value))) {
    return makeMap(made as [CelKey, CelValue][]);
  }
  const object: Record<string, CelValue> = Object.create(null);
  for (const [key, value] of made) object[key as string] = value;
  return Object.freeze(object);
}
