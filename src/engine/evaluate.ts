// Runs the policies that match a review and says what each rule found. Knows nothing of enforcement.
import {
  type ClusterContext,
  type FieldPath,
  field,
  type JsonObject,
  type MissingLookup,
  matchesGlobs,
  matchesSelector,
  podTemplateOf,
  type Review,
} from '../kubernetes/index.js';
import type {
  Candidate,
  CompiledBinding,
  CompiledPolicy,
  ParamResolution,
  Scope,
  Stage,
} from '../policy/index.js';
import type { PolicyOutcome, RuleFinding } from './decision.js';
import { type MatchInput, matchesConstraints, namespaceLabels } from './match.js';
import { type Plan, type Probe, planOf } from './plan.js';

/** The object a policy's rules see, and where it stands in what the user wrote. */
interface Subject {
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  readonly path: FieldPath;
  readonly selections: Scope['selections'];
  /** The scope that policies without parameters share, once there is one. */
  scope: Scope | undefined;
}

const ROOT: FieldPath = Object.freeze([]);
const NO_PARAMETERS: ParamResolution = { kind: 'found', params: [null] };
const NOTHING_FOUND: readonly RuleFinding[] = Object.freeze([]);
const PASSED: Pick<PolicyOutcome, 'skipped' | 'findings'> = { skipped: undefined, findings: NOTHING_FOUND };

/** Everything about one review that its policies share. */
export interface Evaluation {
  readonly review: Review;
  readonly context: ClusterContext;
  readonly missing: MissingLookup[];
  readonly now: number;
  readonly deadline: number | undefined;
  readonly clock: () => number;
}

function subjectOf(object: JsonObject | null, oldObject: JsonObject | null, path: FieldPath): Subject {
  return { object, oldObject, path, selections: new Map(), scope: undefined };
}

/** The Pod that would come of the review's object, for policies written for pods; null where it carries none. */
function podSubject(review: Review): Subject | null {
  const pod = review.object === null ? null : podTemplateOf(review.kind, review.object);
  const oldPod = review.oldObject === null ? null : podTemplateOf(review.kind, review.oldObject);
  const path = pod?.path ?? oldPod?.path;
  if (path === undefined) return null;
  return subjectOf(pod?.pod ?? null, oldPod?.pod ?? null, path);
}

/** The first stage that is in time and selects the namespace. */
function stageOf(binding: CompiledBinding, input: MatchInput, now: number): Stage | undefined {
  for (const stage of binding.stages) {
    if (stage.from !== undefined && now < stage.from) continue;
    if (stage.until !== undefined && now >= stage.until) continue;
    if (stage.namespaces.length > 0 && !matchesGlobs(stage.namespaces, input.review.namespace)) continue;
    if (stage.namespaceSelector !== undefined) {
      const labels = namespaceLabels(input);
      if (labels === undefined || !matchesSelector(stage.namespaceSelector, labels)) continue;
    }
    return stage;
  }
  return undefined;
}

/** An error of a condition, parameter or rule, as a finding of every rule it kept from being judged. */
function erroredRules(policy: CompiledPolicy, message: string): readonly RuleFinding[] {
  return policy.rules.map((rule) => ({ rule, kind: 'error', failures: [], message }));
}

/** The findings of all rules for one set of parameters; a rule that passes leaves no finding. */
function judgeRules(policy: CompiledPolicy, scope: Scope): readonly RuleFinding[] {
  let findings: RuleFinding[] | undefined;
  for (const rule of policy.rules) {
    const outcome = rule.evaluate(scope);
    if (outcome.kind === 'pass') continue;
    findings ??= [];
    if (outcome.kind === 'fail') {
      findings.push({ rule, kind: 'fail', failures: outcome.failures, message: '' });
    } else {
      const message = outcome.kind === 'skip' ? outcome.reason : outcome.message;
      findings.push({ rule, kind: outcome.kind, failures: [], message });
    }
  }
  return findings ?? NOTHING_FOUND;
}

/** The name of the first condition that is false, undefined where all hold, or the error of one. */
function unmetCondition(
  policy: CompiledPolicy,
  scope: Scope,
): string | { readonly error: string } | undefined {
  let failed: { readonly error: string } | undefined;
  for (const condition of policy.conditions) {
    const holds = condition.evaluate(scope);
    if (holds === false) return condition.name;
    if (holds !== true) failed ??= { error: `condition ${condition.name}: ${holds.error}` };
  }
  return failed;
}

const NOT_AUDITABLE_REQUESTER = 'not auditable: it asks who made the request';
const NOT_AUDITABLE_CHANGE = 'not auditable: it compares with the object before the change';

const isBeingDeleted = ({ operation, object }: Review): boolean =>
  operation === 'UPDATE' &&
  typeof field(field(object ?? undefined, 'metadata'), 'deletionTimestamp') === 'string';

/** Why a policy whose constraints match cannot or need not be judged on this review. */
function reasonToSkip(policy: CompiledPolicy, evaluation: Evaluation): string | undefined {
  const { review } = evaluation;
  if (review.origin === 'audit') {
    if (policy.reads.requester) return NOT_AUDITABLE_REQUESTER;
    if (policy.reads.oldObject) return NOT_AUDITABLE_CHANGE;
  }
  if (!policy.judgesDeleting && isBeingDeleted(review)) return 'the object is being deleted';
  return undefined;
}

/** The parameter objects of a binding, or the finding that stands for their absence. */
function parametersOf(binding: CompiledBinding, evaluation: Evaluation): ParamResolution {
  if (binding.params === undefined) return NO_PARAMETERS;
  return binding.params.resolve(evaluation.review, evaluation.context, evaluation.missing);
}

function outcomeOf(
  policy: CompiledPolicy,
  binding: CompiledBinding,
  stage: Stage | undefined,
  part: Partial<PolicyOutcome>,
): PolicyOutcome {
  return {
    policy,
    binding: binding.name,
    actions: stage?.actions ?? binding.actions,
    skipped: part.skipped,
    note: stage === undefined ? undefined : 'a stage of its rollout',
    findings: part.findings ?? NOTHING_FOUND,
    annotations: part.annotations,
  };
}

/** What rules of one subject see; policies without parameters share one, each with expressions of its own. */
function scopeOf(subject: Subject, params: JsonObject | null, evaluation: Evaluation): Scope {
  const { review, context, missing, now, deadline, clock } = evaluation;
  return {
    review,
    object: subject.object,
    oldObject: subject.oldObject,
    objectPath: subject.path,
    params,
    context,
    now,
    deadline,
    clock,
    missing,
    selections: subject.selections,
    expressions: undefined,
  };
}

/** What the policy says to the audit log; undefined for nothing. */
function annotationsOf(policy: CompiledPolicy, scope: Scope): PolicyOutcome['annotations'] {
  if (policy.auditAnnotations === undefined || policy.auditAnnotations.length === 0) return undefined;
  const said = policy.auditAnnotations.flatMap(({ key, evaluate: ask }) => {
    const value = ask(scope);
    return value === undefined ? [] : [[key, value] as const];
  });
  return said.length === 0 ? undefined : Object.fromEntries(said);
}

function judgeWithParameters(
  policy: CompiledPolicy,
  subject: Subject,
  params: JsonObject | null,
  evaluation: Evaluation,
): Pick<PolicyOutcome, 'skipped' | 'findings' | 'annotations'> {
  let scope = params === null ? subject.scope : undefined;
  if (scope === undefined) {
    scope = scopeOf(subject, params, evaluation);
    if (params === null) subject.scope = scope;
  }
  scope.expressions = undefined;
  if (policy.conditions.length > 0) {
    const unmet = unmetCondition(policy, scope);
    if (typeof unmet === 'string')
      return { skipped: `condition ${unmet} does not hold`, findings: NOTHING_FOUND };
    if (unmet !== undefined) return { skipped: undefined, findings: erroredRules(policy, unmet.error) };
  }
  const findings = judgeRules(policy, scope);
  const annotations = annotationsOf(policy, scope);
  return findings === NOTHING_FOUND && annotations === undefined
    ? PASSED
    : { skipped: undefined, findings, annotations };
}

/** Judges one binding of a policy that matches; one outcome for every parameter object. */
function judgeBinding(
  policy: CompiledPolicy,
  binding: CompiledBinding,
  subject: Subject,
  input: MatchInput,
  evaluation: Evaluation,
  into: PolicyOutcome[],
): void {
  if (binding.match !== undefined && !matchesConstraints(binding.match, input)) return;
  const stage = binding.stages.length === 0 ? undefined : stageOf(binding, input, evaluation.now);
  const resolved = parametersOf(binding, evaluation);
  if (resolved.kind === 'none') {
    const findings = resolved.action === 'deny' ? erroredRules(policy, resolved.message) : NOTHING_FOUND;
    const skipped = resolved.action === 'deny' ? undefined : resolved.message;
    into.push(outcomeOf(policy, binding, stage, { skipped, findings }));
  } else if (resolved.kind === 'error') {
    into.push(outcomeOf(policy, binding, stage, { findings: erroredRules(policy, resolved.message) }));
  } else {
    for (const params of resolved.params) {
      into.push(outcomeOf(policy, binding, stage, judgeWithParameters(policy, subject, params, evaluation)));
    }
  }
}

function judgePolicy(
  { policy, certain }: Candidate,
  subject: Subject,
  input: MatchInput,
  evaluation: Evaluation,
  into: PolicyOutcome[],
): void {
  if (!certain && !matchesConstraints(policy.match, input)) return;
  const skipped = reasonToSkip(policy, evaluation);
  for (const binding of policy.bindings) {
    if (skipped === undefined) judgeBinding(policy, binding, subject, input, evaluation, into);
    else into.push(outcomeOf(policy, binding, undefined, { skipped }));
  }
}

/** A fault inside a policy is that policy's error and nobody else's. */
function faultOf(policy: CompiledPolicy, fault: unknown): PolicyOutcome[] {
  const message =
    fault instanceof RangeError ? 'the object is nested too deeply' : `internal fault: ${String(fault)}`;
  return policy.bindings.map((binding) =>
    outcomeOf(policy, binding, undefined, { findings: erroredRules(policy, message) }),
  );
}

/** The two things a review's rules may look at, each made when first asked for. */
interface Subjects {
  readonly whole: Subject;
  pod: Subject | null | undefined;
}

function podOf(subjects: Subjects, review: Review): Subject | null {
  subjects.pod ??= podSubject(review);
  return subjects.pod;
}

const NONE_OPEN: readonly number[] = Object.freeze([]);

/**
 * Which probes of the plan do not simply pass; undefined where none may be asked, since something about the review
 * itself decides whether a policy is judged.
 */
function askProbes(plan: Plan, subjects: Subjects, evaluation: Evaluation): readonly number[] | undefined {
  const { review } = evaluation;
  if (review.origin === 'audit' || isBeingDeleted(review)) return undefined;
  const pod = plan.asksPod ? podOf(subjects, review) : null;
  if (plan.asksPod && pod === null) return undefined;
  let open: number[] | undefined;
  const { probes } = plan;
  for (let at = 0; at < probes.length; at++) {
    const probe = probes[at] as Probe; // within bounds
    const subject = probe.subject === 'pod' && pod !== null ? pod : subjects.whole;
    subject.scope ??= scopeOf(subject, null, evaluation);
    subject.scope.expressions = undefined;
    if (probe.rule.evaluate(subject.scope).kind === 'pass') continue;
    open ??= [];
    open.push(at);
  }
  return open ?? NONE_OPEN;
}

/** What the probes say; a fault inside a rule is left to the policy that has it. */
function openProbes(plan: Plan, subjects: Subjects, evaluation: Evaluation): readonly number[] | undefined {
  try {
    return askProbes(plan, subjects, evaluation);
  } catch {
    return undefined;
  }
}

/** What the rules of one policy see of a review, with the first of its parameters; undefined where they are about pods and the object makes none. */
export function scopeFor(policy: CompiledPolicy, evaluation: Evaluation): Scope | undefined {
  const { review } = evaluation;
  const subject =
    policy.subject === 'pod' ? podSubject(review) : subjectOf(review.object, review.oldObject, ROOT);
  if (subject === null) return undefined;
  const [binding] = policy.bindings;
  const resolved = binding === undefined ? NO_PARAMETERS : parametersOf(binding, evaluation);
  const params = resolved.kind === 'found' ? (resolved.params[0] ?? null) : null;
  return scopeOf(subject, params, evaluation);
}

/** Runs every policy of `candidates` that matches; outcomes come in policy order. Never throws. */
export function evaluate(candidates: readonly Candidate[], evaluation: Evaluation): readonly PolicyOutcome[] {
  const { review, context, missing } = evaluation;
  const plan = planOf(candidates);
  const whole = subjectOf(review.object, review.oldObject, ROOT);
  const subjects: Subjects = { whole, pod: undefined };
  const open = plan.probes.length === 0 ? undefined : openProbes(plan, subjects, evaluation);
  if (open === NONE_OPEN && plan.passed !== undefined) return plan.passed;
  const outcomes: PolicyOutcome[] = [];
  const wholeInput: MatchInput = {
    review,
    context,
    missing,
    object: whole.object,
    oldObject: whole.oldObject,
  };
  let podInput: MatchInput | undefined;
  for (const [at, candidate] of candidates.entries()) {
    const step = plan.steps[at];
    if (step !== undefined && open !== undefined && !step.probes.some((probe) => open.includes(probe))) {
      outcomes.push(step.passed);
      continue;
    }
    const { policy } = candidate;
    const before = outcomes.length;
    try {
      if (policy.subject === 'object') {
        judgePolicy(candidate, whole, wholeInput, evaluation, outcomes);
        continue;
      }
      const pod = podOf(subjects, review);
      if (pod === null) continue;
      podInput ??= { ...wholeInput, object: pod.object, oldObject: pod.oldObject };
      judgePolicy(candidate, pod, podInput, evaluation, outcomes);
    } catch (fault) {
      outcomes.length = before;
      outcomes.push(...faultOf(policy, fault));
    }
  }
  return outcomes;
}
