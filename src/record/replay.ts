// Recorded reviews judged again by a candidate policy set: which verdicts would flip, and which cannot be known because
// redaction took out what a policy looked at.
import { type Decision, type EngineSettings, judge } from '../engine/index.js';
import {
  type ClusterContext,
  decodeReview,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../kubernetes/index.js';
import { type CompiledPolicy, createPolicySet, type PolicySet } from '../policy/index.js';
import type { ReadRecord } from './read.js';
import { watchRedacted } from './redacted-reads.js';

/** What another policy set would make of one review. */
export interface Flip {
  readonly was: 'allowed' | 'denied';
  /** `unknown`: it hangs on something that redaction took out. */
  readonly now: 'allowed' | 'denied' | 'unknown';
  /** `policy/rule` that deny now and did not, and the other way round. */
  readonly newly: readonly string[];
  readonly cleared: readonly string[];
}

const labelsOf = (decision: Decision): ReadonlySet<string> =>
  new Set(
    decision.violations
      .filter(({ action }) => action === 'deny')
      .map(({ policy, rule }) => `${policy}/${rule}`),
  );

/** Compares two decisions on one review. */
export function flipOf(live: Decision, candidate: Decision): Flip {
  return flipBetween(
    live.allowed,
    labelsOf(live),
    candidate.allowed ? 'allowed' : 'denied',
    labelsOf(candidate),
  );
}

function flipBetween(
  wasAllowed: boolean,
  before: ReadonlySet<string>,
  now: Flip['now'],
  after: ReadonlySet<string>,
): Flip {
  return {
    was: wasAllowed ? 'allowed' : 'denied',
    now,
    newly: [...after].filter((label) => !before.has(label)),
    cleared: [...before].filter((label) => !after.has(label)),
  };
}

/** A replayed record. */
export type Replayed =
  | { readonly kind: 'judged'; readonly flip: Flip; readonly hidden: readonly HiddenRead[] }
  | { readonly kind: 'not-replayable'; readonly reason: string };

/** A rule that looked at something redaction took out. */
export interface HiddenRead {
  readonly rule: string;
  readonly pointer: string;
}

export interface Replayer {
  replay(record: ReadRecord): Replayed;
}

export interface ReplayOptions {
  readonly candidate: PolicySet;
  readonly context: ClusterContext;
  readonly settings: EngineSettings;
}

/** Which rule is being judged, so that a look at a redacted value can be laid at its door. */
interface Watch {
  rule: string;
  readonly hidden: Map<string, HiddenRead>;
}

function watched(policy: CompiledPolicy, watch: Watch): CompiledPolicy {
  const during = <T>(label: string, run: () => T): T => {
    watch.rule = label;
    try {
      return run();
    } finally {
      watch.rule = '';
    }
  };
  return {
    ...policy,
    conditions: policy.conditions.map((condition) => ({
      name: condition.name,
      // What a condition saw bears on every rule of the policy.
      evaluate: (scope) => during(`${policy.name}/*`, () => condition.evaluate(scope)),
    })),
    rules: policy.rules.map((rule) => ({
      ...rule,
      evaluate: (scope) => during(`${policy.name}/${rule.name}`, () => rule.evaluate(scope)),
    })),
  };
}

const strings = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** Rules that were excepted or overridden when the record was made: they do not deny now either. */
function exemptIn(value: JsonObject): ReadonlySet<string> {
  const exceptions = Array.isArray(value.exceptions) ? value.exceptions.filter(isJsonObject) : [];
  const window = isJsonObject(value.breakGlass) ? strings(value.breakGlass.overridden) : [];
  return new Set([...exceptions.flatMap(({ excepted }) => strings(excepted)), ...window]);
}

function deniedIn(value: JsonObject): ReadonlySet<string> {
  const results = Array.isArray(value.results) ? value.results.filter(isJsonObject) : [];
  const denied = results.filter(
    ({ result, action }) => action === 'deny' && (result === 'fail' || result === 'error'),
  );
  return new Set(value.allowed === true ? [] : denied.map(({ policy, rule }) => `${policy}/${rule}`));
}

/** A replayer of one candidate set. Time is each record's own, so that stages and deadlines stand as they stood. */
export function createReplayer({ candidate, context, settings }: ReplayOptions): Replayer {
  const watch: Watch = { rule: '', hidden: new Map() };
  const policies = createPolicySet(candidate.policies.map((policy) => watched(policy, watch)));
  const onRead = (pointer: string): void => {
    if (watch.rule !== '') watch.hidden.set(watch.rule, { rule: watch.rule, pointer });
  };
  return {
    replay({ value, id, time, allowed }) {
      if (!isJsonObject(value.request))
        return { kind: 'not-replayable', reason: 'the record holds no objects (record.objects was off)' };
      watch.hidden.clear();
      const request = watchRedacted(value.request, strings(value.redacted), onRead);
      const decoded = decodeReview({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
      if (!decoded.ok) return { kind: 'not-replayable', reason: decoded.message };
      const now = Date.parse(time);
      const decision = judge({
        review: decoded.review,
        policies,
        context,
        settings,
        now,
        decisionId: id,
        deadline: undefined,
      });
      const exempt = exemptIn(value);
      const denied = [...labelsOf(decision)].filter((label) => !exempt.has(label));
      const hides = (label: string): boolean =>
        watch.hidden.has(label) || watch.hidden.has(`${label.slice(0, label.indexOf('/'))}/*`);
      const certain = denied.some((label) => !hides(label));
      const doubtful = couldDeny(decision, [...watch.hidden.keys()]);
      const verdict = certain ? 'denied' : doubtful ? 'unknown' : 'allowed';
      const flip = flipBetween(allowed, deniedIn(value), verdict, new Set(denied));
      return { kind: 'judged', flip, hidden: [...watch.hidden.values()] };
    },
  };
}

/** Whether a rule that saw redacted values belongs to a policy that denies: then the verdict hangs on what is not known. */
function couldDeny({ outcomes }: Decision, rules: readonly string[]): boolean {
  const names = new Set(rules.map((rule) => rule.slice(0, rule.indexOf('/'))));
  return outcomes.some(({ policy, actions }) => actions.includes('deny') && names.has(policy.name));
}
