// Where redaction changed an object: what somebody who has only the redacted one cannot know.
import type { FieldPath } from './field-path.js';
import { isJsonObject, type JsonValue } from './json.js';
import { sameJson } from './same-json.js';

function collect(object: JsonValue, shown: JsonValue, path: FieldPath, into: FieldPath[]): void {
  if (sameJson(object, shown)) return;
  if (isJsonObject(object) && isJsonObject(shown)) {
    for (const key of Object.keys(object))
      collect(
        object[key] as JsonValue,
        Object.hasOwn(shown, key) ? (shown[key] ?? null) : null,
        [...path, key],
        into,
      ); // own keys
  } else if (Array.isArray(object) && Array.isArray(shown)) {
    for (const [index, item] of object.entries()) collect(item, shown[index] ?? null, [...path, index], into);
  } else into.push(path);
}

/** The paths of values that differ between an object and its redacted copy. */
export function redactedPaths(object: JsonValue, shown: JsonValue): readonly FieldPath[] {
  const paths: FieldPath[] = [];
  collect(object, shown, [], paths);
  return paths;
}
