// Whether the approval on a PolicyException object is one: by whom, by which right, for how long.
import type { JudgeInput, Objection } from '../engine/index.js';
import { formatTime, type JsonObject, roughDuration, sameJson } from '../kubernetes/index.js';
import type { CompiledPolicy } from '../policy/index.js';
import { verifyDocument } from './approval.js';
import { effectiveTerms } from './authorise.js';
import { hasRight } from './people.js';
import type { ExceptionRegister } from './register.js';
import type { ExceptionSpec } from './schema.js';

/** An approval is given when it says it is. */
const LEEWAY = 5 * 60_000;

const at = (field: keyof ExceptionSpec, rule: string) => ({ rule, path: ['spec', field] });

/** What an approval is about: everything but the approval itself and what only ends an exception sooner. */
function approvedPart(spec: ExceptionSpec): JsonObject {
  const { policies, scope, reason, ticket = null, starts = null } = spec;
  return { policies, scope, reason, ticket, starts } as unknown as JsonObject; // read from JSON; times are numbers
}

const APPROVAL_FIELDS = ['approvedBy', 'approvedAs', 'approvedAt', 'signature'] as const;

/** Whether a change leaves an approved exception as it was, or ends it sooner: that needs no approver. */
export function onlyTightens(spec: ExceptionSpec, old: ExceptionSpec | undefined): boolean {
  if (old === undefined || (old.approvedBy === undefined && old.signature === undefined)) return false;
  const sameApproval = APPROVAL_FIELDS.every((key) => spec[key] === old[key]);
  const staysRevoked = old.revoked === undefined || spec.revoked !== undefined;
  return (
    sameApproval &&
    staysRevoked &&
    spec.expires <= old.expires &&
    sameJson(approvedPart(spec), approvedPart(old))
  );
}

/** What a policy's terms have against an exception. */
function policyObjections(
  policy: CompiledPolicy,
  spec: ExceptionSpec,
  as: string,
  approvedAt: number,
  { settings }: ExceptionRegister,
): readonly Objection[] {
  const { name } = policy;
  const { allowed, approvers, maxDuration } = effectiveTerms(policy.exceptions, settings);
  if (!allowed)
    return [{ ...at('policies', 'approver'), found: name, message: `${name} allows no exceptions` }];
  const objections: Objection[] = [];
  if (!approvers.includes(as)) {
    const expected = approvers.length === 0 ? 'nobody' : approvers.join(' or ');
    const message = `exceptions from ${name} are approved by ${expected}`;
    objections.push({ ...at('approvedAs', 'approver'), found: as, expected, message });
  }
  if (spec.expires - approvedAt > maxDuration) {
    const expected = `at most ${roughDuration(maxDuration)}`;
    const message = `exceptions from ${name} last ${expected}`;
    objections.push({ ...at('expires', 'duration'), found: formatTime(spec.expires), expected, message });
  }
  return objections;
}

/** The approver must be one of every policy named, and the time within what each allows. */
function termObjections(
  spec: ExceptionSpec,
  as: string,
  approvedAt: number,
  { policies }: JudgeInput,
  register: ExceptionRegister,
): readonly Objection[] {
  return spec.policies.flatMap(({ name }): readonly Objection[] => {
    const found = policies.policies.filter((policy) => policy.name === name || policy.id === name);
    const message = `no policy ${name} is in force here`;
    if (found.length === 0) return [{ ...at('policies', 'approver'), found: name, message }];
    return found.flatMap((policy) => policyObjections(policy, spec, as, approvedAt, register));
  });
}

function signatureObjections(
  object: JsonObject,
  spec: ExceptionSpec,
  signature: string,
  input: JudgeInput,
  register: ExceptionRegister,
): readonly Objection[] {
  const { ring, settings } = register;
  const approval = verifyDocument(object, signature, {
    ring,
    audience: settings.audience,
    trustFiles: false,
  });
  const where = at('signature', 'approval');
  if (!approval.ok) return [{ ...where, found: 'a signature', message: `the signature ${approval.message}` }];
  if (spec.approvedBy !== undefined && spec.approvedBy !== approval.by)
    return [{ ...where, message: `${approval.by} signed it, not ${spec.approvedBy}` }];
  return [
    ...selfObjections(spec, approval.by, register),
    ...termObjections(spec, approval.as, approval.at, input, register),
  ];
}

function selfObjections(
  spec: ExceptionSpec,
  approver: string,
  { people }: ExceptionRegister,
): readonly Objection[] {
  if (!people.same(approver, spec.requestedBy)) return [];
  const message = `${approver} cannot approve what they asked for themselves`;
  return [{ ...at('approvedBy', 'approval'), found: approver, expected: 'somebody else', message }];
}

/** An approval that is only stated counts where the API server says that the approver is the one who writes it. */
function statedObjections(
  spec: ExceptionSpec,
  approver: string,
  { review, now }: JudgeInput,
): readonly Objection[] {
  const { username, groups } = review.userInfo;
  const { approvedAs, approvedAt } = spec;
  if (approver !== username) {
    const message = `${username} cannot approve in the name of ${approver}`;
    return [{ ...at('approvedBy', 'approval'), found: approver, expected: username, message }];
  }
  const objections: Objection[] = [];
  if (approvedAs === undefined || !hasRight(approvedAs, username, groups)) {
    const message =
      approvedAs === undefined
        ? 'approvedAs must name the right to approve'
        : `${username} is not ${approvedAs}`;
    objections.push({ ...at('approvedAs', 'approval'), found: approvedAs, message });
  }
  if (approvedAt === undefined || Math.abs(approvedAt - now) > LEEWAY) {
    const found = approvedAt === undefined ? undefined : formatTime(approvedAt);
    const message = `approvedAt must be the time of the approval, ${formatTime(now)}`;
    objections.push({ ...at('approvedAt', 'approval'), found, expected: formatTime(now), message });
  }
  return objections;
}

/** Everything wrong with the approval of an object; nothing where it has none, since it then exempts nobody. */
export function approvalObjections(
  object: JsonObject,
  spec: ExceptionSpec,
  input: JudgeInput,
  register: ExceptionRegister,
): readonly Objection[] {
  if (spec.signature !== undefined) return signatureObjections(object, spec, spec.signature, input, register);
  if (spec.approvedBy === undefined) return [];
  return [
    ...selfObjections(spec, spec.approvedBy, register),
    ...statedObjections(spec, spec.approvedBy, input),
    ...termObjections(spec, spec.approvedAs ?? '', input.now, input, register),
  ];
}
