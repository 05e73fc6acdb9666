// One call for admission, audit and offline checks: match → evaluate → exempt → decide.
import { type MissingLookup, matchesGlobs } from '../kubernetes/index.js';
import { decide, exemptDecision } from './decide.js';
import type { Decision } from './decision.js';
import { evaluate } from './evaluate.js';
import type { JudgeInput } from './input.js';

/** Judges one review. A fault inside a policy becomes that policy's error, never an exception. */
export function judge(input: JudgeInput): Decision {
  const { review, policies, context, settings, now, deadline } = input;
  const guarded = input.exemptions?.guard(input) ?? [];
  if (
    guarded.length === 0 &&
    review.namespace !== '' &&
    matchesGlobs(settings.excludedNamespaces, review.namespace)
  ) {
    return exemptDecision(`namespace ${review.namespace} is excluded from evaluation`, input);
  }
  const missing: MissingLookup[] = [];
  const outcomes = evaluate(policies.candidates(review), {
    review,
    context,
    missing,
    now,
    deadline,
    clock: input.clock ?? (() => now),
  });
  return decide(outcomes, input, missing, guarded);
}
