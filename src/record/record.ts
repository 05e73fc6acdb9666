// One record of one decision, derived from the response that was sent. DESIGN section 7. Nothing secret is in it: findings are
// redacted before they reach a decision, objects before they reach a record.
import { type Decision, isAllPassed, type PolicyOutcome } from '../engine/index.js';
import {
  formatFieldPath,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  pointerOf,
  type Review,
  redactedPaths,
  redactObject,
  resourceNameOf,
} from '../kubernetes/index.js';
import { type RiskTable, rateChange } from '../policy/index.js';

/** What was answered: taken from the response itself, never from what was meant. */
export interface Sent {
  readonly allowed: boolean;
  /** Code of a denial; undefined where allowed. */
  readonly code: number | undefined;
  /** False where the client had gone before the answer. */
  readonly delivered: boolean;
}

/** One rule that did not simply pass. */
export interface RecordedResult {
  readonly policy: string;
  readonly rule: string;
  readonly result: 'fail' | 'warn' | 'error' | 'skip' | 'excepted' | 'unneeded';
  readonly action: string;
  readonly message?: string;
  readonly path?: string;
}

export interface RecordSettings {
  /** Whether records hold the objects, redacted: needed to replay them. */
  readonly objects: boolean;
  readonly risks: RiskTable;
}

const MAX_GROUPS = 32;
const MAX_PATHS = 20;
const MAX_TEXT = 300;

const cut = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text);

function resultOf(kind: PolicyOutcome['findings'][number]['kind'], action: string): RecordedResult['result'] {
  return kind === 'fail' && action === 'warn' ? 'warn' : kind;
}

/** Rules that did not simply pass; a skipped policy stands in the list of rules instead. */
function resultsOf(outcomes: readonly PolicyOutcome[]): readonly RecordedResult[] {
  const results: RecordedResult[] = [];
  if (isAllPassed(outcomes)) return results;
  for (const { policy, actions, findings } of outcomes) {
    const action = actions.includes('deny') ? 'deny' : (actions[0] ?? 'audit');
    for (const { rule, kind, message, failures } of findings) {
      const base = { policy: policy.name, rule: rule.name, result: resultOf(kind, action), action };
      if (failures.length === 0) results.push(message === '' ? base : { ...base, message: cut(message) });
      for (const failure of failures.slice(0, MAX_PATHS)) {
        const path = failure.path === undefined ? {} : { path: formatFieldPath(failure.path) };
        results.push({ ...base, message: cut(failure.message), ...path });
      }
    }
  }
  return results;
}

/** Which fields an UPDATE changed; creations and deletions speak for themselves. */
function changeOf(review: Review, risks: RiskTable): JsonObject | undefined {
  if (review.operation !== 'UPDATE') return undefined;
  const { risk, fields } = rateChange(review, risks);
  const paths = fields.slice(0, MAX_PATHS).map(({ field }) => field);
  return { risk, paths, ...(fields.length > MAX_PATHS ? { more: fields.length - MAX_PATHS } : {}) };
}

function exemptionOf({ exemption }: Decision): JsonObject {
  if (exemption === undefined) return {};
  const { claims, window, overridden } = exemption;
  const parts: Record<string, JsonValue> = {};
  if (claims.length > 0)
    parts.exceptions = claims.map(({ id, result, code, message, excepted, unneeded }) => ({
      id,
      result,
      ...(code === '' ? {} : { code, message: cut(message) }),
      ...(excepted.length === 0 ? {} : { excepted }),
      ...(unneeded.length === 0 ? {} : { unneeded }),
    }));
  if (window !== undefined) parts.breakGlass = { id: window.id, incident: window.incident, overridden };
  return parts;
}

/** An object without the API server's bookkeeping, which is long and says nothing to policies. */
function slim(object: JsonObject | null): JsonObject | null {
  const metadata = object?.metadata;
  if (object === null || !isJsonObject(metadata) || metadata.managedFields === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

/** The request with its objects redacted, and where something was taken out. */
function requestOf(review: Review): JsonObject {
  const [object, oldObject] = [slim(review.object), slim(review.oldObject)];
  const shown = { object: redactObject(object), oldObject: redactObject(oldObject) };
  const redacted = [
    ...redactedPaths(object, shown.object).map((path) => pointerOf(['object', ...path])),
    ...redactedPaths(oldObject, shown.oldObject).map((path) => pointerOf(['oldObject', ...path])),
  ];
  return { request: { ...review.request, ...shown }, ...(redacted.length === 0 ? {} : { redacted }) };
}

/** Adds who, what and where of a request. */
function describeSubject(body: Record<string, JsonValue>, review: Review): void {
  const { userInfo, kind } = review;
  const { groups } = userInfo;
  body.uid = review.uid;
  body.operation = review.operation;
  body.apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
  body.kind = kind.kind;
  body.resource = resourceNameOf(review);
  if (review.namespace !== '') body.namespace = review.namespace;
  body.name = review.name;
  body.user = userInfo.username;
  body.groups = groups.length > MAX_GROUPS ? groups.slice(0, MAX_GROUPS) : groups;
  if (review.dryRun) body.dryRun = true;
}

function describeVerdict(body: Record<string, JsonValue>, { allowed, code, delivered }: Sent): void {
  body.allowed = allowed;
  if (code !== undefined) body.code = code;
  if (!delivered) body.delivered = false;
}

let stampedAt = Number.NaN;
let stamp = '';

/** A time as ISO 8601; made again only when the millisecond changes. */
function stampOf(time: number): string {
  if (time !== stampedAt) {
    stampedAt = time;
    stamp = new Date(time).toISOString();
  }
  return stamp;
}

/**
 * The body of a record: `rules` names the list of rules that were evaluated, `more` is what others add to it (an item of an
 * emergency, a shadow's verdict). `seconds` is the time from the request's arrival to its answer.
 */
export function recordOf(
  decision: Decision,
  sent: Sent,
  time: number,
  seconds: number,
  rules: string,
  settings: RecordSettings,
  more: JsonObject = {},
): JsonObject {
  const { review, exempt } = decision;
  // Assigned one by one: this is made for every request, and spreading costs four times as much.
  const body: Record<string, JsonValue> = { type: 'decision', time: stampOf(time), id: decision.id };
  describeSubject(body, review);
  describeVerdict(body, sent);
  body.policySet = decision.policySetDigest;
  if (exempt === undefined) {
    body.rules = rules;
    body.results = resultsOf(decision.outcomes) as unknown as JsonValue; // plain data
  } else body.exempt = exempt;
  if (decision.exemption !== undefined) Object.assign(body, exemptionOf(decision));
  const change = changeOf(review, settings.risks);
  if (change !== undefined) body.change = change;
  body.ms = Math.round(seconds * 1e6) / 1000;
  Object.assign(body, more);
  if (settings.objects) Object.assign(body, requestOf(review));
  return body;
}

/** The body of a record of a review that could not be judged: the failure mode answered for the policies. */
export function undecidedRecord(
  review: Review,
  sent: Sent,
  time: number,
  seconds: number,
  fault: string,
): JsonObject {
  const body: Record<string, JsonValue> = { type: 'decision', time: stampOf(time) };
  describeSubject(body, review);
  describeVerdict(body, sent);
  body.fault = cut(fault);
  body.ms = Math.round(seconds * 1e6) / 1000;
  return body;
}
