// Takes secrets out of what rules found, once, before anything else can see it.
import { createRedactor, type Review, redactAt } from '../kubernetes/index.js';
import type { RuleFailure } from '../policy/index.js';
import type { PolicyOutcome, RuleFinding } from './decision.js';

type Redact = (text: string) => string;

function redactFailure(failure: RuleFailure, review: Review, redact: Redact): RuleFailure {
  const { path, found, message, expected, fix, details = [] } = failure;
  return {
    path,
    found:
      path === undefined || found === undefined
        ? undefined
        : redactAt(review.object ?? review.oldObject, path, found),
    message: redact(message),
    expected: redact(expected),
    fix: redact(fix),
    details: details.map(redact),
  };
}

function redactFinding(finding: RuleFinding, review: Review, redact: Redact): RuleFinding {
  const failures = finding.failures.map((failure) => redactFailure(failure, review, redact));
  return { ...finding, failures, message: redact(finding.message) };
}

/** The outcomes with every text and value in them safe to show; those without findings are passed through. */
export function redactOutcomes(outcomes: readonly PolicyOutcome[], review: Review): readonly PolicyOutcome[] {
  if (outcomes.every(({ findings }) => findings.length === 0)) return outcomes;
  const redact = createRedactor(review.object, review.oldObject);
  return outcomes.map((outcome) =>
    outcome.findings.length === 0
      ? outcome
      : { ...outcome, findings: outcome.findings.map((finding) => redactFinding(finding, review, redact)) },
  );
}
