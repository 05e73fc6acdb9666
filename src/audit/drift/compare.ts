// What a desired manifest states, held against what is there. Defaults, quantities, lists without order and ways of writing are
// no difference; fields the manifest says nothing about are the business of `additions.ts`.
import {
  compareQuantities,
  type FieldPath,
  type FieldType,
  field,
  type GroupVersionKind,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ObjectType,
  objectTypeOf,
  parseQuantity,
  sameJson,
} from '../../kubernetes/index.js';

/** A stated field that is not as stated. */
export interface Difference {
  readonly kind: 'changed' | 'removed' | 'added';
  /** In the live object; for `removed` where it would stand. */
  readonly path: FieldPath;
  readonly desired: JsonValue | undefined;
  readonly live: JsonValue | undefined;
}

interface Typed {
  readonly type: ObjectType | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly isSet?: boolean;
  readonly isMap?: boolean;
}

interface Comparison {
  /** Whether the kind's schema is known; where it is not, lists of named items are told apart by name. */
  readonly known: boolean;
  readonly found: Difference[];
  /** Whether items that a stated list does not have count: not on Pods, whose lists admission fills. */
  readonly additions: boolean;
}

/** Server-set, or a copy of the object itself. */
const IGNORED_METADATA = new Set([
  ...['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'],
  ...['deletionTimestamp', 'deletionGracePeriodSeconds', 'namespace', 'name', 'generateName'],
]);
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Where a text or number is an amount, so that `1`, `1000m` and `"1"` say the same. */
const AMOUNTS = new Set([
  ...['limits', 'requests', 'hard', 'capacity', 'allocatable', 'min', 'max', 'default', 'defaultRequest'],
  ...['sizeLimit', 'storage', 'memory', 'cpu', 'divisor', 'maxLimitRequestRatio', 'averageValue', 'overhead'],
]);

const isAmount = (path: FieldPath): boolean =>
  path.slice(-2).some((step) => typeof step === 'string' && AMOUNTS.has(step));

/** What an API server does not keep: nothing, and what says nothing. */
export function isUnset(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.values(value).every(isUnset);
}

function sameAmount(a: JsonValue, b: JsonValue): boolean {
  const [left, right] = [a, b].map((value) =>
    typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined,
  );
  return left?.ok === true && right?.ok === true && compareQuantities(left.quantity, right.quantity) === 0;
}

const sameScalar = (a: JsonValue, b: JsonValue, path: FieldPath): boolean =>
  sameJson(a, b) || (isUnset(a) && isUnset(b)) || (isAmount(path) && sameAmount(a, b));

/** Keys of list items whose default the API server fills in. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

function itemsByKey(list: readonly JsonValue[], keys: readonly string[]): Map<string, number> | undefined {
  const found = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    if (!isJsonObject(item)) return undefined;
    const key = JSON.stringify(keys.map((name) => field(item, name) ?? KEY_DEFAULTS[name] ?? null));
    if (found.has(key)) return undefined;
    found.set(key, index);
  }
  return found;
}

const GUESSED_KEYS: readonly (readonly string[])[] = [['name'], ['id'], ['key'], ['type']];

/** Fields that tell the items of both lists apart, where the schema says none. */
function guessKeys(desired: readonly JsonValue[], live: readonly JsonValue[]): readonly string[] | undefined {
  return GUESSED_KEYS.find((keys) =>
    [desired, live].every(
      (list) =>
        list.length > 0 &&
        list.every((item) => typeof field(item, keys[0] ?? '') === 'string') &&
        itemsByKey(list, keys) !== undefined,
    ),
  );
}

const typeOfField = (typed: Typed, key: string): Typed => {
  if (typed.isMap === true) return { type: typed.type };
  const found: FieldType | undefined = typed.type?.get(key);
  return found ?? { type: undefined };
};

function compare(
  desired: JsonValue | undefined,
  live: JsonValue | undefined,
  path: FieldPath,
  typed: Typed,
  comparison: Comparison,
): void {
  if (isIgnored(path) || desired === undefined || desired === null) return;
  if (live === undefined || live === null) {
    if (!isUnset(desired)) comparison.found.push({ kind: 'removed', path, desired, live: undefined });
  } else if (isJsonObject(desired) && isJsonObject(live)) {
    for (const [key, value] of Object.entries(desired))
      compare(value, field(live, key), [...path, key], typeOfField(typed, key), comparison);
  } else if (Array.isArray(desired) && Array.isArray(live)) {
    compareLists(desired, live, path, typed, comparison);
  } else if (!sameScalar(desired, live, path))
    comparison.found.push({ kind: 'changed', path, desired, live });
}

function isIgnored(path: FieldPath): boolean {
  const [first, second, third] = path;
  if (path.length === 1) return first === 'apiVersion' || first === 'kind' || first === 'status';
  if (first !== 'metadata') return false;
  return path.length === 2
    ? IGNORED_METADATA.has(String(second))
    : path.length === 3 && second === 'annotations' && third === LAST_APPLIED;
}

function compareLists(
  desired: readonly JsonValue[],
  live: readonly JsonValue[],
  path: FieldPath,
  typed: Typed,
  comparison: Comparison,
): void {
  const { found } = comparison;
  const scalars = [...desired, ...live].every((item) => typeof item !== 'object' || item === null);
  if (typed.isSet === true && scalars) {
    for (const [index, item] of live.entries())
      if (comparison.additions && !desired.includes(item))
        found.push({ kind: 'added', path: [...path, index], desired: undefined, live: item });
    for (const item of desired)
      if (!live.includes(item))
        found.push({ kind: 'removed', path: [...path, live.length], desired: item, live: undefined });
    return;
  }
  const keys = typed.keys ?? (comparison.known ? undefined : guessKeys(desired, live));
  const [wanted, is] = keys === undefined ? [] : [itemsByKey(desired, keys), itemsByKey(live, keys)];
  if (wanted !== undefined && is !== undefined) {
    for (const [key, index] of wanted) {
      const at = is.get(key);
      const below = [...path, at ?? live.length];
      compare(
        desired[index],
        at === undefined ? undefined : live[at],
        below,
        { type: typed.type },
        comparison,
      );
    }
    for (const [key, at] of is)
      if (comparison.additions && !wanted.has(key))
        found.push({ kind: 'added', path: [...path, at], desired: undefined, live: live[at] });
  } else if (desired.length === live.length && desired.every(isJsonObject)) {
    for (const [index, item] of desired.entries())
      compare(item, live[index], [...path, index], { type: typed.type }, comparison);
  } else if (!sameJson(desired, live)) found.push({ kind: 'changed', path, desired, live });
}

/** Base64 as a Secret's data holds it. */
const encode = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

/** A desired manifest as the API server would store it: `stringData` becomes `data`, base64 without line breaks. */
export function normaliseDesired(object: JsonObject): JsonObject {
  if (object.kind !== 'Secret' || object.apiVersion !== 'v1') return object;
  const { stringData, data, ...rest } = object;
  const given = Object.entries(isJsonObject(data) ? data : {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? value.replace(/\s/g, '') : value,
  ]);
  const plain = Object.entries(isJsonObject(stringData) ? stringData : {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? encode(value) : value,
  ]);
  const all = [...given, ...plain];
  return all.length === 0 ? rest : { ...rest, data: Object.fromEntries(all) };
}

/** Every stated field that is not as stated. Pure; never throws. */
export function compareStated(
  kind: GroupVersionKind,
  desired: JsonObject,
  live: JsonObject,
): readonly Difference[] {
  const type = objectTypeOf(kind);
  const comparison: Comparison = {
    known: type !== undefined,
    found: [],
    additions: kind.kind !== 'Pod',
  };
  compare(desired, live, [], { type }, comparison);
  return comparison.found;
}
