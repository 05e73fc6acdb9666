// Why each policy did or did not apply to a review, and what every part of it came to. Slow: for people who ask.
import { createRedactor, formatFieldPath, type LabelSelector, type Review } from '../kubernetes/index.js';
import {
  type Candidate,
  type CompiledPolicy,
  type ExcludeEntry,
  type MatchEntry,
  matchesResourceRule,
  type ResourceRule,
  type Trace,
  type TracedPart,
} from '../policy/index.js';
import type { PolicyOutcome, RuleFinding } from './decision.js';
import { type Evaluation, evaluate, scopeFor } from './evaluate.js';
import type { JudgeInput } from './input.js';
import { type MatchInput, matchesConstraints, matchesExclude, namespaceLabels } from './match.js';

/** What one rule came to. */
export interface RuleExplanation {
  readonly name: string;
  readonly result: 'pass' | 'fail' | 'error' | 'skip';
  /** Messages of what is broken, or of the error or skip. */
  readonly messages: readonly string[];
  readonly traces: readonly Trace[];
}

/** One policy and one review. */
export interface PolicyExplanation {
  readonly policy: CompiledPolicy;
  /** Whether it was evaluated; otherwise `reasons` say why not. */
  readonly applies: boolean;
  readonly reasons: readonly string[];
  readonly conditions: readonly Trace[];
  readonly rules: readonly RuleExplanation[];
}

const list = (parts: readonly string[], most = 6): string =>
  parts.length <= most
    ? parts.join(', ')
    : `${parts.slice(0, most).join(', ')} and ${parts.length - most} more`;

const groupOf = (resource: string, group: string): string =>
  group === '' || group === '*' ? resource : `${resource}.${group}`;

const ruleText = ({ groups, resources, operations }: ResourceRule): readonly string[] =>
  groups.flatMap((group) =>
    resources.map((resource) => `${groupOf(resource, group)} (${operations.join(', ')})`),
  );

/** `env In (a, b)` and the like. */
function selectorText(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) =>
    values.length === 0 ? `${key} ${operator}` : `${key} ${operator} (${values.join(', ')})`,
  );
  return [...labels, ...expressions].join(', ');
}

const labelsText = (labels: object): string => {
  const shown = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
  return shown.length === 0 ? 'no labels' : list(shown);
};

function requestText({ operation, resource, subResource }: Review): string {
  const sub = subResource === '' ? '' : `/${subResource}`;
  return `${operation} of ${groupOf(`${resource.resource}${sub}`, resource.group)}`;
}

/** The first part of an entry that does not hold. */
function unmetPart(entry: MatchEntry, policy: CompiledPolicy, input: MatchInput): string {
  const { review } = input;
  const { matchPolicy } = policy.match;
  if (entry.rules.length > 0 && !entry.rules.some((rule) => matchesResourceRule(rule, review, matchPolicy)))
    return `it is about ${list([...new Set(entry.rules.flatMap(ruleText))])}, and this is a ${requestText(review)}`;
  const only = (part: Partial<MatchEntry>): boolean =>
    matchesConstraints(
      {
        any: [
          { rules: [], namespaces: [], namespaceSelector: undefined, objectSelector: undefined, ...part },
        ],
        exclude: [],
        matchPolicy,
      },
      input,
    );
  if (!only({ namespaces: entry.namespaces }))
    return `namespace ${review.namespace || '(none)'} is not one of ${list(entry.namespaces)}`;
  if (entry.namespaceSelector !== undefined && !only({ namespaceSelector: entry.namespaceSelector }))
    return `its namespaceSelector wants ${selectorText(entry.namespaceSelector)}, and namespace ${review.namespace} has ${labelsText(namespaceLabels(input) ?? {})}`;
  if (entry.objectSelector !== undefined && !only({ objectSelector: entry.objectSelector }))
    return `its objectSelector wants ${selectorText(entry.objectSelector)}, which the labels of the object do not satisfy`;
  return 'it does not match';
}

/** What an exclusion names, as far as it names anything. */
function excludeText(entry: ExcludeEntry): string {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ['names', entry.names],
    ['users', entry.users],
    ['groups', entry.groups],
    ['service accounts', entry.serviceAccounts],
    ['namespaces', entry.namespaces],
    ['resources', entry.rules.flatMap(ruleText)],
  ];
  return parts
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name} ${list(values)}`)
    .join('; ');
}

function whyUnmatched(policy: CompiledPolicy, input: MatchInput): readonly string[] {
  const exclusion = policy.match.exclude.find((entry) =>
    matchesExclude(entry, policy.match.matchPolicy, input),
  );
  if (exclusion !== undefined) return [`it excludes ${excludeText(exclusion)}`];
  return [...new Set(policy.match.any.map((entry) => unmetPart(entry, policy, input)))];
}

const MAX_SHOWN = 120;

const cut = (text: string): string => (text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);

const redactPart = (part: TracedPart, redact: (text: string) => string): TracedPart => ({
  source: part.source,
  value: cut(redact(part.value)),
  children: part.children.map((child) => redactPart(child, redact)),
});

/** A trace safe to show. */
const redactTrace = (trace: Trace, redact: (text: string) => string): Trace => ({
  ...trace,
  because: trace.because.map(redact),
  parts: trace.parts.map((part) => redactPart(part, redact)),
});

function resultOf(finding: RuleFinding | undefined): RuleExplanation['result'] {
  if (finding === undefined) return 'pass';
  return finding.kind === 'fail' || finding.kind === 'error' ? finding.kind : 'skip';
}

function messagesOf(finding: RuleFinding | undefined, redact: (text: string) => string): readonly string[] {
  if (finding === undefined) return [];
  if (finding.kind !== 'fail') return [redact(finding.message)];
  return finding.failures.map(({ message, path }) =>
    redact(path === undefined ? message : `${message} (${formatFieldPath(path)})`),
  );
}

function explainPolicy(policy: CompiledPolicy, evaluation: Evaluation): PolicyExplanation {
  const { review, context, missing } = evaluation;
  const nothing = { policy, applies: false, conditions: [], rules: [] };
  const scope = scopeFor(policy, evaluation);
  if (scope === undefined)
    return { ...nothing, reasons: [`it is about pods, and ${review.kind.kind} makes none`] };
  const input: MatchInput = { review, context, missing, object: scope.object, oldObject: scope.oldObject };
  if (!matchesConstraints(policy.match, input)) return { ...nothing, reasons: whyUnmatched(policy, input) };
  const redact = createRedactor(review.object, review.oldObject);
  const conditions = policy.conditions.flatMap((condition) => {
    scope.expressions = undefined;
    const traced = condition.trace?.(scope);
    return traced === undefined ? [] : [redactTrace(traced, redact)];
  });
  const candidate: Candidate = { policy, certain: false };
  const outcomes: readonly PolicyOutcome[] = evaluate([candidate], evaluation);
  const judged = outcomes.filter(({ skipped }) => skipped === undefined);
  if (judged.length === 0) {
    const reasons = outcomes.map(({ skipped = '' }) => skipped);
    return { ...nothing, conditions, reasons: reasons.length > 0 ? reasons : ['no binding of it matches'] };
  }
  const rules = policy.rules.map((rule): RuleExplanation => {
    const found = judged.flatMap(({ findings }) => findings).find((finding) => finding.rule === rule);
    scope.expressions = undefined;
    const traces = (rule.trace?.(scope) ?? []).map((traced) => redactTrace(traced, redact));
    return { name: rule.name, result: resultOf(found), messages: messagesOf(found, redact), traces };
  });
  return { policy, applies: true, reasons: [], conditions, rules };
}

/** Explains the given policies one by one, in their order; what is shown is redacted. Exceptions play no part in it. */
export function explainReview(
  input: JudgeInput,
  policies: readonly CompiledPolicy[],
): readonly PolicyExplanation[] {
  const { review, context, now, deadline } = input;
  return policies.map((policy) =>
    explainPolicy(policy, {
      review,
      context,
      missing: [],
      now,
      deadline,
      clock: input.clock ?? (() => now),
    }),
  );
}
