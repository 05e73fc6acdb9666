// Whether a policy's constraints select a review, as the API server decides it for webhooks and policies.
// Source of truth: apiserver pkg/admission/plugin/webhook/predicates/{rules,namespace,object}.
import {
  type ClusterContext,
  field,
  type JsonObject,
  type LabelSelector,
  labelsOf,
  type MissingLookup,
  matchesGlobs,
  matchesSelector,
  type Review,
  selectsEverything,
} from '../kubernetes/index.js';
import {
  type ExcludeEntry,
  type MatchConstraints,
  type MatchEntry,
  matchesResourceRule,
} from '../policy/index.js';

/** What matching may need beyond the review; `pod` is the template's Pod for policies written for pods. */
export interface MatchInput {
  readonly review: Review;
  readonly context: ClusterContext;
  readonly missing: MissingLookup[];
  /** The object whose labels an object selector reads: the object itself or the Pod of its template. */
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
}

const isNamespaceRequest = (review: Review): boolean =>
  review.resource.group === '' && review.resource.resource === 'namespaces';

/**
 * The labels of the namespace a request is in. For a request on a Namespace its own labels; where the
 * Namespace is not known, the one label every namespace has, and the lookup is named in `missing`.
 */
export function namespaceLabels(input: MatchInput): JsonObject | undefined {
  const { review } = input;
  if (isNamespaceRequest(review) && review.subResource === '') {
    const subject = review.operation === 'DELETE' ? review.oldObject : review.object;
    if (subject !== null) return labelsOf(subject);
  }
  if (review.namespace === '') return undefined;
  const namespace = input.context.namespace(review.namespace);
  if (namespace) return labelsOf(namespace);
  if (namespace === undefined) noteMissingNamespace(input, review.namespace);
  return { 'kubernetes.io/metadata.name': review.namespace };
}

function noteMissingNamespace(input: MatchInput, name: string): void {
  const known = input.missing.some((lookup) => lookup.kind === 'namespace' && lookup.name === name);
  if (!known) input.missing.push({ kind: 'namespace', name });
}

/** Namespace selectors never skip cluster-scoped objects other than Namespaces. */
function matchesNamespaceSelector(selector: LabelSelector | undefined, input: MatchInput): boolean {
  if (selector === undefined || selectsEverything(selector)) return true;
  const labels = namespaceLabels(input);
  return labels === undefined || matchesSelector(selector, labels);
}

/** An object selector is satisfied by the new or the old object; objects without metadata never satisfy one. */
function matchesObjectSelector(selector: LabelSelector | undefined, input: MatchInput): boolean {
  if (selector === undefined || selectsEverything(selector)) return true;
  return [input.object, input.oldObject].some(
    (object) =>
      object !== null &&
      field(object, 'metadata') !== undefined &&
      matchesSelector(selector, labelsOf(object)),
  );
}

function matchesNamespaceNames(globs: readonly string[], review: Review): boolean {
  return globs.length === 0 || (review.namespace !== '' && matchesGlobs(globs, review.namespace));
}

function matchesEntry(
  entry: MatchEntry,
  policy: MatchConstraints['matchPolicy'],
  input: MatchInput,
): boolean {
  return (
    (entry.rules.length === 0 ||
      entry.rules.some((rule) => matchesResourceRule(rule, input.review, policy))) &&
    matchesNamespaceNames(entry.namespaces, input.review) &&
    matchesNamespaceSelector(entry.namespaceSelector, input) &&
    matchesObjectSelector(entry.objectSelector, input)
  );
}

const SERVICE_ACCOUNT_PREFIX = 'system:serviceaccount:';

function matchesServiceAccounts(globs: readonly string[], username: string): boolean {
  if (!username.startsWith(SERVICE_ACCOUNT_PREFIX)) return false;
  return matchesGlobs(globs, username.slice(SERVICE_ACCOUNT_PREFIX.length));
}

/** Whether an exclusion takes the review out; every part it names must hold. */
export function matchesExclude(
  entry: ExcludeEntry,
  policy: MatchConstraints['matchPolicy'],
  input: MatchInput,
): boolean {
  const { review } = input;
  const user = review.userInfo;
  return (
    (entry.names.length === 0 || matchesGlobs(entry.names, review.name)) &&
    (entry.users.length === 0 || matchesGlobs(entry.users, user.username)) &&
    (entry.groups.length === 0 || user.groups.some((group) => matchesGlobs(entry.groups, group))) &&
    (entry.serviceAccounts.length === 0 || matchesServiceAccounts(entry.serviceAccounts, user.username)) &&
    matchesEntry(entry, policy, input)
  );
}

/** Whether any entry selects the review and no exclusion does. */
export function matchesConstraints(constraints: MatchConstraints, input: MatchInput): boolean {
  for (const entry of constraints.exclude) {
    if (matchesExclude(entry, constraints.matchPolicy, input)) return false;
  }
  if (constraints.any.length === 0) return true;
  for (const entry of constraints.any) {
    if (matchesEntry(entry, constraints.matchPolicy, input)) return true;
  }
  return false;
}
