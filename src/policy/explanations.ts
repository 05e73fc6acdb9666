// What an explanation of an expression says of the object: the field to blame, and the rest in sentences.
import {
  CelError,
  CelOptional,
  type CelValue,
  type ExplainedPart,
  type TraceNode,
  toJson,
  type ValuePath,
} from '../cel/index.js';
import {
  type FieldPath,
  formatFieldPath,
  type JsonObject,
  type JsonValue,
  redactAt,
  redactText,
} from '../kubernetes/index.js';
import type { Scope, TracedPart } from './compiled.js';

/** The smallest failing part of an expression: a field of the object where one is to blame. */
export interface Explained {
  readonly path: FieldPath | undefined;
  readonly found: JsonValue | undefined;
  readonly expected: string;
  readonly details: readonly string[];
}

/** The field of the object a part of an explanation is about; undefined for other variables. */
function fieldOf({ path }: ExplainedPart, itemPath: FieldPath): FieldPath | undefined {
  if (path?.variable === 'object') return path.steps;
  return path?.variable === 'item' ? [...itemPath, ...path.steps] : undefined;
}

/** The object a path of a variable starts from, and the whole path in it; undefined for variables that are no objects. */
function placeOf(
  path: ValuePath,
  scope: Scope,
  itemPath: FieldPath,
): readonly [JsonObject | null, FieldPath] | undefined {
  if (path.variable === 'object') return [scope.object, path.steps];
  if (path.variable === 'oldObject') return [scope.oldObject, path.steps];
  return path.variable === 'item' ? [scope.object, [...itemPath, ...path.steps]] : undefined;
}

/**
 * A value as text with whatever is secret taken out by where it stands and what it is called: before anything is cut, since
 * half a secret is not found any more.
 */
function safeText(value: CelValue, path: ValuePath | undefined, scope: Scope, itemPath: FieldPath): string {
  const json = toJson(value) as JsonValue; // JSON of a value
  const place = path === undefined ? undefined : placeOf(path, scope, itemPath);
  const safe = place === undefined ? redactAt(null, [], json) : redactAt(place[0], place[1], json);
  return typeof safe === 'string' ? `'${safe}'` : JSON.stringify(safe);
}

const MAX_SHOWN = 120;

const cut = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

/** `spec.replicas is 1, expected at least 3`. */
export function sentenceOf(part: ExplainedPart, scope: Scope, itemPath: FieldPath): string {
  const field = fieldOf(part, itemPath);
  const subject =
    field !== undefined
      ? formatFieldPath([...scope.objectPath, ...field])
      : part.path === undefined
        ? part.source
        : formatFieldPath([part.path.variable, ...part.path.steps]);
  const found =
    part.found === undefined ? 'unset' : cut(redactText(safeText(part.found, part.path, scope, itemPath)));
  return part.path === undefined
    ? `${subject} does not hold`
    : `${subject} is ${found}, expected ${part.expected}`;
}

/** The first part about the object itself gives the field, the others are told; `itemPath` is where `item` stands. */
export function explainedParts(
  parts: readonly ExplainedPart[],
  scope: Scope,
  itemPath: FieldPath,
): Explained {
  const main = parts.find((part) => fieldOf(part, itemPath) !== undefined);
  const others = parts.filter((part) => part !== main && part.path !== undefined);
  const details = others.map((part) => redactText(sentenceOf(part, scope, itemPath)));
  if (main === undefined) return { path: undefined, found: undefined, expected: '', details };
  const found = main.found === undefined ? undefined : (toJson(main.found) as JsonValue); // JSON of a value
  return { path: fieldOf(main, itemPath), found, expected: main.expected, details };
}

function shownPart({ value, path }: TraceNode, scope: Scope, itemPath: FieldPath): string {
  if (value instanceof CelError) return `error: ${value.message}`;
  const inner = value instanceof CelOptional ? value.value : value;
  return inner === undefined ? 'unset' : safeText(inner, path, scope, itemPath);
}

/** A part of an expression with its value as text: without secrets that stand in fields, not yet without copies of them. */
export function partOf(node: TraceNode, scope: Scope, itemPath: FieldPath): TracedPart {
  const children = node.children.map((child) => partOf(child, scope, itemPath));
  return { source: node.source, value: shownPart(node, scope, itemPath), children };
}
