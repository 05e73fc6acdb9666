// Equality of JSON values, as the API server's semantic equality has it for what is unset.
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';

/** Deeper values count as different: nothing the API server stores is as deep. */
export const MAX_COMPARED_DEPTH = 128;

/** Own keys whose value is set; Kubernetes reads null as unset. */
export function setKeys(object: JsonObject): string[] {
  return Object.keys(object).filter((key) => object[key] !== null);
}

/** Whether two values say the same. Order matters in lists, not among keys. Never throws. */
export function sameJson(a: JsonValue, b: JsonValue, depth = 0): boolean {
  if (a === b) return true;
  if (depth > MAX_COMPARED_DEPTH) return false;
  if (Array.isArray(a))
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, index) => sameJson(item, b[index] as JsonValue, depth + 1)) // of the same length
    );
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = setKeys(a);
  if (keys.length !== setKeys(b).length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && sameJson(a[key] as JsonValue, b[key] as JsonValue, depth + 1), // own keys
  );
}
