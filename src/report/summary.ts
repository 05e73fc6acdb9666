// The counts of a check, the same in every format.
import { SEVERITIES, type Severity } from '../policy/index.js';
import type { CheckReport } from './findings.js';

export interface Summary {
  readonly objects: number;
  readonly clean: number;
  readonly denied: number;
  readonly warned: number;
  readonly audited: number;
  readonly excluded: number;
  readonly errors: number;
  readonly violations: number;
  readonly bySeverity: Readonly<Record<Severity, number>>;
  /** Most violations first. */
  readonly byPolicy: readonly {
    readonly policy: string;
    readonly violations: number;
    readonly objects: number;
  }[];
  readonly policySet: string;
  readonly policies: number;
  readonly milliseconds: number;
}

export function summarise(report: CheckReport): Summary {
  const { objects, policies, policySetDigest, others } = report;
  const left = [...(others?.excluded.values() ?? [])].reduce((sum, one) => sum + one, 0);
  const violations = objects.flatMap((object) => object.violations);
  const having = (action: string): number =>
    objects.filter((object) => object.violations[0]?.action === action).length;
  const byPolicy = new Map<string, { violations: number; objects: number }>();
  for (const object of objects) {
    for (const violation of object.violations) {
      const entry = byPolicy.get(violation.policy) ?? { violations: 0, objects: 0 };
      entry.violations++;
      byPolicy.set(violation.policy, entry);
    }
    for (const policy of new Set(object.violations.map((violation) => violation.policy))) {
      const entry = byPolicy.get(policy);
      if (entry !== undefined) entry.objects++;
    }
  }
  const severity = (wanted: Severity): number =>
    violations.filter((violation) => violation.severity === wanted).length;
  return {
    objects: objects.length + (others?.clean ?? 0) + left,
    clean:
      objects.filter((object) => object.violations.length === 0 && object.exempt === '').length +
      (others?.clean ?? 0),
    denied: having('deny'),
    warned: having('warn'),
    audited: having('audit'),
    excluded: objects.filter((object) => object.exempt !== '').length + left,
    errors: objects.flatMap((object) => object.results).filter(({ result }) => result === 'error').length,
    violations: violations.length,
    bySeverity: Object.fromEntries(SEVERITIES.map((name) => [name, severity(name)])) as Record<
      Severity,
      number
    >, // all of them
    byPolicy: [...byPolicy]
      .map(([policy, counts]) => ({ policy, ...counts }))
      .sort((a, b) => b.violations - a.violations || (a.policy < b.policy ? -1 : 1)),
    policySet: policySetDigest,
    policies: policies.length,
    milliseconds: Math.round(report.milliseconds),
  };
}
