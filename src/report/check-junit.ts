// A check as JUnit: a suite for each policy, a case for each object it judged.
import type { CheckedObject, CheckReport } from './findings.js';
import { type JunitCase, renderJunit } from './junit.js';

function caseOf(policy: string, object: CheckedObject): JunitCase | undefined {
  const results = object.results.filter((result) => result.policy === policy);
  if (results.length === 0) return undefined;
  const place = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
  const broken = object.violations.filter((violation) => violation.policy === policy);
  const failure = broken.map(
    ({ rule, message, path, fix }) =>
      `${rule}: ${message}${path === '' ? '' : ` (${path})`}${fix === '' ? '' : `, fix: ${fix}`}`,
  );
  const skipped = results.every(({ result }) => result === 'skip') ? results[0]?.message : undefined;
  return {
    name: `${object.kind} ${place}`,
    className: policy,
    file: object.source.file,
    line: object.source.line,
    seconds: 0,
    ...(failure.length > 0 ? { failure: failure.join('\n') } : {}),
    ...(failure.length === 0 && skipped !== undefined ? { skipped } : {}),
  };
}

export function renderCheckJunit(report: CheckReport): string {
  const suites = report.policies.map(({ name }) => ({
    name,
    cases: report.objects
      .map((object) => caseOf(name, object))
      .filter((testCase): testCase is JunitCase => testCase !== undefined),
  }));
  return renderJunit(suites.filter(({ cases }) => cases.length > 0));
}
