// Whether a grant holds when it is used. Everything is asked at each use: what was right when it was made may be so no more.
import { formatTime, type Review, roughDuration } from '../kubernetes/index.js';
import type { ExceptionTerms } from '../policy/index.js';
import { inactivity } from './active.js';
import type { Grant, Refusal } from './grant.js';
import type { People } from './people.js';
import { outsideScope } from './scope.js';

/** Terms that hold for every policy, and those of policies that state none. */
export interface GeneralTerms {
  /** Approvers for policies that name none: `group:NAME`, `user:NAME`. */
  readonly approvers: readonly string[];
  /** Longest lifetime of any grant, in milliseconds. */
  readonly maxDuration: number;
}

/** Clocks of approvers may be this much ahead. */
const LEEWAY = 60_000;

/** The terms of a policy with the general ones filled in. */
export function effectiveTerms(
  terms: ExceptionTerms,
  general: GeneralTerms,
): ExceptionTerms & { maxDuration: number } {
  return {
    allowed: terms.allowed,
    approvers: terms.approvers.length > 0 ? terms.approvers : general.approvers,
    maxDuration: Math.min(terms.maxDuration ?? Number.POSITIVE_INFINITY, general.maxDuration),
  };
}

function unapproved({ approval, requestedBy }: Grant, now: number, people: People): Refusal | undefined {
  if (!approval.ok) return approval;
  if (people.same(approval.by, requestedBy))
    return { code: 'self-approved', message: `${approval.by} approved what they asked for themselves` };
  if (approval.at > now + LEEWAY)
    return {
      code: 'pending',
      message: `was approved in the future (${formatTime(approval.at)}): a clock is wrong`,
    };
  return undefined;
}

/** Why a grant does not hold for a request, whatever the policy; undefined where it may. */
export function refuseUse(grant: Grant, review: Review, now: number, people: People): Refusal | undefined {
  const refusal =
    inactivity(grant, now) ?? unapproved(grant, now, people) ?? outsideScope(grant.scope, review);
  if (refusal !== undefined) return refusal;
  const { approval } = grant;
  const user = review.userInfo.username;
  if (approval.ok && user !== '' && people.same(approval.by, user))
    return {
      code: 'self-approved',
      message: `${approval.by} approved it and so may not use it: somebody else has to make the change`,
    };
  return undefined;
}

/** Why a policy does not accept a grant; undefined where it does. */
export function refuseByPolicy(
  grant: Grant,
  policy: { readonly name: string; readonly exceptions: ExceptionTerms },
  general: GeneralTerms,
): Refusal | undefined {
  const { approval, expires } = grant;
  const { allowed, approvers, maxDuration } = effectiveTerms(policy.exceptions, general);
  if (!allowed) return { code: 'not-allowed', message: `${policy.name} allows no exceptions` };
  if (!approval.ok) return approval;
  if (!approvers.includes(approval.as)) {
    const who = approvers.length === 0 ? 'nobody' : approvers.join(' or ');
    return {
      code: 'approver',
      message: `${approval.by} approved it as ${approval.as}, but for ${policy.name} only ${who} may`,
    };
  }
  const lasts = expires - approval.at;
  if (lasts > maxDuration)
    return {
      code: 'duration',
      message: `lasts ${roughDuration(lasts)}, but ${policy.name} allows at most ${roughDuration(maxDuration)}`,
    };
  return undefined;
}
