// A normalised admission request: what one evaluation is about, wherever it came from (webhook, audit, fixture).
// Source of truth: k8s.io/api/admission/v1 AdmissionRequest.
import type { GroupVersionKind, GroupVersionResource, UserInfo } from './identity.js';
import type { JsonObject } from './json.js';

/** The four operations admission sees. */
export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export const OPERATIONS: readonly Operation[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'];

/** Where a review came from: some rules about the requester or the old object cannot be judged in an audit. */
export type ReviewOrigin = 'admission' | 'audit';

/**
 * One request to be judged. `object` and `oldObject` are the parsed JSON in place, never copied; unknown fields
 * are kept. `request` is the AdmissionRequest as it arrived (or as it would have been), for CEL's `request`.
 */
export interface Review {
  readonly origin: ReviewOrigin;
  readonly uid: string;
  readonly operation: Operation;
  /** Kind of `object`, after the API server's conversion to what the webhook asked for. */
  readonly kind: GroupVersionKind;
  /** Resource the request is matched by, after that conversion. */
  readonly resource: GroupVersionResource;
  /** `status`, `scale`, `exec` …, or the empty string. */
  readonly subResource: string;
  /** Kind and resource of the original request, before conversion. */
  readonly requestKind: GroupVersionKind;
  readonly requestResource: GroupVersionResource;
  readonly requestSubResource: string;
  /** May be empty on CREATE with generateName. */
  readonly name: string;
  /** Empty for cluster-scoped objects. For a Namespace, its own name. */
  readonly namespace: string;
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly userInfo: UserInfo;
  readonly dryRun: boolean;
  readonly options: JsonObject | null;
  readonly request: JsonObject;
}
