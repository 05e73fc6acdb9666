// What people read: the denial, the warnings, the audit annotations. DESIGN section 3.
import type { Review } from '../kubernetes/index.js';
import type { ExceptionTerms } from '../policy/index.js';
import type { PolicyOutcome, Violation } from './decision.js';

/** A denial lists at most this many violations; the count of the rest follows. */
const MAX_LISTED = 40;

/** `Deployment shop/checkout`; a generated name is shown as the API server will make it up: `web-…`. */
export function describeSubject(review: Review): string {
  const generated = review.name === '' ? generateName(review) : review.name;
  const isNamespace = review.resource.resource === 'namespaces' && review.resource.group === '';
  const place = review.namespace === '' || isNamespace ? generated : `${review.namespace}/${generated}`;
  const sub = review.subResource === '' ? '' : ` (${review.subResource})`;
  return `${review.kind.kind} ${place}${sub}`.trimEnd();
}

function generateName(review: Review): string {
  const metadata = review.object?.metadata;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
  const prefix = (metadata as { readonly generateName?: unknown }).generateName; // an object: the checks above
  return typeof prefix === 'string' ? `${prefix}…` : '';
}

const key = (violation: Violation): string => `${violation.policy}/${violation.rule}`;

/** `path: found, expected …`, with the parts that are known. */
function fieldLine({ path, found, expected }: Violation): string {
  const parts = [found ?? '', expected === '' ? '' : `expected ${expected}`].filter((part) => part !== '');
  return parts.length === 0 ? path : `${path}: ${parts.join(', ')}`;
}

/** The lines of one violation: rule and message, then field and fix, then what an explanation adds. */
function violationLines(violation: Violation): string[] {
  const lines = [`✗ ${key(violation)} (${violation.severity}): ${violation.message}`];
  if (violation.path !== '') lines.push(`    ${fieldLine(violation)}`);
  for (const detail of violation.details) lines.push(`    ${detail}`);
  if (violation.fix !== '') lines.push(`    fix: ${violation.fix}`);
  return lines;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** A length of time in the largest unit that divides it: 30d, 12h, 90m. */
export function showDuration(milliseconds: number): string {
  if (milliseconds % DAY === 0) return `${milliseconds / DAY}d`;
  if (milliseconds % HOUR === 0) return `${milliseconds / HOUR}h`;
  if (milliseconds % MINUTE === 0) return `${milliseconds / MINUTE}m`;
  return `${milliseconds / 1000}s`;
}

function termsLine(terms: ExceptionTerms, decisionId: string): string | undefined {
  if (!terms.allowed || terms.approvers.length === 0) return undefined;
  const approvers = terms.approvers.map((approver) => approver.replace(/^(group|user):/, '')).join(' or ');
  const limit = terms.maxDuration === undefined ? '' : ` for at most ${showDuration(terms.maxDuration)}`;
  return `Exceptions: ${approvers} may grant one${limit}: warder exception draft ${decisionId}`;
}

function exceptionLines(
  outcomes: readonly PolicyOutcome[],
  denied: readonly Violation[],
  decisionId: string,
): string[] {
  const policies = new Set(denied.map((violation) => violation.policy));
  const lines = new Set<string>();
  for (const outcome of outcomes) {
    if (!policies.has(outcome.policy.name)) continue;
    const line = termsLine(outcome.policy.exceptions, decisionId);
    if (line !== undefined) lines.add(line);
  }
  return [...lines];
}

/** The whole text of a denial, as it follows the API server's `admission webhook "…" denied the request: `. */
export function denialMessage(
  review: Review,
  denied: readonly Violation[],
  outcomes: readonly PolicyOutcome[],
  decisionId: string,
  claimed: readonly string[] = [],
): string {
  const rules = new Set(denied.map(key)).size;
  const lines = [`${describeSubject(review)} breaks ${plural(rules, 'rule')}`, ''];
  for (const violation of denied.slice(0, MAX_LISTED)) lines.push(...violationLines(violation));
  if (denied.length > MAX_LISTED) lines.push(`…and ${denied.length - MAX_LISTED} more`);
  lines.push(...claimed, ...exceptionLines(outcomes, denied, decisionId), `decision ${decisionId}`);
  return lines.join('\n');
}

const encoder = new TextEncoder();
const MAX_WARNING = 120;
const MAX_WARNINGS_BYTES = 4096;
const ROOM_FOR_REST = 32;

/** Cuts after `limit` characters, never inside one that takes two code units. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const characters = Array.from(text.slice(0, limit));
  return `${characters.slice(0, limit - 1).join('')}…`;
}

function warningOf(violation: Violation): string {
  const text = `${key(violation)}: ${violation.message}`.replace(/\s+/g, ' ');
  const full = violation.path === '' ? text : `${text} (${violation.path})`;
  return full.length <= MAX_WARNING ? full : cut(text, MAX_WARNING);
}

/**
 * Warnings within the API server's limits: 120 characters each as it advises, 4096 bytes together, no
 * duplicates; what does not fit is counted in the last one.
 */
export function warningsOf(violations: readonly Violation[], notes: readonly string[]): readonly string[] {
  const texts = new Set(notes.map((note) => cut(note, MAX_WARNING)));
  for (const violation of violations) if (violation.actions.includes('warn')) texts.add(warningOf(violation));
  const kept: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    bytes += encoder.encode(text).length;
    if (bytes > MAX_WARNINGS_BYTES - ROOM_FOR_REST) return [...kept, `…and ${texts.size - kept.length} more`];
    kept.push(text);
  }
  return kept;
}

const MAX_ANNOTATION = 8192;

function listed(violations: readonly Violation[], action: Violation['action'], withMessage: boolean): string {
  const entries = new Set<string>();
  for (const violation of violations) {
    if (violation.actions.includes(action))
      entries.add(withMessage ? `${key(violation)}: ${violation.message}` : key(violation));
  }
  return cut([...entries].join('; '), MAX_ANNOTATION);
}

/**
 * What the cluster's audit log keeps of a decision. The API server puts the webhook's name and a slash before
 * each key, so keys have no slash; values stay under 10 KiB.
 */
export function auditAnnotationsOf(
  violations: readonly Violation[],
  decisionId: string,
  digest: string,
): Readonly<Record<string, string>> {
  const annotations: Record<string, string> = { decision: decisionId, 'policy-set': digest };
  if (violations.length === 0) return annotations;
  const denied = listed(violations, 'deny', false);
  const warned = listed(violations, 'warn', false);
  const audited = listed(violations, 'audit', true);
  if (denied !== '') annotations.denied = denied;
  if (warned !== '') annotations.warned = warned;
  if (audited !== '') annotations.audited = audited;
  return annotations;
}
