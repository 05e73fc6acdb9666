// Folds what a controller made under the object that its author wrote: a Deployment's ReplicaSets and Pods break the same
// rules, and saying it three times helps nobody.
import type { CheckedObject } from './findings.js';

export interface FoldedObject {
  readonly object: CheckedObject;
  /** Objects made from it that break nothing it does not break itself. */
  readonly made: readonly CheckedObject[];
}

const keyOf = ({ kind, namespace, name }: CheckedObject): string => `${kind}/${namespace}/${name}`;
const rulesOf = (object: CheckedObject): ReadonlySet<string> =>
  new Set(object.violations.map(({ policy, rule }) => `${policy}/${rule}`));

const MAX_GENERATIONS = 8;

/** The furthest ancestor that is among the objects and breaks every rule this one breaks. */
function ancestorOf(
  object: CheckedObject,
  known: ReadonlyMap<string, CheckedObject>,
): CheckedObject | undefined {
  const rules = rulesOf(object);
  let found: CheckedObject | undefined;
  let at: CheckedObject | undefined = object;
  for (
    let generation = 0;
    generation < MAX_GENERATIONS && at !== undefined && at.owner !== '';
    generation++
  ) {
    at = known.get(at.owner);
    if (at !== undefined && [...rules].every((rule) => rulesOf(at as CheckedObject).has(rule))) found = at; // not undefined
  }
  return found;
}

/** Objects with violations or something to say of exceptions, those made from others folded under them; order is kept. */
export function foldByOwner(objects: readonly CheckedObject[]): readonly FoldedObject[] {
  const known = new Map(objects.map((object) => [keyOf(object), object]));
  const made = new Map<CheckedObject, CheckedObject[]>();
  const shown: CheckedObject[] = [];
  for (const object of objects) {
    if (object.violations.length === 0 && object.exemptions.length === 0) continue;
    const ancestor = ancestorOf(object, known);
    if (ancestor === undefined || ancestor === object) shown.push(object);
    else made.set(ancestor, [...(made.get(ancestor) ?? []), object]);
  }
  return shown.map((object) => ({ object, made: made.get(object) ?? [] }));
}
