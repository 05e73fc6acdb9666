// How a change is taken back: an exact patch from the state that was recorded, as far as what was recorded may be shown.
import {
  type FieldPath,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type PatchOperation,
  patchBetween,
  pointerOf,
  type Review,
  redactAt,
  redactedPaths,
  redactObject,
  sameJson,
} from '../kubernetes/index.js';

/** What undoes a change. Field paths in `hidden` held secrets: those values have to come from elsewhere. */
export type Rollback =
  | {
      readonly kind: 'patch';
      /** RFC 6902. It tests first that each field still is what the change made it. */
      readonly operations: readonly PatchOperation[];
      readonly hidden: readonly string[];
    }
  | { readonly kind: 'delete'; readonly uid: string }
  | { readonly kind: 'create'; readonly object: JsonObject; readonly hidden: readonly string[] }
  | { readonly kind: 'none'; readonly reason: string };

const SERVER_SET = ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink'];

/** An object without what the API server writes by itself; status stays where the request was for a subresource. */
function withoutServerSet(object: JsonObject, subResource: string): JsonObject {
  const { status, metadata, ...rest } = object;
  const kept = isJsonObject(metadata)
    ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !SERVER_SET.includes(key)))
    : {};
  const whole: JsonObject = { ...rest, metadata: kept };
  return subResource === '' || status === undefined ? whole : { ...whole, status };
}

const pathOf = (pointer: string): FieldPath =>
  pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The value at a pointer; undefined where there is none. */
function valueAt(root: JsonObject, pointer: string): JsonValue | undefined {
  let at: JsonValue | undefined = root;
  for (const step of pathOf(pointer)) {
    if (Array.isArray(at)) at = at[Number(step)];
    else at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** Operations whose values may be shown, each after a test that the field still is as the change left it. */
function showable(operations: readonly PatchOperation[], from: JsonObject, to: JsonObject): Rollback {
  const hidden: string[] = [];
  const shown: PatchOperation[] = [];
  for (const operation of operations) {
    const { path, value } = operation;
    const now = operation.op === 'add' ? undefined : valueAt(from, path);
    const nowShown = now === undefined ? undefined : redactAt(from, pathOf(path), now);
    if (now !== undefined && nowShown !== undefined && sameJson(now, nowShown))
      shown.push({ op: 'test', path, value: now });
    if (value === undefined) shown.push(operation);
    else {
      const safe = redactAt(to, pathOf(path), value);
      if (!sameJson(safe, value)) hidden.push(path);
      shown.push({ ...operation, value: safe });
    }
  }
  return { kind: 'patch', operations: shown, hidden };
}

/** What undoes the change of a review. Nothing secret is in it. */
export function rollbackOf(review: Review): Rollback {
  const { operation, object, oldObject, subResource } = review;
  if (operation === 'CONNECT') return { kind: 'none', reason: 'a session cannot be taken back' };
  if (operation === 'CREATE' || oldObject === null) {
    const metadata = object?.metadata;
    const uid = isJsonObject(metadata) && typeof metadata.uid === 'string' ? metadata.uid : '';
    return { kind: 'delete', uid };
  }
  const old = withoutServerSet(oldObject, subResource);
  if (operation === 'DELETE' || object === null) {
    const shown = redactObject(old) as JsonObject; // an object stays one
    return { kind: 'create', object: shown, hidden: redactedPaths(old, shown).map(pointerOf) };
  }
  const now = withoutServerSet(object, subResource);
  return showable(patchBetween(now, old), now, old);
}
