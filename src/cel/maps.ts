// Reading and building CEL maps without caring which of the two forms they have. JSON objects are read through own
// properties only, so `constructor` or `__proto__` is just an absent key.
import {
  CelDouble,
  type CelKey,
  CelMap,
  type CelMapValue,
  CelUint,
  type CelValue,
  makeInt,
} from './values.js';

/** The canonical form of a key: plain number or bigint for every kind of number; undefined if it can be no key. */
export function canonicalKey(key: CelValue): string | boolean | number | bigint | undefined {
  switch (typeof key) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return key;
    case 'number':
      return Number.isSafeInteger(key) ? key : Number.isInteger(key) ? makeInt(key) : undefined;
    default:
  }
  if (key instanceof CelUint) return key.value;
  if (key instanceof CelDouble) return Number.isInteger(key.value) ? makeInt(key.value) : undefined;
  return undefined;
}

/** The value under a key, or undefined. A double that equals an integer finds that integer's entry. */
export function mapGet(map: CelMapValue, key: CelValue): CelValue | undefined {
  if (map instanceof CelMap) {
    const canonical = canonicalKey(key);
    return canonical === undefined ? undefined : map.values.get(canonical);
  }
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Whether the map has an entry under a key. */
export function mapHas(map: CelMapValue, key: CelValue): boolean {
  return mapGet(map, key) !== undefined;
}

/** Number of entries. */
export function mapSize(map: CelMapValue): number {
  return map instanceof CelMap ? map.values.size : Object.keys(map).length;
}

/** The keys in their order of insertion. */
export function mapKeys(map: CelMapValue): CelKey[] {
  if (!(map instanceof CelMap)) return Object.keys(map);
  const keys: CelKey[] = [];
  for (const key of map.values.keys()) keys.push(originalKey(map, key));
  return keys;
}

/** The entries in their order of insertion. */
export function mapEntries(map: CelMapValue): [CelKey, CelValue][] {
  if (!(map instanceof CelMap)) return Object.entries(map);
  const entries: [CelKey, CelValue][] = [];
  for (const [key, value] of map.values) entries.push([originalKey(map, key), value]);
  return entries;
}

/** A map from entries; of equal keys the last wins. Keys must be valid keys. */
export function makeMap(entries: Iterable<readonly [CelKey, CelValue]>): CelMap {
  const values = new Map<string | boolean | number | bigint, CelValue>();
  let unsigned: Map<number | bigint, CelUint> | undefined;
  for (const [key, value] of entries) {
    if (key instanceof CelUint) {
      unsigned ??= new Map();
      unsigned.set(key.value, key);
      values.set(key.value, value);
    } else {
      values.set(key, value);
    }
  }
  return new CelMap(values, unsigned);
}

function originalKey(map: CelMap, key: string | boolean | number | bigint): CelKey {
  if (map.unsigned === undefined || typeof key === 'string' || typeof key === 'boolean') return key;
  return map.unsigned.get(key) ?? key;
}
