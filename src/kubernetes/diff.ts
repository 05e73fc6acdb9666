// What changed between two states of an object, field by field. Lists are compared by the keys their schemas state; what the
// API server writes by itself is left out.
import type { FieldPath } from './field-path.js';
import type { GroupVersionKind } from './identity.js';
import { field, isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { type FieldType, type ObjectType, objectTypeOf } from './list-types.js';
import { MAX_COMPARED_DEPTH, sameJson, setKeys } from './same-json.js';

/**
 * One changed field. The path is one in the new object, for `remove` one in the old. What was added or removed as a whole is
 * one change with everything in it.
 */
export interface FieldChange {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: FieldPath;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}

const SERVER_SET_METADATA = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'selfLink',
  'generateName',
]);

/** Annotations that repeat the object, or that controllers count in. */
const SERVER_SET_ANNOTATIONS = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
]);

function isServerSet(path: FieldPath, subResource: string): boolean {
  const [first, second, third] = path;
  switch (path.length) {
    case 1:
      return first === 'apiVersion' || first === 'kind' || (first === 'status' && subResource === '');
    case 2:
      return first === 'metadata' && SERVER_SET_METADATA.has(String(second));
    case 3:
      return first === 'metadata' && second === 'annotations' && SERVER_SET_ANNOTATIONS.has(String(third));
    default:
      return false;
  }
}

/** Lists with keys whose order means something: what runs first, which variable another may refer to. */
const ORDERED = new Set(['initContainers', 'env']);

interface Comparison {
  readonly subResource: string;
  /** Whether the schema is known, so that a list it says nothing about is compared as a whole. */
  readonly known: boolean;
  readonly changes: FieldChange[];
}

/** A value and how its parts are typed. */
type Typed = Pick<FieldType, 'type'> & Partial<Omit<FieldType, 'type'>>;
const UNTYPED: Typed = { type: undefined };

function replaced(before: JsonValue, after: JsonValue, path: FieldPath, { changes }: Comparison): void {
  if (!sameJson(before, after)) changes.push({ op: 'replace', path, before, after });
}

function compare(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: FieldPath,
  typed: Typed,
  comparison: Comparison,
): void {
  if (before === after || isServerSet(path, comparison.subResource)) return;
  const was = before ?? undefined; // null is unset
  const is = after ?? undefined;
  if (was === undefined) {
    if (is !== undefined) added(is, path, typed, comparison);
  } else if (is === undefined) removed(was, path, typed, comparison);
  else if (path.length > MAX_COMPARED_DEPTH) replaced(was, is, path, comparison);
  else if (isJsonObject(was) && isJsonObject(is)) compareObjects(was, is, path, typed, comparison);
  else if (Array.isArray(was) && Array.isArray(is)) compareLists(was, is, path, typed, comparison);
  else replaced(was, is, path, comparison);
}

/** Metadata and what is in it is taken apart even where all of it is new, so that server-set parts stay out. */
const isTakenApart = (path: FieldPath): boolean =>
  path[0] === 'metadata' && (path.length === 1 || (path.length === 2 && path[1] === 'annotations'));

function added(value: JsonValue, path: FieldPath, typed: Typed, comparison: Comparison): void {
  if (isTakenApart(path) && isJsonObject(value)) compareObjects({}, value, path, typed, comparison);
  else comparison.changes.push({ op: 'add', path, before: undefined, after: value });
}

function removed(value: JsonValue, path: FieldPath, typed: Typed, comparison: Comparison): void {
  if (isTakenApart(path) && isJsonObject(value)) compareObjects(value, {}, path, typed, comparison);
  else comparison.changes.push({ op: 'remove', path, before: value, after: undefined });
}

const typeOfField = (typed: Typed, key: string): Typed => {
  if (typed.isMap === true) return { type: typed.type };
  return typed.type?.get(key) ?? UNTYPED;
};

function compareObjects(
  before: JsonObject,
  after: JsonObject,
  path: FieldPath,
  typed: Typed,
  comparison: Comparison,
): void {
  for (const key of setKeys(before))
    compare(before[key], field(after, key), [...path, key], typeOfField(typed, key), comparison);
  for (const key of setKeys(after))
    if ((field(before, key) ?? null) === null)
      compare(undefined, after[key], [...path, key], typeOfField(typed, key), comparison);
}

/** The items of a list by key; undefined where two have the same, or one is no object. */
function byKey(list: readonly JsonValue[], keys: readonly string[]): Map<string, number> | undefined {
  const found = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    if (!isJsonObject(item)) return undefined;
    const key = JSON.stringify(keys.map((name) => field(item, name) ?? null));
    if (found.has(key)) return undefined;
    found.set(key, index);
  }
  return found;
}

/** Lists of kinds without a schema: items that all have a name of their own are told apart by it. */
function guessedKeys(list: readonly JsonValue[]): readonly string[] | undefined {
  const named = list.every((item) => typeof field(item, 'name') === 'string');
  return named && list.length > 0 ? ['name'] : undefined;
}

function compareLists(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: FieldPath,
  typed: Typed,
  comparison: Comparison,
): void {
  if (typed.isSet === true) {
    compareSets(before, after, path, comparison);
    return;
  }
  const keys = typed.keys ?? (comparison.known ? undefined : guessedKeys([...before, ...after]));
  const [was, is] = keys === undefined ? [] : [byKey(before, keys), byKey(after, keys)];
  if (was !== undefined && is !== undefined) {
    compareKeyed({ before, after, was, is }, path, typed.type, comparison);
  } else if (before.length === after.length && after.every(isJsonObject)) {
    for (const [index, item] of before.entries())
      compare(item, after[index], [...path, index], { type: typed.type }, comparison);
  } else replaced(before, after, path, comparison);
}

interface KeyedLists {
  readonly before: readonly JsonValue[];
  readonly after: readonly JsonValue[];
  readonly was: ReadonlyMap<string, number>;
  readonly is: ReadonlyMap<string, number>;
}

function compareKeyed(
  { before, after, was, is }: KeyedLists,
  path: FieldPath,
  type: ObjectType | undefined,
  comparison: Comparison,
): void {
  const common: number[] = [];
  for (const [key, index] of was) {
    const now = is.get(key);
    if (now === undefined) compare(before[index], undefined, [...path, index], { type }, comparison);
    else {
      common.push(now);
      compare(before[index], after[now], [...path, now], { type }, comparison);
    }
  }
  for (const [key, index] of is)
    if (!was.has(key)) compare(undefined, after[index], [...path, index], { type }, comparison);
  const moved = common.some((index, at) => at > 0 && index < (common[at - 1] ?? 0));
  if (moved && ORDERED.has(String(path.at(-1))))
    comparison.changes.push({ op: 'replace', path, before, after });
}

function compareSets(
  before: readonly JsonValue[],
  after: readonly JsonValue[],
  path: FieldPath,
  { changes }: Comparison,
): void {
  const was = new Set(before.map((item) => JSON.stringify(item)));
  const is = new Set(after.map((item) => JSON.stringify(item)));
  for (const [index, item] of before.entries())
    if (!is.has(JSON.stringify(item)))
      changes.push({ op: 'remove', path: [...path, index], before: item, after: undefined });
  for (const [index, item] of after.entries())
    if (!was.has(JSON.stringify(item)))
      changes.push({ op: 'add', path: [...path, index], before: undefined, after: item });
}

/**
 * The changes from `before` to `after`, null standing for an object that is not there. Status counts only where a request
 * is for a subresource. Never throws; what is nested deeper than the API server stores counts as changed.
 */
export function diffObjects(
  kind: GroupVersionKind,
  before: JsonObject | null,
  after: JsonObject | null,
  subResource = '',
): readonly FieldChange[] {
  const type = objectTypeOf(kind);
  const comparison: Comparison = { subResource, known: type !== undefined, changes: [] };
  const root: Typed = { type: type ?? METADATA_TYPE };
  compareObjects(before ?? {}, after ?? {}, [], root, comparison);
  return comparison.changes;
}

/** Every object has metadata of the same form, whatever its kind. */
const METADATA_TYPE = objectTypeOf({ group: '', version: 'v1', kind: 'ConfigMap' });
