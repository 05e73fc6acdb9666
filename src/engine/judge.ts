// One call for admission, audit and offline checks: match → evaluate → exempt → decide.
import { type ClusterContext, type MissingLookup, matchesGlobs, type Review } from '../kubernetes/index.js';
import type { PolicySet } from '../policy/index.js';
import { decide, exemptDecision } from './decide.js';
import type { Decision } from './decision.js';
import { evaluate } from './evaluate.js';

/** What applies to every review, whatever its policies. */
export interface EngineSettings {
  /** Requests in these namespaces (globs), and on these Namespaces themselves, are allowed unevaluated. */
  readonly excludedNamespaces: readonly string[];
  /** Users (globs) of the control plane: evaluated and recorded, never denied. */
  readonly controlPlaneUsers: readonly string[];
  /** Weakens every action: `warn` turns denials into warnings, `audit` only records; undefined: as policies say. */
  readonly forcedAction: 'warn' | 'audit' | undefined;
}

/** Everything one judgement depends on; the engine has no clock, no randomness and no I/O of its own. */
export interface JudgeInput {
  readonly review: Review;
  readonly policies: PolicySet;
  readonly context: ClusterContext;
  readonly settings: EngineSettings;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Id of the decision (a ULID), made by the caller. */
  readonly decisionId: string;
  /** Milliseconds on `clock` after which evaluation stops with an error; undefined: none. */
  readonly deadline: number | undefined;
  /** The clock of the deadline; by default one that never moves from `now`. */
  readonly clock?: () => number;
}

/** Judges one review. A fault inside a policy becomes that policy's error, never an exception. */
export function judge(input: JudgeInput): Decision {
  const { review, policies, context, settings, now, deadline } = input;
  if (review.namespace !== '' && matchesGlobs(settings.excludedNamespaces, review.namespace)) {
    return exemptDecision(`namespace ${review.namespace} is excluded from evaluation`, input);
  }
  const missing: MissingLookup[] = [];
  const outcomes = evaluate(policies.candidates(review), {
    review,
    context,
    missing,
    now,
    deadline,
    clock: input.clock ?? (() => now),
  });
  return decide(outcomes, input, missing);
}
