// What the worker finds: the same form for a field that moved, an object that is gone or not accounted for, and what is overdue.
import { createHash } from 'node:crypto';
import type { FieldPath } from '../kubernetes/index.js';
import type { Risk } from '../policy/index.js';

/** What happened, seen from the desired state. */
export type FindingKind =
  /** A stated field has another value. */
  | 'changed'
  /** A stated field is gone. */
  | 'removed'
  /** Something not stated was added by somebody who is not the delivery. */
  | 'added'
  /** A stated object is not there. */
  | 'missing'
  /** An object that a delivery made and that is stated no more. */
  | 'orphan'
  /** An object that no delivery made, among those it did. */
  | 'unmanaged'
  /** An object whose time has come: a review, an end, a use, an API version. */
  | 'overdue';

/** DESIGN section 6. */
export type FindingClass = 'known-and-allowed' | 'violation' | 'review';

export const FINDING_CLASSES: readonly FindingClass[] = ['violation', 'review', 'known-and-allowed'];

export interface FindingObject {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Who did it, as far as is known, and how that is known. Empty texts where nothing is. */
export interface Attribution {
  /** Field manager of the value that is there now. */
  readonly manager: string;
  /** RFC 3339, when that manager last wrote the object. */
  readonly time: string;
  readonly person: string;
  readonly groups: readonly string[];
  /** Id of the decision, or uid of the review, that names the person. */
  readonly decision: string;
}

export interface Finding {
  /** Stable from run to run for the same field of the same object. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly class: FindingClass;
  /** The rule that gave the class: `policy/rule`, an exception, a window, or a rule of the classification. */
  readonly rule: string;
  /** What the class rests on, a sentence each. */
  readonly evidence: readonly string[];
  readonly object: FindingObject;
  /** Field path as people read it; empty for whole objects. */
  readonly path: string;
  /** Redacted values as JSON text; empty where there is none. */
  readonly desired: string;
  readonly live: string;
  readonly risk: Risk;
  readonly by: Attribution;
  /** Where the desired state stands. */
  readonly source: { readonly file: string; readonly line: number } | undefined;
  /** Changes whenever the value does: what is accepted holds for this value only. Never a value, nor a hash of a secret alone. */
  readonly fingerprint: string;
}

export const NOBODY_KNOWN: Attribution = Object.freeze({
  manager: '',
  time: '',
  person: '',
  groups: Object.freeze([]),
  decision: '',
});

const digest = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex');

/** The id of a finding: what it is about, and not what was found there. API versions of a kind are one. */
export function findingId(kind: FindingKind, object: FindingObject, path: FieldPath): string {
  const field = kind === 'changed' || kind === 'removed' || kind === 'added';
  const about = [field ? 'field' : kind, object.group, object.kind, object.namespace, object.name];
  return `d-${digest([...about, JSON.stringify(path)]).slice(0, 12)}`;
}

/** `salt` is something of the object that is not in the finding, so that nobody can try values against it. */
export const fingerprintOf = (salt: string, value: string): string => digest([salt, value]).slice(0, 16);
