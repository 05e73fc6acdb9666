// Turns findings (redacted already) into violations: with printed paths, sorted once, most severe first.
import { formatFieldPath, type JsonValue } from '../kubernetes/index.js';
import { type Action, compareText, type RuleFailure, SEVERITIES, type Severity } from '../policy/index.js';
import type { PolicyOutcome, RuleFinding, Violation } from './decision.js';

const STRENGTH: readonly Action[] = ['deny', 'warn', 'audit'];

/** The one that matters most of several actions; `audit` where there is none. */
export function strongest(actions: readonly Action[]): Action {
  return STRENGTH.find((action) => actions.includes(action)) ?? 'audit';
}

const MAX_FOUND = 200;
/** A larger object says less than its path does. */
const MAX_FOUND_OBJECT = 60;

/** A value as it stands in a sentence: short and on one line; undefined where it says nothing. */
function showFound(value: JsonValue | undefined): string | undefined {
  if (value === undefined) return 'unset';
  const shown = JSON.stringify(value) ?? 'unset';
  if (typeof value === 'object' && shown.length > MAX_FOUND_OBJECT) return undefined;
  return shown.length > MAX_FOUND ? `${shown.slice(0, MAX_FOUND)}…` : shown;
}

/** As the API server words it, so that people and tools who know its messages recognise them. */
function wordingOf({ policy, binding, actions }: PolicyOutcome, message: string): string {
  if (policy.dialect !== 'validating-admission-policy') return message;
  const name = `ValidatingAdmissionPolicy '${policy.name}' with binding '${binding}'`;
  return actions.includes('deny')
    ? `${name} denied request: ${message}`
    : `Validation failed for ${name}: ${message}`;
}

function violationOf(outcome: PolicyOutcome, finding: RuleFinding, failure: RuleFailure): Violation {
  return {
    policy: outcome.policy.name,
    rule: finding.rule.name,
    severity: finding.rule.severity,
    action: strongest(outcome.actions),
    actions: outcome.actions,
    message: wordingOf(outcome, failure.message),
    path: failure.path === undefined ? '' : formatFieldPath(failure.path),
    fieldPath: failure.path,
    found: failure.path === undefined ? undefined : showFound(failure.found),
    expected: failure.expected,
    fix: failure.fix,
    details: failure.details ?? [],
    reason: finding.rule.reason,
  };
}

/** An error counts as a violation where the policy fails closed; elsewhere it is only recorded. */
function violationsOfFinding(outcome: PolicyOutcome, finding: RuleFinding): readonly Violation[] {
  if (finding.kind === 'fail')
    return finding.failures.map((failure) => violationOf(outcome, finding, failure));
  if (finding.kind !== 'error' || outcome.policy.failurePolicy === 'Ignore') return [];
  const isKubernetes = outcome.policy.dialect === 'validating-admission-policy';
  const message = isKubernetes ? finding.message : `could not be evaluated: ${finding.message}`;
  return [
    violationOf(outcome, finding, { path: undefined, found: undefined, expected: '', message, fix: '' }),
  ];
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity);

function compareViolations(a: Violation, b: Violation): number {
  return (
    STRENGTH.indexOf(a.action) - STRENGTH.indexOf(b.action) ||
    rank(a.severity) - rank(b.severity) ||
    compareText(a.policy, b.policy) ||
    compareText(a.rule, b.rule)
  );
}

/** All violations of a review; those that deny first, then by severity, policy, rule and position in the object. */
export function violationsOf(outcomes: readonly PolicyOutcome[]): readonly Violation[] {
  const violations: Violation[] = [];
  for (const outcome of outcomes) {
    const errors = new Set<string>();
    for (const finding of outcome.findings) {
      // One error may keep every rule of a policy from being judged: it is told once.
      if (finding.kind === 'error' && errors.size === errors.add(finding.message).size) continue;
      violations.push(...violationsOfFinding(outcome, finding));
    }
  }
  return violations.length < 2 ? violations : violations.sort(compareViolations);
}
