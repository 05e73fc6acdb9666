// Metrics. What happens for every rule of every request is counted in plain numbers and handed to prom-client only when
// somebody scrapes: a prom-client counter costs two hundred nanoseconds, and there is one for every rule.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Decision, PolicyOutcome } from '../engine/index.js';
import { OPERATIONS, type Operation } from '../kubernetes/index.js';
import type { CompiledPolicy, PolicySet } from '../policy/index.js';

/** Why a request was not judged, as a metric label. */
export type RejectReason =
  | 'method'
  | 'content_type'
  | 'too_large'
  | 'not_json'
  | 'not_a_review'
  | 'cut_off'
  | 'overloaded'
  | 'draining'
  | 'client_certificate'
  | 'fault';

export interface Metrics {
  readonly registry: Registry;
  /** Counts a decision that was answered; `seconds` from the request's arrival to its answer. */
  decided(decision: Decision, seconds: number): void;
  rejected(reason: RejectReason): void;
  policySet(set: PolicySet, loadedAt: number): void;
  reload(what: 'policies' | 'certificate' | 'exemptions', ok: boolean): void;
  certificateExpires(at: number): void;
}

/** Evaluations of one policy, and what its rules found besides passing. */
interface PolicyCounts {
  readonly policy: CompiledPolicy;
  readonly evaluated: Record<Operation, number>;
  readonly skipped: Record<Operation, number>;
  /** `rule\0result\0operation` → count. */
  readonly findings: Map<string, number>;
}

/** Reviews answered alike since the last scrape. */
interface Answered {
  readonly operation: Operation;
  readonly allowed: boolean;
  readonly dryRun: boolean;
  times: number;
}

const none = (): Record<Operation, number> => ({ CREATE: 0, UPDATE: 0, DELETE: 0, CONNECT: 0 });

function countOutcome(counts: PolicyCounts, outcome: PolicyOutcome, operation: Operation): void {
  if (outcome.skipped !== undefined) {
    counts.skipped[operation]++;
    return;
  }
  counts.evaluated[operation]++;
  for (const { rule, kind } of outcome.findings) {
    const result = kind === 'fail' && outcome.actions[0] === 'warn' ? 'warn' : kind;
    const key = `${rule.name}\0${result}\0${operation}`;
    counts.findings.set(key, (counts.findings.get(key) ?? 0) + 1);
  }
}

/** Writes one policy's counts: passes are what was evaluated less what was found. */
function expose(counter: Counter, { policy, evaluated, skipped, findings }: PolicyCounts): void {
  const found = new Map<string, number>();
  for (const [key, value] of findings) {
    const [rule = '', result = '', operation = ''] = key.split('\0');
    counter.inc({ policy: policy.name, rule, result, operation }, value);
    const at = `${rule}\0${operation}`;
    found.set(at, (found.get(at) ?? 0) + value);
  }
  for (const operation of OPERATIONS) {
    for (const { name } of policy.rules) {
      const passed = evaluated[operation] - (found.get(`${name}\0${operation}`) ?? 0);
      if (passed > 0) counter.inc({ policy: policy.name, rule: name, result: 'pass', operation }, passed);
      if (skipped[operation] > 0)
        counter.inc({ policy: policy.name, rule: name, result: 'skip', operation }, skipped[operation]);
    }
  }
}

/** Latencies that tell a healthy webhook from a slow one, in seconds. */
const BUCKETS = [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const byPolicy = new Map<string, PolicyCounts>();
  new Counter({
    name: 'warder_rule_results_total',
    help: 'Rule results by policy, rule, result and operation. Dry-run requests are not counted.',
    labelNames: ['policy', 'rule', 'result', 'operation'],
    registers,
    collect() {
      this.reset();
      takeApart();
      for (const counts of byPolicy.values()) expose(this, counts);
    },
  });
  const answers = new Map<number, Answered>();
  new Counter({
    name: 'warder_decisions_total',
    help: 'Reviews answered, by operation and whether they were allowed.',
    labelNames: ['operation', 'allowed', 'dry_run'],
    registers,
    collect() {
      for (const answered of answers.values()) {
        const { operation, allowed, dryRun, times } = answered;
        answered.times = 0;
        if (times > 0) this.inc({ operation, allowed: String(allowed), dry_run: String(dryRun) }, times);
      }
    },
  });
  const latency = new Histogram({
    name: 'warder_review_duration_seconds',
    help: 'Time from the arrival of a review to its answer.',
    buckets: BUCKETS,
    registers,
  });
  const rejected = new Counter({
    name: 'warder_rejected_requests_total',
    help: 'Requests that were not judged, by reason.',
    labelNames: ['reason'],
    registers,
  });
  const info = new Gauge({
    name: 'warder_policy_set_info',
    help: 'The policy set in force: its digest; the value is the number of policies.',
    labelNames: ['digest'],
    registers,
  });
  const loaded = new Gauge({
    name: 'warder_policy_set_loaded_timestamp_seconds',
    help: 'When the policy set in force was loaded.',
    registers,
  });
  const stale = new Gauge({
    name: 'warder_policy_set_stale',
    help: '1 while the last reload failed and an older set is in force.',
    registers,
  });
  const failures = new Counter({
    name: 'warder_reload_failures_total',
    help: 'Reloads that failed, by what was reloaded.',
    labelNames: ['what'],
    registers,
  });
  const expiry = new Gauge({
    name: 'warder_certificate_expiry_timestamp_seconds',
    help: 'When the serving certificate expires.',
    registers,
  });
  new Gauge({
    name: 'warder_build_info',
    help: 'The version of Warder.',
    labelNames: ['version'],
    registers,
  }).set({ version }, 1);
  stale.set(0);
  /** Reviews that passed everything share one list of outcomes: they are counted by the list and taken apart later. */
  const together = new Map<readonly PolicyOutcome[], Record<Operation, number>>();
  const countsOf = (policy: CompiledPolicy): PolicyCounts => {
    const known = byPolicy.get(policy.id);
    // A reload makes new policies of the same ids: their counts go on.
    if (known?.policy === policy) return known;
    const counts =
      known === undefined
        ? { policy, evaluated: none(), skipped: none(), findings: new Map<string, number>() }
        : { ...known, policy };
    byPolicy.set(policy.id, counts);
    return counts;
  };
  const takeApart = (): void => {
    for (const [outcomes, times] of together) {
      for (const { policy } of outcomes) {
        const { evaluated } = countsOf(policy);
        for (const operation of OPERATIONS) evaluated[operation] += times[operation];
      }
    }
    together.clear();
  };
  const countDecision = ({ outcomes, review: { operation } }: Decision): void => {
    const known = together.get(outcomes);
    if (known !== undefined) known[operation]++;
    else if (Object.isFrozen(outcomes)) together.set(outcomes, { ...none(), [operation]: 1 });
    else for (const outcome of outcomes) countOutcome(countsOf(outcome.policy), outcome, operation);
  };
  return {
    registry,
    decided(decision, seconds) {
      const { operation, dryRun } = decision.review;
      latency.observe(seconds);
      const { allowed } = decision;
      const kind = OPERATIONS.indexOf(operation) * 4 + Number(allowed) * 2 + Number(dryRun);
      const known = answers.get(kind);
      if (known === undefined) answers.set(kind, { operation, allowed, dryRun, times: 1 });
      else known.times++;
      if (!dryRun) countDecision(decision);
    },
    rejected: (reason) => rejected.inc({ reason }),
    policySet(set, loadedAt) {
      takeApart();
      info.reset();
      info.set({ digest: set.digest }, set.policies.length);
      loaded.set(loadedAt / 1000);
    },
    reload(what, ok) {
      if (!ok) failures.inc({ what });
      if (what === 'policies') stale.set(ok ? 0 : 1);
    },
    certificateExpires: (at) => expiry.set(at / 1000),
  };
}
