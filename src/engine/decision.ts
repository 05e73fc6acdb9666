// What the engine concludes about one review: plain data, later stages translate it.
import type { FieldPath, MissingLookup, Review } from '../kubernetes/index.js';
import type { Action, CompiledPolicy, CompiledRule, RuleFailure, Severity } from '../policy/index.js';
import type { ExemptionRecord } from './exemption.js';

/** The PolicyReport vocabulary. `fail` is a broken rule; `warn` a broken rule whose action is `warn`. */
export type ResultKind = 'pass' | 'fail' | 'warn' | 'error' | 'skip';

/** What one policy (in one binding, with one set of parameters) concluded; cheap, one per policy evaluated. */
export interface PolicyOutcome {
  readonly policy: CompiledPolicy;
  readonly binding: string;
  /** In force for this request after stages and identity; empty: recorded only. */
  readonly actions: readonly Action[];
  /** Why the whole policy did not apply though its constraints matched; undefined: it was evaluated. */
  readonly skipped: string | undefined;
  /** Why the action differs from the policy's own, e.g. a stage or a control-plane identity. */
  readonly note: string | undefined;
  /** Outcomes that are not a plain pass, in rule order. Rules not listed passed. */
  readonly findings: readonly RuleFinding[];
  /** What the policy adds to the cluster's audit log, by its own keys. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface RuleFinding {
  readonly rule: CompiledRule;
  readonly kind: 'fail' | 'error' | 'skip' | 'excepted' | 'unneeded';
  readonly failures: readonly RuleFailure[];
  /** Error or skip reason. */
  readonly message: string;
}

/** One thing wrong with the object, ready to be shown: redacted and with its path printed. */
export interface Violation {
  readonly policy: string;
  readonly rule: string;
  readonly severity: Severity;
  /** The strongest of `actions`. */
  readonly action: Action;
  readonly actions: readonly Action[];
  readonly message: string;
  /** Printed field path from the root of the object the user wrote; empty where there is none. */
  readonly path: string;
  readonly fieldPath: FieldPath | undefined;
  /** Redacted rendering of what was found, `unset` where there was nothing; undefined where it would say nothing. */
  readonly found: string | undefined;
  readonly expected: string;
  readonly fix: string;
  readonly details: readonly string[];
  readonly reason: string;
}

/** One line of a result list: the form of `warder review --output json`. */
export interface RuleResult {
  readonly policy: string;
  readonly rule: string;
  readonly result: ResultKind;
  readonly action: Action;
  readonly severity: Severity;
  readonly message: string;
  readonly path: string;
}

/** The answer to a review. */
export interface Decision {
  readonly id: string;
  readonly review: Review;
  readonly allowed: boolean;
  /** HTTP-like code (403, 422 …), reason and message of a denial; undefined where allowed. */
  readonly denial: { readonly code: number; readonly reason: string; readonly message: string } | undefined;
  readonly outcomes: readonly PolicyOutcome[];
  /** Most severe first, then by policy, rule and path. */
  readonly violations: readonly Violation[];
  /** At most 4096 bytes together, each within what the API server passes on. */
  readonly warnings: readonly string[];
  /** Keys without prefix: the API server adds the webhook's name. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** Why nothing was evaluated at all, e.g. an excluded namespace; undefined where policies ran. */
  readonly exempt: string | undefined;
  /** What exceptions and break-glass did; undefined where nothing was claimed and no window applies. */
  readonly exemption: ExemptionRecord | undefined;
  readonly missing: readonly MissingLookup[];
  readonly policySetDigest: string;
}
