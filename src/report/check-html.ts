// A check as the HTML report.
import { SEVERITIES } from '../policy/index.js';
import type { CheckedObject, CheckReport } from './findings.js';
import { foldByOwner } from './fold.js';
import { renderHtml } from './html.js';
import { count } from './style.js';
import { summarise } from './summary.js';

const placeOf = ({ kind, namespace, name }: CheckedObject): string =>
  `${kind} ${namespace === '' || kind === 'Namespace' ? name : `${namespace}/${name}`}`;

function tally(keys: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** The whole file; `notes` say what is missing. */
export function renderCheckHtml(report: CheckReport, version: string, notes: readonly string[] = []): string {
  const summary = summarise(report);
  const folded = foldByOwner(report.objects);
  const rows = folded
    .flatMap(({ object, made }) =>
      object.violations.map((violation) => ({ object, made: made.length, violation })),
    )
    .sort(
      (a, b) =>
        SEVERITIES.indexOf(a.violation.severity) - SEVERITIES.indexOf(b.violation.severity) ||
        (placeOf(a.object) < placeOf(b.object) ? -1 : 1),
    );
  const owners = rows.map(({ object }) => object.owner || placeOf(object));
  return renderHtml({
    title: 'Audit',
    subtitle: `${count(summary.objects, 'object')} against ${count(summary.policies, 'policy', 'policies')}, set ${summary.policySet}`,
    version,
    cards: [
      { label: 'would be denied', value: summary.denied, tone: 'deny' },
      { label: 'warned about', value: summary.warned, tone: 'warn' },
      { label: 'audited', value: summary.audited, tone: 'audit' },
      { label: 'clean', value: summary.clean, tone: 'clean' },
      { label: 'left out', value: summary.excluded, tone: 'none' },
    ],
    charts: [
      {
        title: 'Violations by severity',
        bars: SEVERITIES.map((name) => [name, summary.bySeverity[name]] as const).filter(
          ([, value]) => value > 0,
        ),
      },
      {
        title: 'By policy',
        bars: summary.byPolicy.map(({ policy, violations }) => [policy, violations] as const),
      },
      { title: 'By namespace', bars: tally(rows.map(({ object }) => object.namespace || '(cluster)')) },
      { title: 'By kind', bars: tally(rows.map(({ object }) => object.kind)) },
      { title: 'By owner', bars: tally(owners) },
    ],
    columns: ['severity', 'action', 'object', 'policy', 'message', 'field', 'fix'],
    rows: rows.map(({ object, made, violation }) => ({
      tone: violation.severity,
      cells: [
        violation.severity,
        violation.action,
        `${placeOf(object)}${made === 0 ? '' : ` (+${made} made from it)`}`,
        `${violation.policy}/${violation.rule}`,
        violation.message,
        violation.path,
        violation.fix,
      ],
    })),
    notes,
  });
}
