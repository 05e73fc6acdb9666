// Label selectors with Kubernetes' semantics (apimachinery pkg/labels, metav1.LabelSelector).
import { field, isJsonObject, type JsonObject } from './json.js';

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';

export interface SelectorRequirement {
  readonly key: string;
  readonly operator: SelectorOperator;
  readonly values: readonly string[];
}

/** metav1.LabelSelector. All parts must hold; an empty selector selects everything. */
export interface LabelSelector {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly SelectorRequirement[];
}

const NO_LABELS: JsonObject = Object.freeze({});

/** The labels of an object, read in place; an empty object where it has none. */
export function labelsOf(object: JsonObject | null | undefined): JsonObject {
  const labels = field(field(object ?? undefined, 'metadata'), 'labels');
  return isJsonObject(labels) ? labels : NO_LABELS;
}

function holds(requirement: SelectorRequirement, labels: JsonObject): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return typeof value === 'string' && requirement.values.includes(value);
    case 'NotIn':
      return typeof value !== 'string' || !requirement.values.includes(value);
  }
}

/** True where no requirement is stated, so that everything is selected. */
export function selectsEverything(selector: LabelSelector | undefined): boolean {
  if (selector === undefined) return true;
  return selector.matchExpressions.length === 0 && Object.keys(selector.matchLabels).length === 0;
}

/** Whether `labels` satisfy `selector`. As in Kubernetes, NotIn also selects objects without the key. */
export function matchesSelector(selector: LabelSelector, labels: JsonObject): boolean {
  for (const key of Object.keys(selector.matchLabels)) {
    if (!Object.hasOwn(labels, key) || labels[key] !== selector.matchLabels[key]) return false;
  }
  for (const requirement of selector.matchExpressions) {
    if (!holds(requirement, labels)) return false;
  }
  return true;
}
