// What can be settled once for all reviews with the same candidates: which policies only need their rules asked, and which of
// their rules are the same question. Nearly every review passes nearly every policy, so that case is the one made short.
import type { Candidate, CompiledPolicy, CompiledRule } from '../policy/index.js';
import type { PolicyOutcome, RuleFinding } from './decision.js';

/** One question about a review, asked once however many rules ask it. */
export interface Probe {
  readonly subject: CompiledPolicy['subject'];
  readonly rule: CompiledRule;
}

/** A policy that matches for certain and in which nothing but its rules decides. */
export interface PlainStep {
  readonly passed: PolicyOutcome;
  /** Indices of the probes that its rules are. */
  readonly probes: readonly number[];
}

export interface Plan {
  readonly probes: readonly Probe[];
  /** For each candidate; undefined where it takes more than its rules. */
  readonly steps: readonly (PlainStep | undefined)[];
  /** The outcomes where every probe passes; undefined where some candidate takes more than its rules. */
  readonly passed: readonly PolicyOutcome[] | undefined;
  /** Whether any probe looks at the Pod that would come of the object. */
  readonly asksPod: boolean;
}

const NO_FINDINGS: readonly RuleFinding[] = Object.freeze([]);

function isPlain({ policy, certain }: Candidate): boolean {
  const [binding] = policy.bindings;
  return (
    certain &&
    policy.conditions.length === 0 &&
    (policy.auditAnnotations ?? []).length === 0 &&
    policy.bindings.length === 1 &&
    binding !== undefined &&
    binding.match === undefined &&
    binding.params === undefined &&
    binding.stages.length === 0
  );
}

function passedOutcome(policy: CompiledPolicy): PolicyOutcome {
  const [binding] = policy.bindings;
  return Object.freeze({
    policy,
    binding: binding?.name ?? '',
    actions: binding?.actions ?? [],
    skipped: undefined,
    note: undefined,
    findings: NO_FINDINGS,
  });
}

function createPlan(candidates: readonly Candidate[]): Plan {
  const probes: Probe[] = [];
  const known = new Map<string, number>();
  const probeOf = (subject: Probe['subject'], rule: CompiledRule): number => {
    const key = rule.shape === undefined ? undefined : `${subject} ${rule.shape}`;
    const at = key === undefined ? undefined : known.get(key);
    if (at !== undefined) return at;
    if (key !== undefined) known.set(key, probes.length);
    return probes.push({ subject, rule }) - 1;
  };
  const steps = candidates.map((candidate) => {
    if (!isPlain(candidate)) return undefined;
    const { policy } = candidate;
    const own = policy.rules.map((rule) => probeOf(policy.subject, rule));
    return { passed: passedOutcome(policy), probes: own };
  });
  const passed = steps.flatMap((step) => (step === undefined ? [] : [step.passed]));
  return {
    probes,
    steps,
    passed: passed.length === steps.length ? Object.freeze(passed) : undefined,
    asksPod: probes.some(({ subject }) => subject === 'pod'),
  };
}

const ALL_PASSED = new WeakSet<readonly PolicyOutcome[]>();

/** Whether these are the shared outcomes of a plan all of whose probes passed; false says nothing about others. */
export const isAllPassed = (outcomes: readonly PolicyOutcome[]): boolean => ALL_PASSED.has(outcomes);

const PLANS = new WeakMap<readonly Candidate[], Plan>();

/** The plan for candidates that a policy set gave; made once for each list. */
export function planOf(candidates: readonly Candidate[]): Plan {
  const known = PLANS.get(candidates);
  if (known !== undefined) return known;
  const plan = createPlan(candidates);
  if (plan.passed !== undefined) ALL_PASSED.add(plan.passed);
  PLANS.set(candidates, plan);
  return plan;
}
