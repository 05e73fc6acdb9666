// What an explanation of an expression says of the object: the field to blame, and the rest in sentences.
import { type ExplainedPart, showValue, toJson } from '../cel/index.js';
import { type FieldPath, formatFieldPath, type JsonValue, redactText } from '../kubernetes/index.js';
import type { Scope } from './compiled.js';

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

/** `spec.replicas is 1, expected at least 3`. */
export function sentenceOf(part: ExplainedPart, scope: Scope, itemPath: FieldPath): string {
  const field = fieldOf(part, itemPath);
  const subject =
    field !== undefined
      ? formatFieldPath([...scope.objectPath, ...field])
      : part.path === undefined
        ? part.source
        : formatFieldPath([part.path.variable, ...part.path.steps]);
  const found = part.found === undefined ? 'unset' : showValue(part.found);
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
