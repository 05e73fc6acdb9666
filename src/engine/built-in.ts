// Checks that come with Warder and that no configuration removes: who may create or change its own kinds. They read like
// policies in answers, metrics and records, and are judged elsewhere.
import type { FieldPath, JsonValue } from '../kubernetes/index.js';
import { type CompiledPolicy, PASS, type RuleFailure } from '../policy/index.js';
import type { PolicyOutcome } from './decision.js';

/** One thing that a built-in check objects to. */
export interface Objection {
  readonly rule: string;
  readonly path?: FieldPath;
  readonly found?: JsonValue | undefined;
  readonly expected?: string;
  readonly message: string;
  readonly fix?: string;
}

/** A check as the policy it reads like. Its rules are judged by the caller, with {@link builtInOutcome}. */
export function builtInPolicy(
  name: string,
  title: string,
  description: string,
  rules: readonly string[],
): CompiledPolicy {
  return Object.freeze({
    id: `built-in/${name}`,
    name,
    dialect: 'warder',
    source: { file: 'built-in', line: 1, column: 1 },
    description: {
      title,
      description,
      category: 'Warder',
      severity: 'critical',
      references: [],
      owner: '',
      version: '',
      review: undefined,
    },
    match: { any: [], exclude: [], matchPolicy: 'Equivalent' },
    subject: 'object',
    conditions: [],
    rules: rules.map((rule) => ({
      name: rule,
      severity: 'critical',
      reason: 'Forbidden',
      evaluate: () => PASS,
    })),
    bindings: [],
    judgesDeleting: true,
    failurePolicy: 'Fail',
    exceptions: { allowed: false, maxDuration: undefined, approvers: [] },
    reads: { requester: true, oldObject: true },
    document: {},
    fingerprint: name,
  } satisfies CompiledPolicy);
}

const failureOf = ({ path, found, expected = '', message, fix = '' }: Objection): RuleFailure => ({
  path,
  found,
  expected,
  message,
  fix,
});

/** The outcome of a built-in check: denied where there is any objection. */
export function builtInOutcome(policy: CompiledPolicy, objections: readonly Objection[]): PolicyOutcome {
  const findings = policy.rules.flatMap((rule) => {
    const failures = objections.filter((objection) => objection.rule === rule.name).map(failureOf);
    return failures.length === 0 ? [] : [{ rule, kind: 'fail' as const, failures, message: '' }];
  });
  return { policy, binding: '', actions: ['deny'], skipped: undefined, note: undefined, findings };
}
