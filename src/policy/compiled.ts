// The one compiled form every dialect turns its documents into, and the engine evaluates.

import type { SelectedNode, Selector } from '../jsonpath/index.js';
import type {
  ClusterContext,
  FieldPath,
  JsonObject,
  JsonValue,
  LabelSelector,
  MissingLookup,
  Operation,
  Review,
} from '../kubernetes/index.js';
import type { SourcePosition } from './problem.js';

/** What a broken rule leads to. */
export type Action = 'deny' | 'warn' | 'audit';

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Most severe first. */
export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'medium', 'low'];

/** Which documents a policy came from. */
export type DialectName = 'warder' | 'validating-admission-policy' | 'kyverno' | 'gatekeeper';

/** Which requests, by what they touch. Kubernetes' NamedRuleWithOperations. `*` stands for all. */
export interface ResourceRule {
  readonly groups: readonly string[];
  readonly versions: readonly string[];
  /** `pods`, `pods/exec`, `*`, `*` + `/scale`, `pods/*`, all of them `*` + `/*`. */
  readonly resources: readonly string[];
  readonly operations: readonly (Operation | '*')[];
  readonly scope: 'Namespaced' | 'Cluster' | '*';
  /** Empty: any name. */
  readonly names: readonly string[];
}

/** One way to match: every part given must hold. */
export interface MatchEntry {
  readonly rules: readonly ResourceRule[];
  /** Globs (`*` and `?`); empty: any. */
  readonly namespaces: readonly string[];
  readonly namespaceSelector: LabelSelector | undefined;
  readonly objectSelector: LabelSelector | undefined;
}

/** Which requests never match, whatever `MatchEntry` says. Every part given must hold. Globs allowed. */
export interface ExcludeEntry extends MatchEntry {
  readonly names: readonly string[];
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** `namespace:name` or `name` in any namespace. */
  readonly serviceAccounts: readonly string[];
}

/** Any entry of `any` may match, none of `exclude` may. */
export interface MatchConstraints {
  readonly any: readonly MatchEntry[];
  readonly exclude: readonly ExcludeEntry[];
  /** Equivalent also matches the same object reached through another group or version. */
  readonly matchPolicy: 'Exact' | 'Equivalent';
}

/** One violation as a rule found it, before anything about exceptions or enforcement is known. */
export interface RuleFailure {
  /** From the root of the object the user wrote; undefined where the rule is about no one field. */
  readonly path: FieldPath | undefined;
  /** The value found; undefined for "unset". */
  readonly found: JsonValue | undefined;
  /** What was expected, as a phrase: `false or unset`, `at least 2`. Empty where the message says it all. */
  readonly expected: string;
  readonly message: string;
  /** What to do, as a phrase: `set it to false`. Empty where no fix is known. */
  readonly fix: string;
  /** Further findings of an explanation, one sentence each. */
  readonly details?: readonly string[];
}

/** What one rule says of one review. Pass and skip are shared constants, so a passing rule allocates nothing. */
export type RuleOutcome =
  | { readonly kind: 'pass' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'fail'; readonly failures: readonly RuleFailure[] }
  | { readonly kind: 'error'; readonly message: string };

export const PASS: RuleOutcome = Object.freeze({ kind: 'pass' });

/** What a rule may look at. Built once per policy, binding and review. */
export interface Scope {
  readonly review: Review;
  /** What `object` stands for: the object itself or, for pod templates, the Pod that would come of it. */
  readonly object: JsonObject | null;
  readonly oldObject: JsonObject | null;
  /** Where `object` stands in the object the user wrote: [] or e.g. ['spec', 'template']. */
  readonly objectPath: FieldPath;
  readonly params: JsonObject | null;
  readonly context: ClusterContext;
  /** Milliseconds since the epoch, from the caller. */
  readonly now: number;
  /** Milliseconds on `clock` after which evaluation stops; undefined: none. */
  readonly deadline: number | undefined;
  /** The caller's clock for the deadline, in milliseconds. */
  readonly clock: () => number;
  /** What the evaluation needed and was not given is added here. */
  readonly missing: MissingLookup[];
  /** Nodes that rules have selected from `object`, by selector: rules of a set select the same few paths. */
  readonly selections: Map<Selector, readonly SelectedNode[]>;
  /** Room for what expressions of one policy share: variables, budget. Owned by the expression seam. */
  expressions: unknown;
}

/** What a condition or requirement came to and why, for people who ask; texts may hold secrets until redacted. */
export interface Trace {
  /** What is traced: `when`, `require`, the name of a condition. */
  readonly label: string;
  /** The item of the object it was asked of; undefined for the object itself. */
  readonly item: FieldPath | undefined;
  /** As the policy writes it. */
  readonly source: string;
  readonly result: 'true' | 'false' | 'error';
  /** The message of an error; otherwise what decided, one sentence each. */
  readonly because: readonly string[];
  /** Every part with its value; empty where the source is no expression. */
  readonly parts: readonly TracedPart[];
}

export interface TracedPart {
  readonly source: string;
  readonly value: string;
  readonly children: readonly TracedPart[];
}

/** A precondition of a whole policy, like Kubernetes' matchConditions. */
export interface CompiledCondition {
  readonly name: string;
  evaluate(scope: Scope): boolean | { readonly error: string };
  /** Slow, and never asked while judging. */
  trace?(scope: Scope): Trace;
}

export interface CompiledRule {
  readonly name: string;
  readonly severity: Severity;
  /** Reason and code of the denial, Kubernetes' StatusReason; by default Forbidden, 403. */
  readonly reason: string;
  /** Rules of the same shape pass the same subjects, so one is asked for all of them; undefined: like no other. */
  readonly shape?: string | undefined;
  evaluate(scope: Scope): RuleOutcome;
  /** What each of its parts came to, item by item. Slow, and never asked while judging. */
  trace?(scope: Scope): readonly Trace[];
}

/** A binding's parameters: none, or one evaluation for each object resolved. */
export interface ParamSource {
  resolve(review: Review, context: ClusterContext, missing: MissingLookup[]): ParamResolution;
}

export type ParamResolution =
  | { readonly kind: 'found'; readonly params: readonly (JsonObject | null)[] }
  | { readonly kind: 'none'; readonly action: 'allow' | 'deny'; readonly message: string }
  | { readonly kind: 'error'; readonly message: string };

/** A time-bound change of action for some namespaces. Times are milliseconds since the epoch. */
export interface Stage {
  readonly namespaceSelector: LabelSelector | undefined;
  readonly namespaces: readonly string[];
  readonly actions: readonly Action[];
  readonly from: number | undefined;
  readonly until: number | undefined;
}

/** How and where a policy is in force. Warder's own policies have exactly one. */
export interface CompiledBinding {
  readonly name: string;
  readonly match: MatchConstraints | undefined;
  readonly params: ParamSource | undefined;
  readonly stages: readonly Stage[];
  /** May be several, as Kubernetes' validationActions: [deny, audit]. */
  readonly actions: readonly Action[];
}

/** Who may be excepted from a policy, and how. */
export interface ExceptionTerms {
  readonly allowed: boolean;
  /** Longest lifetime of a grant, in milliseconds; undefined: no bound of the policy's own. */
  readonly maxDuration: number | undefined;
  /** `group:name` or `user:name`. */
  readonly approvers: readonly string[];
}

/** A text of a policy for the cluster's audit log; undefined where it has nothing to say. */
export interface CompiledAuditAnnotation {
  readonly key: string;
  evaluate(scope: Scope): string | undefined;
}

/** What people read about a policy. */
export interface PolicyDescription {
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly severity: Severity;
  readonly references: readonly string[];
  readonly owner: string;
  readonly version: string;
  /** When a person last looked at it (ISO date) and how often one should (milliseconds). */
  readonly review: { readonly last: string; readonly every: number } | undefined;
}

export interface CompiledPolicy {
  /** Unique in a set: dialect, namespace where there is one, and name. */
  readonly id: string;
  readonly name: string;
  readonly dialect: DialectName;
  readonly source: SourcePosition;
  readonly description: PolicyDescription;
  readonly match: MatchConstraints;
  /** `pod`: rules are written for a Pod and see the pod template of whatever kind carries one. */
  readonly subject: 'object' | 'pod';
  readonly conditions: readonly CompiledCondition[];
  readonly rules: readonly CompiledRule[];
  readonly bindings: readonly CompiledBinding[];
  readonly auditAnnotations?: readonly CompiledAuditAnnotation[];
  /** Whether an UPDATE of an object that is already being deleted (finalizers leave) is judged too. */
  readonly judgesDeleting: boolean;
  /** What an error in a condition or rule means. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly exceptions: ExceptionTerms;
  /** Inputs besides the object that rules read: an audit has no requester and no old object. */
  readonly reads: { readonly requester: boolean; readonly oldObject: boolean };
  /** The document as loaded, for documentation. */
  readonly document: JsonObject;
  /** Digest of everything that decides what the policy does: documents, bindings, parameters. */
  readonly fingerprint: string;
}
