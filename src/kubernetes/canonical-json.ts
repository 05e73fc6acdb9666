// JSON with one spelling for each value, for digests: keys in order of their UTF-16 code units, no spaces. As RFC 8785 for what
// JSON.stringify writes alike everywhere.
import { isJsonObject, type JsonValue } from './json.js';

/** The canonical text of a value. Nesting is bounded by the caller's input: what the API server or a file reader let through. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as JsonValue)}`); // an own key
  return `{${members.join(',')}}`;
}
