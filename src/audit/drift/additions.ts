// What somebody added that the desired manifest does not state. Not every unstated field is one: the API server fills in
// defaults, controllers write what is theirs. Told apart by who owns the field.
import {
  type FieldPath,
  field,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../../kubernetes/index.js';
import { type Difference, isUnset } from './compare.js';
import { isSystemManager, type ManagerEntry, managersOf, ownedFields } from './managed-fields.js';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The applied manifest that kubectl keeps in an annotation; undefined where there is none that can be read. */
export function lastAppliedOf(object: JsonObject): JsonObject | undefined {
  const text = field(field(field(object, 'metadata'), 'annotations'), LAST_APPLIED);
  if (typeof text !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const isStatedIn = (object: JsonObject, path: FieldPath): boolean => {
  let at: JsonValue | undefined = object;
  for (const step of path) {
    at = Array.isArray(at) ? at[Number(step)] : field(at, String(step));
    if (at === undefined) return false;
  }
  return true;
};

/** The managers whose fields are the delivery's: who holds the applied manifest, else who owns most of what is stated. */
export function deliveryManagers(
  entries: readonly ManagerEntry[],
  live: JsonObject,
  desired: JsonObject,
): ReadonlySet<string> {
  const keeper = entries.find(({ fields }) => {
    const annotations = field(field(fields, 'f:metadata'), 'f:annotations');
    return field(annotations, `f:${LAST_APPLIED}`) !== undefined;
  });
  if (keeper !== undefined) return new Set([keeper.manager]);
  const appliers = entries.filter(
    ({ operation, manager }) => operation === 'Apply' && !isSystemManager(manager),
  );
  const candidates = appliers.length > 0 ? appliers : entries.filter(({ subResource }) => subResource === '');
  let most: ManagerEntry | undefined;
  let count = -1;
  for (const entry of candidates) {
    const stated = ownedFields(live, entry).filter(({ path }) => isStatedIn(desired, path)).length;
    if (stated > count) [most, count] = [entry, stated];
  }
  return new Set(most === undefined ? [] : [most.manager]);
}

/** Fields of metadata and annotations that tools count or note in, and never are anybody's change. */
const NOTES = new Set([
  LAST_APPLIED,
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'kubernetes.io/change-cause',
  'control-plane.alpha.kubernetes.io/leader',
]);
const isNote = (path: FieldPath): boolean => {
  const [first, second, third] = path;
  if (first === 'status') return true;
  if (first !== 'metadata') return false;
  if (second === 'annotations') return third === undefined || NOTES.has(String(third));
  return (
    second === 'finalizers' || second === 'ownerReferences' || (second === 'labels' && third === undefined)
  );
};

/** Whether a difference already says it: the same field, or one above or below. */
const related = (a: FieldPath, b: FieldPath): boolean => {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (a[at] !== b[at]) return false;
  return true;
};

/** The live place of a field of another state of the object, lists matched by name; undefined where it is not there. */
function placeIn(live: JsonObject, from: JsonObject, path: FieldPath): FieldPath | undefined {
  const place: (string | number)[] = [];
  let [at, other]: [JsonValue | undefined, JsonValue | undefined] = [live, from];
  for (const step of path) {
    if (Array.isArray(at) && Array.isArray(other)) {
      const wanted: JsonValue | undefined = other[Number(step)];
      const name = field(wanted, 'name');
      const index: number =
        name === undefined ? Number(step) : at.findIndex((item) => field(item, 'name') === name);
      other = wanted;
      at = at[index];
      place.push(index);
    } else {
      other = field(other, String(step));
      at = field(at, String(step));
      place.push(step);
    }
    if (at === undefined) return undefined;
  }
  return place;
}

/** Whether the desired manifest says something at a live path, lists matched by name. */
const isStatedAt = (desired: JsonObject, live: JsonObject, path: FieldPath): boolean =>
  placeIn(desired, live, path) !== undefined;

/** Leaves of what was applied that the desired manifest does not state and that are still there. */
function appliedOnly(applied: JsonObject, desired: JsonObject, live: JsonObject): readonly FieldPath[] {
  const found: FieldPath[] = [];
  const walk = (value: JsonValue, path: FieldPath): void => {
    if (path.length > 0 && !isStatedAt(desired, applied, path)) {
      const place = placeIn(live, applied, path);
      if (place !== undefined && !isUnset(value)) found.push(place);
    } else if (Array.isArray(value))
      for (const [index, item] of value.entries()) walk(item, [...path, index]);
    else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) walk(item, [...path, key]);
  };
  walk(applied, []);
  return found;
}

const valueAt = (object: JsonObject, path: FieldPath): JsonValue | undefined => {
  let at: JsonValue | undefined = object;
  for (const step of path) at = Array.isArray(at) ? at[Number(step)] : field(at, String(step));
  return at;
};

/** Everything unstated that somebody added, beside the differences found already. Pure; never throws. */
export function findAdditions(
  desired: JsonObject,
  live: JsonObject,
  differences: readonly Difference[],
): readonly Difference[] {
  const entries = managersOf(live);
  const delivery = deliveryManagers(entries, live, desired);
  const paths: FieldPath[] = [];
  for (const entry of entries) {
    if (entry.subResource === 'status' || isSystemManager(entry.manager)) continue;
    // What a delivery itself set beyond the manifest are defaults, unless it says field by field what it applied.
    if (delivery.has(entry.manager) && entry.operation !== 'Apply') continue;
    for (const { path } of ownedFields(live, entry)) if (!isStatedAt(desired, live, path)) paths.push(path);
  }
  const applied = lastAppliedOf(live);
  if (applied !== undefined) paths.push(...appliedOnly(applied, desired, live));
  const found: Difference[] = [];
  for (const path of paths) {
    const [first, second] = path;
    if (isNote(path) || first === 'apiVersion' || first === 'kind') continue;
    if (first === 'metadata' && second !== 'labels' && second !== 'annotations') continue;
    if ([...differences, ...found].some((known) => related(known.path, path))) continue;
    found.push({ kind: 'added', path, desired: undefined, live: valueAt(live, path) });
  }
  return found;
}
