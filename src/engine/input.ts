// What one judgement depends on; the engine has no clock, no randomness and no I/O of its own.
import type { ClusterContext, Review } from '../kubernetes/index.js';
import type { PolicySet } from '../policy/index.js';
import type { PolicyOutcome } from './decision.js';
import type { Exempted } from './exempt.js';

/** What applies to every review, whatever its policies. */
export interface EngineSettings {
  /** Requests in these namespaces (globs), and on these Namespaces themselves, are allowed unevaluated. */
  readonly excludedNamespaces: readonly string[];
  /** Users (globs) of the control plane: evaluated and recorded, never denied. */
  readonly controlPlaneUsers: readonly string[];
  /** Weakens every action: `warn` turns denials into warnings, `audit` only records; undefined: as policies say. */
  readonly forcedAction: 'warn' | 'audit' | undefined;
}

/** Consulted for every review; must be quick where an object claims nothing and no window is open. Never throws. */
export interface Exemptions {
  /**
   * Findings of the built-in checks on Warder's own kinds; they hold whatever the configuration says. Empty for other kinds.
   */
  guard(input: JudgeInput): readonly PolicyOutcome[];
  /** undefined: nothing is claimed and no window applies. */
  exempt(outcomes: readonly PolicyOutcome[], input: JudgeInput): Exempted | undefined;
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
  /** Exceptions, break-glass and the checks on Warder's own kinds; undefined: nobody is exempt. */
  readonly exemptions?: Exemptions | undefined;
}
