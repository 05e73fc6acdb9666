// One call for admission, audit and offline checks: match → evaluate → exempt → decide.
import type { ClusterContext, Review } from '../kubernetes/index.js';
import type { PolicySet } from '../policy/index.js';
import type { Decision } from './decision.js';

/** What applies to every review, whatever its policies. */
export interface EngineSettings {
  /** Requests in these namespaces (globs), and on these Namespaces themselves, are allowed unevaluated. */
  readonly excludedNamespaces: readonly string[];
  /** Users (globs) of the control plane: evaluated and recorded, never denied. */
  readonly controlPlaneUsers: readonly string[];
  /** Treat every action as this one; undefined: as the policies say. */
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
  /** Milliseconds since the epoch after which evaluation stops with an error; undefined: none. */
  readonly deadline: number | undefined;
}

/** Judges one review. Never throws: a fault inside a policy becomes that policy's error outcome. */
export function judge(_input: JudgeInput): Decision {
  throw new Error('not written yet');
}
