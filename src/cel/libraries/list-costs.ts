// Costs and element checks that the libraries over lists share. Source of truth: k8s.io/apiserver pkg/cel/library/cost.go
// (`traversalCost`) and cel-go's common/types (how an element prints in an error).
import { toJson } from '../json.js';
import { mapEntries } from '../maps.js';
import {
  CelDouble,
  CelMap,
  CelUint,
  type CelValue,
  isInt,
  isJsonObject,
  isList,
  isMap,
  typeName,
} from '../values.js';

/** Deeper values count as one. */
const MAX_DEPTH = 100;

/** What it costs to look at all of a value: a tenth of its strings' bytes, and one for everything else in it. */
export function traversalCost(value: CelValue | undefined, depth = 0): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return Math.floor(utf8Length(value) * 0.1);
  if (value instanceof Uint8Array) return Math.floor(value.length * 0.1);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return 1;
  let cost = 0;
  if (isList(value)) {
    for (const element of value) cost += traversalCost(element, depth + 1);
    return cost;
  }
  if (!(value instanceof CelMap) && !isJsonObject(value)) return 1;
  for (const [key, element] of mapEntries(value)) {
    cost += traversalCost(key, depth + 1) + traversalCost(element, depth + 1);
  }
  return cost;
}

function utf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

/** The error cel-go gives for a function whose list argument has elements of another kind. */
export function noOverload(name: string, args: readonly CelValue[]): string {
  return `no such overload: ${name}(${args.map(typeName).join(', ')})`;
}

/** An element as cel-go prints it into an error. */
export function invalidElement(value: CelValue): string {
  if (value === null) return '0';
  if (isInt(value) || value instanceof CelUint || value instanceof CelDouble) return String(toJson(value));
  if (isList(value)) return `[${value.map(invalidElement).join(', ')}]`;
  if (!isMap(value)) return String(toJson(value));
  return `{${mapEntries(value)
    .map(([key, element]) => `${invalidElement(key)}: ${invalidElement(element)}`)
    .join(', ')}}`;
}
