// The immutable set of policies in force, indexed so that a review touches only policies that can match it.
import type { Review } from '../kubernetes/index.js';
import type { CompiledPolicy } from './compiled.js';

/** Swapped whole on every reload; never changed. */
export interface PolicySet {
  /** Sorted by id. */
  readonly policies: readonly CompiledPolicy[];
  /** `sha256:` and 12 hex digits over every loaded document; the same files give the same digest. */
  readonly digest: string;
  /** Policies whose resource rules admit the review's resource, subresource and operation, in set order. */
  candidates(review: Review): readonly CompiledPolicy[];
}
