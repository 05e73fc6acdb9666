// The rule-by-rule list of a decision, in the PolicyReport vocabulary.
import { formatFieldPath } from '../kubernetes/index.js';
import type { Decision, PolicyOutcome, ResultKind, RuleFinding, RuleResult } from './decision.js';
import { strongest } from './violations.js';

function resultKind(finding: RuleFinding | undefined, action: RuleResult['action']): ResultKind {
  if (finding === undefined) return 'pass';
  switch (finding.kind) {
    case 'fail':
      return action === 'warn' ? 'warn' : 'fail';
    case 'error':
      return 'error';
    case 'skip':
    case 'excepted':
      return 'skip';
    case 'unneeded':
      return 'pass';
  }
}

function resultsOfOutcome(outcome: PolicyOutcome, into: RuleResult[]): void {
  const action = strongest(outcome.actions);
  for (const rule of outcome.policy.rules) {
    const base = { policy: outcome.policy.name, rule: rule.name, action, severity: rule.severity };
    if (outcome.skipped !== undefined) {
      into.push({ ...base, result: 'skip', message: outcome.skipped, path: '' });
      continue;
    }
    const finding = outcome.findings.find((candidate) => candidate.rule === rule);
    const result = resultKind(finding, action);
    const failures = finding?.failures ?? [];
    if (failures.length === 0) into.push({ ...base, result, message: finding?.message ?? '', path: '' });
    for (const failure of failures) {
      const path = failure.path === undefined ? '' : formatFieldPath(failure.path);
      // What was excepted says by what, and what would have failed.
      const message =
        finding?.kind === 'excepted' ? `${finding.message}: ${failure.message}` : failure.message;
      into.push({ ...base, result, message, path });
    }
  }
}

/** One entry for every rule judged, several where a rule is broken in several places; passes included. */
export function ruleResults(decision: Decision): readonly RuleResult[] {
  const results: RuleResult[] = [];
  for (const outcome of decision.outcomes) resultsOfOutcome(outcome, results);
  return results;
}
