// Metrics of exceptions, emergencies, the decision log and the shadow. Figures are looked up when somebody scrapes.
import { Counter, Gauge, type Registry } from 'prom-client';
import { type ExemptionState, isOpen } from '../breakglass/index.js';
import type { Decision } from '../engine/index.js';
import { stateAt } from '../exceptions/index.js';
import type { ShadowCounts } from '../record/index.js';
import type { OpenedLog } from './decision-recorder.js';

/** What became of claims lately, by exception: an id stands in one of them only. */
export interface ClaimUses {
  note(decision: Decision): void;
  /** Exceptions whose last use was refused because they had expired, and those whose rules passed anyway. */
  counts(): { readonly expiredButClaimed: number; readonly unneeded: number };
}

/** Ids are bounded: anybody can claim anything. */
const MAX_IDS = 10_000;

export function createClaimUses(): ClaimUses {
  const last = new Map<string, 'expired' | 'unneeded' | 'other'>();
  return {
    note({ exemption }) {
      if (exemption === undefined) return;
      for (const { id, result, code } of exemption.claims) {
        if (code === 'unknown' || code === 'malformed' || (last.size >= MAX_IDS && !last.has(id))) continue;
        last.set(id, code === 'expired' ? 'expired' : result === 'unneeded' ? 'unneeded' : 'other');
      }
    },
    counts() {
      const values = [...last.values()];
      return {
        expiredButClaimed: values.filter((value) => value === 'expired').length,
        unneeded: values.filter((value) => value === 'unneeded').length,
      };
    },
  };
}

export interface MeasuredGovernance {
  readonly state: () => ExemptionState;
  readonly uses: ClaimUses;
  readonly openItems: () => Promise<number>;
  readonly opened: OpenedLog | undefined;
  readonly shadow: () => ShadowCounts | undefined;
  readonly now: () => number;
}

/** How many exceptions are in which state at a time. */
export function exceptionCounts({ register }: ExemptionState, now: number) {
  const { warnBefore } = register.settings;
  const active = register.grants.filter((grant) => grant.approval.ok && stateAt(grant, now) === 'active');
  return {
    active: active.length,
    expiring: active.filter(({ expires }) => expires - now <= warnBefore).length,
    expired: register.grants.filter((grant) => stateAt(grant, now) === 'expired').length,
    unapproved: register.grants.filter(({ approval }) => !approval.ok).length,
  };
}

function registerExceptions(registry: Registry, { state, uses, now, openItems }: MeasuredGovernance): void {
  const registers = [registry];
  new Gauge({
    name: 'warder_exceptions',
    help: 'Exceptions by state: active, expiring (soon, counted as active too), expired, unapproved, expired_claimed (an object still claims it), unneeded (its rules pass anyway).',
    labelNames: ['state'],
    registers,
    collect() {
      const { unneeded, expiredButClaimed } = uses.counts();
      const counts = { ...exceptionCounts(state(), now()), expired_claimed: expiredButClaimed, unneeded };
      for (const [label, value] of Object.entries(counts)) this.set({ state: label }, value);
    },
  });
  new Gauge({
    name: 'warder_breakglass_open',
    help: 'Emergency windows that are open.',
    registers,
    collect() {
      this.set(state().windows.filter((window) => isOpen(window, now())).length);
    },
  });
  new Gauge({
    name: 'warder_breakglass_review_items',
    help: 'Changes made in emergencies that nobody has decided on yet.',
    registers,
    async collect() {
      this.set(await openItems());
    },
  });
}

function registerLog(registry: Registry, { opened, shadow }: MeasuredGovernance): void {
  const registers = [registry];
  new Counter({
    name: 'warder_log_records_total',
    help: 'Lines of the decision log, by what became of them: written, dropped (the queue was full), undelivered (a collector did not take them).',
    labelNames: ['result'],
    registers,
    collect() {
      if (opened === undefined) return;
      this.reset();
      const { written, dropped, missed } = opened.log.statistics();
      const lost = Object.values(missed).reduce((sum, count) => sum + count, 0) + opened.undelivered();
      for (const [result, value] of Object.entries({ written, dropped, undelivered: lost }))
        this.inc({ result }, value);
    },
  });
  new Counter({
    name: 'warder_shadow_verdicts_total',
    help: 'What the candidate policy set would make of requests: same, would_deny, would_allow, or skipped for lack of time.',
    labelNames: ['verdict'],
    registers,
    collect() {
      const counts = shadow();
      if (counts === undefined) return;
      this.reset();
      const { same, wouldDeny, wouldAllow, skipped } = counts;
      const verdicts = { same, would_deny: wouldDeny, would_allow: wouldAllow, skipped };
      for (const [verdict, value] of Object.entries(verdicts)) this.inc({ verdict }, value);
    },
  });
}

/** Registers the metrics; the claims counter is kept by the caller of `claimed`. */
export function registerGovernance(
  registry: Registry,
  measured: MeasuredGovernance,
): { claimed(decision: Decision): void } {
  registerExceptions(registry, measured);
  registerLog(registry, measured);
  const claims = new Counter({
    name: 'warder_exception_claims_total',
    help: 'Claims of exceptions, by what became of them and, where refused, why.',
    labelNames: ['result', 'reason'],
    registers: [registry],
  });
  return {
    claimed(decision) {
      measured.uses.note(decision);
      for (const { result, code } of decision.exemption?.claims ?? []) claims.inc({ result, reason: code });
    },
  };
}
