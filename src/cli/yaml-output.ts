// Documents printed as YAML, for people to read, keep and apply.
import type { JsonObject } from '../kubernetes/index.js';

/** A document as YAML. The library is only loaded where something is printed. */
export async function toYaml(document: JsonObject): Promise<string> {
  const { stringify } = await import('yaml');
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}
