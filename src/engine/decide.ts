// Turns outcomes into the answer. The one place that knows about enforcement: modes, identities, precedence.
import { createRedactor, matchesGlobs, type Review } from '../kubernetes/index.js';
import type { Action } from '../policy/index.js';
import type { Decision, PolicyOutcome, Violation } from './decision.js';
import { type Exempted, exemptionAnnotations, exemptionLines, overriddenBy, underWindow } from './exempt.js';
import type { ExemptionRecord } from './exemption.js';
import type { EngineSettings, JudgeInput } from './input.js';
import { auditAnnotationsOf, denialMessage, warningsOf } from './message.js';
import { isAllPassed } from './plan.js';
import { redactOutcomes } from './redact-findings.js';
import { violationsOf } from './violations.js';

const AUDIT_ONLY: readonly Action[] = Object.freeze(['audit']);
const CONTROL_PLANE_NOTE = 'sent by the control plane: recorded, never denied';

/** HTTP code of a Kubernetes StatusReason that a validation may give. */
const CODES: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
};

/**
 * The actions in force. A controller of the control plane is never denied: what it makes comes from an object
 * that was judged when its author wrote it, and refusing it again would only say the same in other words.
 */
function enforce(outcome: PolicyOutcome, review: Review, settings: EngineSettings): PolicyOutcome {
  if (outcome.findings.length === 0) return outcome;
  if (matchesGlobs(settings.controlPlaneUsers, review.userInfo.username)) {
    return { ...outcome, actions: AUDIT_ONLY, note: CONTROL_PLANE_NOTE };
  }
  if (settings.forcedAction === undefined || settings.forcedAction === 'audit') {
    return settings.forcedAction === undefined
      ? outcome
      : { ...outcome, actions: AUDIT_ONLY, note: 'the server only audits' };
  }
  const actions = outcome.actions.map((action) => (action === 'deny' ? 'warn' : action));
  return { ...outcome, actions, note: 'the server only warns' };
}

const denies = (violation: Violation): boolean => violation.action === 'deny';

function denialOf(
  denied: readonly Violation[],
  outcomes: readonly PolicyOutcome[],
  input: JudgeInput,
  exemption: ExemptionRecord | undefined,
): Decision['denial'] {
  const [worst] = denied;
  if (worst === undefined) return undefined;
  return {
    code: CODES[worst.reason] ?? 403,
    reason: worst.reason,
    message: denialMessage(
      input.review,
      denied,
      outcomes,
      input.decisionId,
      exemption === undefined ? [] : exemptionLines(exemption),
    ),
  };
}

/** What exceptions and an open window make of outcomes whose actions are in force. */
function recordOf(
  outcomes: readonly PolicyOutcome[],
  exempted: Exempted | undefined,
): ExemptionRecord | undefined {
  if (exempted === undefined) return undefined;
  const { claims, window, missed } = exempted;
  return { claims, window, missed, overridden: window === undefined ? [] : overriddenBy(outcomes, window) };
}

const foundNothing = ({ findings, annotations }: PolicyOutcome): boolean =>
  findings.length === 0 && annotations === undefined;
/** Longest value the API server keeps of one annotation. */
const MAX_ANNOTATION = 10 * 1024;

/** What policies say to the audit log, redacted; a key is the policy's name and its own, since one without a slash is needed. */
function annotationsOfPolicies(
  outcomes: readonly PolicyOutcome[],
  review: Review,
): Readonly<Record<string, string>> {
  const said = outcomes.flatMap(({ policy, annotations = {} }) =>
    Object.entries(annotations).map(([key, value]) => [`${policy.name}.${key}`.slice(-63), value] as const),
  );
  if (said.length === 0) return {};
  const redact = createRedactor(review.object, review.oldObject);
  return Object.fromEntries(said.map(([key, value]) => [key, redact(value).slice(0, MAX_ANNOTATION)]));
}

const NOTHING: readonly never[] = Object.freeze([]);

/** The decision where every rule passed and nobody claimed anything: there is nothing to weaken, redact or say. */
function cleanDecision(
  outcomes: readonly PolicyOutcome[],
  { review, policies, decisionId }: JudgeInput,
  missing: Decision['missing'],
): Decision {
  return {
    id: decisionId,
    review,
    allowed: true,
    denial: undefined,
    outcomes,
    violations: NOTHING,
    warnings: NOTHING,
    auditAnnotations: auditAnnotationsOf(NOTHING, decisionId, policies.digest),
    exempt: undefined,
    exemption: undefined,
    missing,
    policySetDigest: policies.digest,
  };
}

/**
 * The decision on a review whose policies have been evaluated. Precedence: break-glass, then exceptions, then action.
 * `guarded` are findings of the built-in checks, which nothing weakens.
 */
export function decide(
  found: readonly PolicyOutcome[],
  input: JudgeInput,
  missing: Decision['missing'],
  guarded: readonly PolicyOutcome[] = [],
): Decision {
  const { review, settings, policies, decisionId } = input;
  const exempted = input.exemptions?.exempt(found, input);
  if (exempted === undefined && guarded.length === 0 && (isAllPassed(found) || found.every(foundNothing)))
    return cleanDecision(found, input, missing);
  const enforced = redactOutcomes(exempted?.outcomes ?? found, review).map((outcome) =>
    enforce(outcome, review, settings),
  );
  const exemption = recordOf(enforced, exempted);
  const window = exemption?.window;
  const weakened = window === undefined ? enforced : enforced.map((outcome) => underWindow(outcome, window));
  const outcomes = guarded.length === 0 ? weakened : [...redactOutcomes(guarded, review), ...weakened];
  const violations = violationsOf(outcomes);
  const denial = denialOf(violations.filter(denies), outcomes, input, exemption);
  const notes = exempted?.notes ?? [];
  const annotations = {
    ...annotationsOfPolicies(outcomes, review),
    ...auditAnnotationsOf(violations, decisionId, policies.digest),
  };
  return {
    id: decisionId,
    review,
    allowed: denial === undefined,
    denial,
    outcomes,
    violations,
    warnings: violations.length === 0 && notes.length === 0 ? [] : warningsOf(violations, notes),
    auditAnnotations:
      exemption === undefined ? annotations : { ...annotations, ...exemptionAnnotations(exemption) },
    exempt: undefined,
    exemption,
    missing,
    policySetDigest: policies.digest,
  };
}

/** The decision on a review that no policy is asked about. */
export function exemptDecision(reason: string, input: JudgeInput): Decision {
  return { ...decide([], input, []), exempt: reason };
}
