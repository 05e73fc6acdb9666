// Decisions as AdmissionReview v1 answers. Source of truth: k8s.io/api/admission/v1 AdmissionResponse.
import type { Decision, Violation } from '../engine/index.js';

const HEAD = '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":';

/** Violations a client can read without parsing text: `status.details.causes`. */
function causesOf(violations: readonly Violation[]): readonly object[] {
  return violations
    .filter(({ action }) => action === 'deny')
    .slice(0, 100)
    .map(({ path, message, policy, rule }) => ({
      reason: `${policy}/${rule}`,
      message,
      ...(path === '' ? {} : { field: path }),
    }));
}

/** An AdmissionResponse, as it is sent. */
export interface Response {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: { readonly code: number; readonly [key: string]: unknown };
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
}

/** The body that carries a response. */
export const bodyOf = (response: Response): string => `${HEAD}${JSON.stringify(response)}}`;

/** The response to a review that was judged. */
export function responseOf(decision: Decision): Response {
  const { review, allowed, denial, warnings, auditAnnotations, violations } = decision;
  const status =
    denial === undefined
      ? undefined
      : {
          apiVersion: 'v1',
          kind: 'Status',
          metadata: {},
          status: 'Failure',
          message: denial.message,
          reason: denial.reason,
          code: denial.code,
          details: {
            name: review.name,
            group: review.requestKind.group,
            kind: review.requestResource.resource,
            causes: causesOf(violations),
          },
        };
  if (status === undefined && warnings.length === 0) return { uid: review.uid, allowed, auditAnnotations };
  return {
    uid: review.uid,
    allowed,
    ...(status === undefined ? {} : { status }),
    auditAnnotations,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Why a review was not judged. */
export interface Undecided {
  readonly uid: string;
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/**
 * The response to a review that could not be judged. `allow` lets the request pass with a warning, which is the
 * operator's explicit choice; otherwise it is a denial that says what went wrong.
 */
export function undecidedResponse(
  { uid, code, reason, message }: Undecided,
  mode: 'deny' | 'allow',
): Response {
  return mode === 'allow'
    ? { uid, allowed: true, warnings: [`warder could not judge this request: ${message}`.slice(0, 120)] }
    : {
        uid,
        allowed: false,
        status: {
          apiVersion: 'v1',
          kind: 'Status',
          metadata: {},
          status: 'Failure',
          message: `warder could not judge this request: ${message}`,
          reason,
          code,
        },
      };
}
