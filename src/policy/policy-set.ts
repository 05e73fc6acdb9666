// The immutable set of policies in force, indexed so that a review touches only policies that can match it.
import { createHash } from 'node:crypto';
import { type Review, selectsEverything } from '../kubernetes/index.js';
import { compareText } from './compare-text.js';
import type { CompiledPolicy, MatchEntry } from './compiled.js';
import { coversRequest } from './resource-rule.js';

/** Swapped whole on every reload; never changed. */
export interface PolicySet {
  /** Sorted by id. */
  readonly policies: readonly CompiledPolicy[];
  /** `sha256:` and 16 hex digits over every loaded document; the same policies give the same digest. */
  readonly digest: string;
  /** Policies whose resource rules admit the review's resource, subresource and operation, in set order. */
  candidates(review: Review): readonly Candidate[];
}

/** A policy that may match a review. */
export interface Candidate {
  readonly policy: CompiledPolicy;
  /** Whether it matches every review with the same index key, so that nothing is left to ask. */
  readonly certain: boolean;
}

/** Requests name resources freely, so the index is bounded; past it a review is matched by the full scan. */
const MAX_INDEX_KEYS = 8192;

function digestOf(policies: readonly CompiledPolicy[]): string {
  const hash = createHash('sha256');
  for (const policy of policies) hash.update(policy.id).update('\0').update(policy.fingerprint).update('\0');
  return `sha256:${hash.digest('hex').slice(0, 16)}`;
}

/** Everything `coversRequest` reads of a review. */
function indexKey(review: Review): string {
  const { resource, requestResource: asked } = review;
  return `${review.operation} ${resource.group}/${resource.resource}/${review.subResource} ${asked.group}/${asked.version}/${asked.resource}/${review.requestSubResource} ${review.namespace === '' ? 'c' : 'n'}`;
}

function canMatch(policy: CompiledPolicy, review: Review): boolean {
  const { any, matchPolicy } = policy.match;
  if (any.length === 0) return true;
  return any.some(
    (entry) =>
      entry.rules.length === 0 || entry.rules.some((rule) => coversRequest(rule, review, matchPolicy)),
  );
}

const isUnconditional = (entry: MatchEntry): boolean =>
  entry.namespaces.length === 0 &&
  selectsEverything(entry.namespaceSelector) &&
  selectsEverything(entry.objectSelector) &&
  entry.rules.every((rule) => rule.names.length === 0);

/** Whether the index key alone settles that the policy matches: an entry without conditions, and no exclusion. */
function isCertain(policy: CompiledPolicy, review: Review): boolean {
  const { any, exclude, matchPolicy } = policy.match;
  if (exclude.length > 0) return false;
  if (any.length === 0) return true;
  return any.some(
    (entry) =>
      isUnconditional(entry) &&
      (entry.rules.length === 0 || entry.rules.some((rule) => coversRequest(rule, review, matchPolicy))),
  );
}

/** Builds the set. Ids must be unique: the loader refuses duplicates with their positions. */
export function createPolicySet(compiled: readonly CompiledPolicy[]): PolicySet {
  const policies = Object.freeze([...compiled].sort((a, b) => compareText(a.id, b.id)));
  const index = new Map<string, readonly Candidate[]>();
  return Object.freeze({
    policies,
    digest: digestOf(policies),
    candidates(review: Review): readonly Candidate[] {
      const key = indexKey(review);
      const known = index.get(key);
      if (known !== undefined) return known;
      const matching = policies
        .filter((policy) => canMatch(policy, review))
        .map((policy) => ({ policy, certain: isCertain(policy, review) }));
      if (index.size < MAX_INDEX_KEYS) index.set(key, matching);
      return matching;
    },
  });
}
