// One log line a decision: who, what, the verdict and what broke. Never the object.
import type { Logger } from 'pino';
import type { Decision } from '../engine/index.js';

/** `policy/rule` of what was broken, by action, without duplicates; undefined where nothing was. */
function brokenRules(decision: Decision): Readonly<Record<string, readonly string[]>> | undefined {
  if (decision.violations.length === 0) return undefined;
  const byAction: Record<string, string[]> = {};
  for (const { action, policy, rule } of decision.violations) {
    byAction[action] ??= [];
    const list = byAction[action];
    const name = `${policy}/${rule}`;
    if (!list.includes(name)) list.push(name);
  }
  return byAction;
}

/** Writes the line: denials as warnings, the rest as information. */
export function logDecision(log: Logger, decision: Decision, seconds: number): void {
  const { review, allowed } = decision;
  // Assigned one by one: this is made for every request, and spreading costs several times as much.
  const line: Record<string, unknown> = {
    decision: decision.id,
    uid: review.uid,
    operation: review.operation,
    kind: review.kind.kind,
    group: review.kind.group,
  };
  if (review.subResource !== '') line.subResource = review.subResource;
  line.namespace = review.namespace;
  line.name = review.name;
  line.user = review.userInfo.username;
  line.allowed = allowed;
  if (review.dryRun) line.dryRun = true;
  if (decision.exempt !== undefined) line.exempt = decision.exempt;
  const broken = brokenRules(decision);
  if (broken !== undefined) line.broken = broken;
  line.ms = Math.round(seconds * 1e6) / 1000;
  if (allowed) log.info(line, 'allowed');
  else log.warn(line, 'denied');
}
