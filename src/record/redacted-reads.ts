// Objects of which parts were redacted, made so that every look at such a part is noticed: a policy that looked cannot be judged
// on them.
import { isJsonObject, type JsonObject, type JsonValue } from '../kubernetes/index.js';

/** Told the JSON Pointer of each redacted value that is read. */
export type OnRead = (pointer: string) => void;

function copyWatched(
  value: JsonValue,
  pointer: string,
  redacted: ReadonlySet<string>,
  onRead: OnRead,
): JsonValue {
  if (Array.isArray(value)) {
    const copy: JsonValue[] = new Array(value.length);
    for (const [index, item] of value.entries())
      define(copy, String(index), item, `${pointer}/${index}`, redacted, onRead);
    return copy;
  }
  if (!isJsonObject(value)) return value;
  const copy: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) {
    const step = key.replaceAll('~', '~0').replaceAll('/', '~1');
    define(copy, key, item, `${pointer}/${step}`, redacted, onRead);
  }
  return copy;
}

function define(
  into: object,
  key: string,
  value: JsonValue,
  pointer: string,
  redacted: ReadonlySet<string>,
  onRead: OnRead,
): void {
  if (redacted.has(pointer)) {
    const get = (): JsonValue => {
      onRead(pointer);
      return value;
    };
    Object.defineProperty(into, key, { get, enumerable: true, configurable: true });
  } else {
    const copy = copyWatched(value, pointer, redacted, onRead);
    Object.defineProperty(into, key, { value: copy, enumerable: true, configurable: true, writable: true });
  }
}

/** A copy of a JSON object in which reading the values at `redacted` (JSON Pointers) is told to `onRead`. */
export function watchRedacted(object: JsonObject, redacted: readonly string[], onRead: OnRead): JsonObject {
  return copyWatched(object, '', new Set(redacted), onRead) as JsonObject; // an object stays one
}
