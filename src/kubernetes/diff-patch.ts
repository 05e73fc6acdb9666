// JSON Patch (RFC 6902) between two states of an object: exact, so that applying it gives back what was recorded.
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { sameJson } from './same-json.js';

export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  /** A JSON Pointer (RFC 6901). */
  readonly path: string;
  readonly value?: JsonValue;
}

const escapeStep = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~');

/** A field path as a JSON Pointer. */
export const pointerOf = (path: readonly (string | number)[]): string =>
  path.map((step) => `/${escapeStep(String(step))}`).join('');

const MAX_DEPTH = 128;

function collect(from: JsonValue, to: JsonValue, path: string, depth: number, into: PatchOperation[]): void {
  if (isJsonObject(from) && isJsonObject(to) && depth < MAX_DEPTH) {
    for (const key of Object.keys(from)) {
      const at = `${path}/${escapeStep(key)}`;
      const [was, is] = [from[key] as JsonValue, Object.hasOwn(to, key) ? to[key] : undefined]; // an own key
      if (is === undefined) into.push({ op: 'remove', path: at });
      else collect(was, is, at, depth + 1, into);
    }
    for (const key of Object.keys(to))
      if (!Object.hasOwn(from, key))
        into.push({ op: 'add', path: `${path}/${escapeStep(key)}`, value: to[key] as JsonValue }); // an own key
  } else if (Array.isArray(from) && Array.isArray(to) && from.length === to.length && depth < MAX_DEPTH) {
    for (const [index, item] of from.entries())
      collect(item, to[index] as JsonValue, `${path}/${index}`, depth + 1, into); // of the same length
  } else if (from !== to) into.push({ op: 'replace', path, value: to });
}

/** The operations that make `to` out of `from`. Lists of another length are replaced as a whole. */
export function patchBetween(from: JsonObject, to: JsonObject): readonly PatchOperation[] {
  const operations: PatchOperation[] = [];
  collect(from, to, '', 0, operations);
  return operations;
}

export type PatchResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly message: string };

const failed = (message: string): PatchResult => ({ ok: false, message });

/** The place in a list that a step names; undefined where there is none. */
function indexIn(list: readonly JsonValue[], step: string, isNew: boolean): number | undefined {
  if (step === '-' && isNew) return list.length;
  const index = /^(0|[1-9]\d{0,9})$/.test(step) ? Number(step) : Number.NaN;
  return index < list.length + (isNew ? 1 : 0) ? index : undefined;
}

function changeRoot(value: JsonValue, { op, value: wanted = null }: PatchOperation): PatchResult {
  if (op !== 'test') return { ok: true, value: wanted };
  return sameJson(value, wanted) ? { ok: true, value } : failed('the value has changed since');
}

function changeList(
  list: readonly JsonValue[],
  steps: readonly string[],
  operation: PatchOperation,
): PatchResult {
  const [step = '', ...rest] = steps;
  const isNew = rest.length === 0 && operation.op === 'add';
  const index = indexIn(list, step, isNew);
  if (index === undefined) return failed(`there is no item ${step}`);
  if (isNew) return { ok: true, value: list.toSpliced(index, 0, operation.value ?? null) };
  if (rest.length === 0 && operation.op === 'remove') return { ok: true, value: list.toSpliced(index, 1) };
  const changed = change(list[index] as JsonValue, rest, operation); // indexIn has checked it
  return changed.ok ? { ok: true, value: list.with(index, changed.value) } : changed;
}

function changeObject(object: JsonObject, steps: readonly string[], operation: PatchOperation): PatchResult {
  const [step = '', ...rest] = steps;
  const isNew = rest.length === 0 && operation.op === 'add';
  if (!isNew && !Object.hasOwn(object, step)) return failed(`there is no field ${step}`);
  const others = Object.entries(object).filter(([key]) => key !== step);
  if (rest.length === 0 && operation.op === 'remove') return { ok: true, value: Object.fromEntries(others) };
  const changed = isNew
    ? { ok: true as const, value: operation.value ?? null }
    : change(object[step] as JsonValue, rest, operation); // an own key
  return changed.ok ? { ok: true, value: Object.fromEntries([...others, [step, changed.value]]) } : changed;
}

/** A copy of `value` with the operation done at `steps`; everything beside the way is shared. */
function change(value: JsonValue, steps: readonly string[], operation: PatchOperation): PatchResult {
  if (steps.length === 0) return changeRoot(value, operation);
  if (Array.isArray(value)) return changeList(value, steps, operation);
  if (isJsonObject(value)) return changeObject(value, steps, operation);
  return failed(`${steps[0]} is looked for in what is no object`);
}

/** Applies operations in order; nothing of the input is changed. The first that cannot be done is named. */
export function applyPatch(object: JsonValue, operations: readonly PatchOperation[]): PatchResult {
  let value = object;
  for (const operation of operations) {
    const steps = operation.path.split('/').slice(1).map(unescapeStep);
    const changed = change(value, steps, operation);
    if (!changed.ok) return failed(`${operation.op} ${operation.path}: ${changed.message}`);
    value = changed.value;
  }
  return { ok: true, value };
}
