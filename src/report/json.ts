// A check as JSON: objects with their violations, and a summary.
import type { CheckReport } from './findings.js';
import { summarise } from './summary.js';

export function renderJson(report: CheckReport): string {
  const objects = report.objects
    .filter(
      ({ violations, results, exemptions }) =>
        violations.length > 0 || exemptions.length > 0 || results.some(({ result }) => result === 'error'),
    )
    .map(({ kind, group, version, namespace, name, source, violations, results, exemptions }) => ({
      apiVersion: group === '' ? version : `${group}/${version}`,
      kind,
      ...(namespace === '' ? {} : { namespace }),
      name,
      file: source.file,
      line: source.line,
      violations: violations.map(
        ({ policy, rule, severity, action, message, path, found, expected, fix, details }) => ({
          policy,
          rule,
          severity,
          action,
          message,
          path,
          ...(found === undefined ? {} : { found }),
          expected,
          fix,
          ...(details.length === 0 ? {} : { details }),
        }),
      ),
      ...(exemptions.length === 0 ? {} : { exemptions }),
      errors: results
        .filter(({ result }) => result === 'error')
        .map(({ policy, rule, message }) => ({ policy, rule, message })),
    }));
  return `${JSON.stringify({ summary: summarise(report), objects }, null, 2)}\n`;
}
