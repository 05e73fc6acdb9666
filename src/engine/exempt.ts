// The hook between evaluate and decide: what exceptions and break-glass change about a decision, as data. Who may be exempt is
// decided elsewhere and passed in; this file only says what an exemption is and how it reads in the answer.

import { formatTime } from '../kubernetes/index.js';
import type { CompiledPolicy } from '../policy/index.js';
import type { PolicyOutcome } from './decision.js';
import type { ClaimUse, ExemptionRecord, MissedWindow, WindowUse } from './exemption.js';

/** What exceptions and break-glass make of the outcomes of a review. */
export interface Exempted {
  readonly outcomes: readonly PolicyOutcome[];
  readonly claims: readonly ClaimUse[];
  readonly window: WindowUse | undefined;
  readonly missed: MissedWindow | undefined;
  /** Said to the user as warnings. */
  readonly notes: readonly string[];
}

/** An outcome inside a window: what would deny only warns, unless the window leaves this policy alone. */
export function underWindow(outcome: PolicyOutcome, window: WindowUse): PolicyOutcome {
  if (!overrides(outcome, window)) return outcome;
  const actions = outcome.actions.map((action) => (action === 'deny' ? 'warn' : action));
  return { ...outcome, actions, note: `break-glass ${window.id}` };
}

const overrides = ({ policy, actions, findings }: PolicyOutcome, { except }: WindowUse): boolean =>
  actions.includes('deny') && findings.some(isDenying(policy)) && !except.includes(policy.name);

const isDenying =
  (policy: CompiledPolicy) =>
  ({ kind }: PolicyOutcome['findings'][number]): boolean =>
    kind === 'fail' || (kind === 'error' && policy.failurePolicy === 'Fail');

/** `policy/rule` of everything a window overrides among outcomes whose actions are in force. */
export function overriddenBy(outcomes: readonly PolicyOutcome[], window: WindowUse): readonly string[] {
  const rules = new Set<string>();
  for (const outcome of outcomes) {
    if (!overrides(outcome, window)) continue;
    for (const finding of outcome.findings)
      if (isDenying(outcome.policy)(finding)) rules.add(`${outcome.policy.name}/${finding.rule.name}`);
  }
  return [...rules];
}

/** Lines of a denial about claims that do not hold and an emergency that does not apply. */
export function exemptionLines({ claims, missed }: ExemptionRecord): readonly string[] {
  const refused = claims.filter(({ result, message }) => result === 'refused' || message !== '');
  const lines = refused.map(({ id, message }) => `Exception ${id} does not hold: ${message}`);
  return missed === undefined
    ? lines
    : [...lines, `Break-glass ${missed.id} does not apply: ${missed.message}`];
}

/** What became of every claim, for people who check an object: those that count as well as those that do not. */
export function exemptionNotes(exemption: ExemptionRecord): readonly string[] {
  const { claims, window } = exemption;
  const used = claims.flatMap(({ id, result, excepted, unneeded, expires, approvedBy }) => {
    const until = expires === undefined ? '' : ` until ${formatTime(expires)}`;
    const by = approvedBy === '' ? '' : `, approved by ${approvedBy}`;
    if (result === 'excepted') return [`Exception ${id} holds${until}${by}: ${excepted.join(', ')}`];
    if (result === 'unneeded') return [`Exception ${id} is not needed: ${unneeded.join(', ')} passes anyway`];
    return result === 'idle' ? [`Exception ${id} holds${until}, but none of its rules applies here`] : [];
  });
  const emergency =
    window === undefined
      ? []
      : [`Break-glass ${window.id} (${window.incident}) until ${formatTime(window.expires)}`];
  return [...used, ...emergency, ...exemptionLines(exemption)];
}

const MAX_ANNOTATION = 1024;

const listed = (parts: readonly string[]): string => parts.join('; ').slice(0, MAX_ANNOTATION);

/** What the cluster's audit log keeps of an exemption. */
export function exemptionAnnotations(exemption: ExemptionRecord): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = {};
  const { claims, window, overridden } = exemption;
  const used = claims.filter(({ result }) => result === 'excepted');
  const refused = claims.filter(({ result }) => result === 'refused');
  if (used.length > 0)
    annotations.exception = listed(used.map(({ id, excepted }) => `${id}: ${excepted.join(', ')}`));
  if (refused.length > 0)
    annotations['exception-refused'] = listed(refused.map(({ id, message }) => `${id}: ${message}`));
  if (window !== undefined)
    annotations['break-glass'] = listed([`${window.id} (${window.incident})`, ...overridden]);
  return annotations;
}
