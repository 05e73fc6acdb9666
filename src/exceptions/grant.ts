// A grant: who may break which rule where until when, and who said so. The one form that PolicyException objects and signed
// tokens are read into.
import type { LabelSelector } from '../kubernetes/index.js';

export interface PolicyReference {
  /** Name or id of a policy. */
  readonly name: string;
  /** Empty: all of its rules. */
  readonly rules: readonly string[];
}

/** Every part given must fit. Versions are no part of it: an object is the same through all of them. */
export interface GrantScope {
  /** `plural[.group][/subresource]`, globs; empty: any. */
  readonly resources: readonly string[];
  /** Globs; empty: cluster-scoped objects only. */
  readonly namespaces: readonly string[];
  /** Globs; empty: any name in the namespaces. */
  readonly names: readonly string[];
  readonly selector: LabelSelector | undefined;
  /** Globs over images of containers; empty: any. */
  readonly images: readonly string[];
}

/** Who approved a grant, and how that is known. */
export type Approval =
  | {
      readonly ok: true;
      readonly by: string;
      /** The right by which: `group:NAME` or `user:NAME`. */
      readonly as: string;
      /** Milliseconds since the epoch. */
      readonly at: number;
      readonly how: 'signature' | 'admission' | 'file';
      /** Id of the key of a signature. */
      readonly key: string | undefined;
    }
  | { readonly ok: false; readonly code: RefusalCode; readonly message: string };

export interface Grant {
  /** Name of the PolicyException, or `jti` of the token. */
  readonly id: string;
  readonly kind: 'exception' | 'token';
  readonly policies: readonly PolicyReference[];
  readonly scope: GrantScope;
  readonly reason: string;
  readonly ticket: string;
  readonly requestedBy: string;
  readonly approval: Approval;
  /** Milliseconds since the epoch; in force from `starts` until just before `expires`. */
  readonly starts: number;
  readonly expires: number;
  readonly revoked: { readonly by: string; readonly at: number; readonly reason: string } | undefined;
  /** Where it comes from, for people: a file with line, `cluster`, or `carried by the object`. */
  readonly source: string;
}

/** Why a claim does not hold: stable names for metrics and records. */
export type RefusalCode =
  | 'unknown'
  | 'malformed'
  | 'signature'
  | 'key'
  | 'audience'
  | 'revoked'
  | 'pending'
  | 'expired'
  | 'unapproved'
  | 'self-approved'
  | 'approver'
  | 'not-allowed'
  | 'duration'
  | 'scope'
  | 'rule';

export interface Refusal {
  readonly code: RefusalCode;
  /** A phrase that follows the name of the claim: `expired 3 days ago (…)`. */
  readonly message: string;
}
