// What an evaluation may look up beyond the review itself. The engine asks, the edge answers.
import type { GroupVersionKind } from './identity.js';
import type { JsonObject } from './json.js';

/**
 * Objects known around a review. Every function is synchronous and answers from memory; `undefined` means
 * "not known here", which is different from "known not to exist" (`null`).
 */
export interface ClusterContext {
  /** The Namespace object called `name`. */
  namespace(name: string): JsonObject | null | undefined;
  /** One object by kind, namespace (empty for cluster-scoped) and name. */
  object(kind: GroupVersionKind, namespace: string, name: string): JsonObject | null | undefined;
  /** All objects of a kind, of one namespace or (undefined) of all; undefined where the kind is not known. */
  list(kind: GroupVersionKind, namespace?: string): readonly JsonObject[] | undefined;
}

/** A context that knows nothing. */
export const EMPTY_CONTEXT: ClusterContext = {
  namespace: () => undefined,
  object: () => undefined,
  list: () => undefined,
};

/** Something an evaluation needed and was not given; the edge fetches it and evaluates again. */
export type MissingLookup =
  | { readonly kind: 'namespace'; readonly name: string }
  | {
      readonly kind: 'object';
      readonly gvk: GroupVersionKind;
      readonly namespace: string;
      readonly name: string;
    }
  | { readonly kind: 'list'; readonly gvk: GroupVersionKind; readonly namespace?: string }
  | { readonly kind: 'authorization'; readonly attributes: JsonObject };
