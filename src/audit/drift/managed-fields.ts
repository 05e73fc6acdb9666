// Who set which field: metadata.managedFields as the API server keeps it (KEP-555, structured-merge-diff FieldsV1).
import {
  field,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  matchesGlobs,
} from '../../kubernetes/index.js';

/** One manager's fields of one object. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly subResource: string;
  /** RFC 3339; empty where the server did not keep it. */
  readonly time: string;
  readonly fields: JsonObject;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** The entries of an object, the latest last; what is malformed is left out. */
export function managersOf(object: JsonObject): readonly ManagerEntry[] {
  const entries = field(field(object, 'metadata'), 'managedFields');
  if (!Array.isArray(entries)) return [];
  return entries
    .filter(isJsonObject)
    .map((entry) => ({
      manager: textOf(entry.manager),
      operation: entry.operation === 'Apply' ? ('Apply' as const) : ('Update' as const),
      subResource: textOf(entry.subresource),
      time: textOf(entry.time),
      fields: isJsonObject(entry.fieldsV1) ? entry.fieldsV1 : {},
    }))
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

/** Managers that act by themselves: what they set is no change anybody made. */
export const SYSTEM_MANAGERS: readonly string[] = [
  ...['kube-*', 'kubelet', 'k3s*', 'rke2*', 'cluster-autoscaler', 'vpa-*', '*cainjector*'],
  ...['*-controller', '*-controller-manager', '*-operator', '*-aggregation-controller'],
];

export const isSystemManager = (manager: string): boolean => matchesGlobs(SYSTEM_MANAGERS, manager);

/** The place in a list that a step of FieldsV1 names: `k:{…}` by its keys, `v:…` by its value, `i:…` by its index. */
function indexIn(list: readonly JsonValue[], step: string): number {
  const text = step.slice(2);
  if (step.startsWith('i:')) return Number(text);
  try {
    const wanted = JSON.parse(text) as JsonValue; // compared only
    if (step.startsWith('v:'))
      return list.findIndex((item) => JSON.stringify(item) === JSON.stringify(wanted));
    if (!isJsonObject(wanted)) return -1;
    return list.findIndex((item) =>
      Object.entries(wanted).every(([key, value]) => field(item, key) === value),
    );
  } catch {
    return -1;
  }
}

/** What a step of FieldsV1 leads to in a value; undefined where the value has it no more. */
function stepInto(
  value: JsonValue | undefined,
  step: string,
): { at: string | number; value: JsonValue } | undefined {
  if (step.startsWith('f:')) {
    const at = step.slice(2);
    const found = field(value, at);
    return found === undefined ? undefined : { at, value: found };
  }
  if (!Array.isArray(value)) return undefined;
  const at = indexIn(value, step);
  const found: JsonValue | undefined = at < 0 ? undefined : value[at];
  return found === undefined ? undefined : { at, value: found };
}

/** A field that a manager owns, where it stands in the object. */
export interface OwnedField {
  readonly path: readonly (string | number)[];
  readonly value: JsonValue;
  /** Whether the manager owns it as a whole: a scalar, an atomic value, or an item or map it made itself. */
  readonly whole: boolean;
}

const MAX_DEPTH = 100;

/** The fields of an entry that the object still has, outermost first where a whole item is owned. */
export function ownedFields(object: JsonObject, entry: ManagerEntry): readonly OwnedField[] {
  const found: OwnedField[] = [];
  const walk = (
    fields: JsonObject,
    value: JsonValue,
    path: readonly (string | number)[],
    depth: number,
  ): void => {
    for (const [step, below] of Object.entries(fields)) {
      if (step === '.' || depth > MAX_DEPTH) continue;
      const next = stepInto(value, step);
      if (next === undefined) continue;
      const inner = isJsonObject(below) ? below : {};
      const at = [...path, next.at];
      const isItem = !step.startsWith('f:') && Object.hasOwn(inner, '.');
      const isLeaf = Object.keys(inner).every((key) => key === '.');
      if (isItem || isLeaf) found.push({ path: at, value: next.value, whole: true });
      if (!isLeaf && !isItem) walk(inner, next.value, at, depth + 1);
    }
  };
  walk(entry.fields, object, [], 0);
  return found;
}

/** Whether an entry owns the field at a path, something above it as a whole, or something below it. */
export function owns(
  object: JsonObject,
  { fields }: ManagerEntry,
  path: readonly (string | number)[],
): boolean {
  let at: JsonObject = fields;
  let value: JsonValue | undefined = object;
  for (const step of path) {
    if (Object.keys(at).length === 0) return true; // owned as a whole above
    const name = Object.keys(at).find((candidate) => stepInto(value, candidate)?.at === step);
    if (name === undefined) return false;
    value = Array.isArray(value) ? value[Number(step)] : field(value, String(step));
    const below: JsonValue | undefined = at[name];
    at = isJsonObject(below) ? below : {};
  }
  return true;
}
