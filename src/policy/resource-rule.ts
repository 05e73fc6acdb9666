// Whether a resource rule covers a request: group, version, resource, subresource, operation, scope, name.
// Source of truth: apiserver pkg/admission/plugin/webhook/predicates/rules/rules.go.
import type { GroupVersionResource, Review } from '../kubernetes/index.js';
import type { MatchConstraints, ResourceRule } from './compiled.js';

/** Groups that store the same objects under the same plural. Version differences never matter to Equivalent. */
const SAME_STORAGE: Readonly<Record<string, readonly string[]>> = {
  '/events': ['events.k8s.io'],
  'events.k8s.io/events': [''],
};

const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);

/** `pods/*`, `* /scale` and the like: both halves match literally or by `*`; no slash means no subresource. */
function coversResource(patterns: readonly string[], resource: string, subResource: string): boolean {
  for (const pattern of patterns) {
    const slash = pattern.indexOf('/');
    const wanted = slash < 0 ? pattern : pattern.slice(0, slash);
    const wantedSub = slash < 0 ? '' : pattern.slice(slash + 1);
    if ((wanted === '*' || wanted === resource) && (wantedSub === '*' || wantedSub === subResource))
      return true;
  }
  return false;
}

function coversScope(rule: ResourceRule, review: Review): boolean {
  if (rule.scope === '*') return true;
  const isNamespace = review.resource.group === '' && review.resource.resource === 'namespaces';
  const namespaced = review.namespace !== '' && !isNamespace;
  return rule.scope === 'Namespaced' ? namespaced : !namespaced;
}

function coversGroupVersion(rule: ResourceRule, gvr: GroupVersionResource, anyVersion: boolean): boolean {
  if (!anyVersion && !has(rule.versions, gvr.version)) return false;
  if (has(rule.groups, gvr.group)) return true;
  if (!anyVersion) return false;
  const equivalents = SAME_STORAGE[`${gvr.group}/${gvr.resource}`];
  return equivalents?.some((group) => rule.groups.includes(group)) ?? false;
}

/** Whether the rule covers the review's resource and operation, names aside: what an index can know. */
export function coversRequest(
  rule: ResourceRule,
  review: Review,
  matchPolicy: MatchConstraints['matchPolicy'],
): boolean {
  if (!rule.operations.includes('*') && !rule.operations.includes(review.operation)) return false;
  if (!coversScope(rule, review)) return false;
  if (matchPolicy === 'Exact') {
    return (
      coversGroupVersion(rule, review.requestResource, false) &&
      coversResource(rule.resources, review.requestResource.resource, review.requestSubResource)
    );
  }
  return (
    coversGroupVersion(rule, review.resource, true) &&
    coversResource(rule.resources, review.resource.resource, review.subResource)
  );
}

/** Whether `rule` covers the review, resource names included. */
export function matchesResourceRule(
  rule: ResourceRule,
  review: Review,
  matchPolicy: MatchConstraints['matchPolicy'],
): boolean {
  if (!coversRequest(rule, review, matchPolicy)) return false;
  return rule.names.length === 0 || rule.names.includes(review.name);
}
