// A check for people at a terminal: worst objects first, one block an object, then counts.

import type { Violation } from '../engine/index.js';
import { type Action, SEVERITIES, type Severity } from '../policy/index.js';
import type { CheckedObject, CheckReport } from './findings.js';
import { type FoldedObject, foldByOwner } from './fold.js';
import { alignColumns, count, type Style } from './style.js';
import { type Summary, summarise } from './summary.js';

export interface TextOptions {
  readonly style: Style;
  /** Objects shown in full; the rest are counted. */
  readonly limit: number;
  /** Objects under a heading each of what they have in common, the worst group first. */
  readonly groupBy?: GroupBy | undefined;
}

export type GroupBy = 'namespace' | 'owner' | 'policy';

const SIGNS: Readonly<Record<Action, string>> = { deny: '✗', warn: '!', audit: '·' };
const ACTION_ORDER: readonly Action[] = ['deny', 'warn', 'audit'];

function paint(style: Style, severity: Severity, text: string): string {
  if (severity === 'critical' || severity === 'high') return style.red(text);
  return severity === 'medium' ? style.yellow(text) : style.dim(text);
}

const placeOf = ({ kind, namespace, name }: CheckedObject): string =>
  `${kind} ${namespace === '' || kind === 'Namespace' ? name : `${namespace}/${name}`}`;

/** The rank of an object: by its worst violation. Violations are sorted already. */
function rankOf({ object }: FoldedObject): readonly [number, number] {
  const [first] = object.violations;
  if (first === undefined) return [9, 9];
  return [ACTION_ORDER.indexOf(first.action), SEVERITIES.indexOf(first.severity)];
}

function compareObjects(a: FoldedObject, b: FoldedObject): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  return left[0] - right[0] || left[1] - right[1] || (placeOf(a.object) < placeOf(b.object) ? -1 : 1);
}

function detailOf({ path, found, expected }: Violation): string {
  const parts = [found ?? '', expected === '' ? '' : `expected ${expected}`].filter((part) => part !== '');
  return path === '' ? '' : parts.length === 0 ? path : `${path}: ${parts.join(', ')}`;
}

/** Violations of one rule with one message, with every place it is broken in. */
function groupViolations(violations: readonly Violation[]): readonly (readonly Violation[])[] {
  const groups = new Map<string, Violation[]>();
  for (const violation of violations) {
    const key = `${violation.policy}/${violation.rule}\0${violation.message}`;
    groups.set(key, [...(groups.get(key) ?? []), violation]);
  }
  return [...groups.values()];
}

function violationLines(group: readonly Violation[], style: Style): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const sign = SIGNS[first.action];
  const head = `  ${paint(style, first.severity, `${sign} ${first.severity.padEnd(8)}`)} ${first.message} ${style.dim(`[${first.policy}/${first.rule}]`)}`;
  const places = [...new Set(group.map(detailOf))].filter((line) => line !== '');
  const details = [...places, ...first.details].map((line) => `             ${style.dim(line)}`);
  const fix = first.fix === '' ? [] : [`             ${style.green('fix:')} ${first.fix}`];
  return [head, ...details, ...fix];
}

function sourceOf({ object, made }: FoldedObject, style: Style): string {
  const copies = made.length === 0 ? '' : ` and ${count(made.length, 'object')} made from it`;
  const { file, line } = object.source;
  return style.dim(`${copies}  ${file}${line > 0 ? `:${line}` : ''}`);
}

function objectLines(folded: FoldedObject, style: Style): readonly string[] {
  const groups = groupViolations(folded.object.violations);
  return [
    `${style.bold(placeOf(folded.object))}${sourceOf(folded, style)}`,
    ...groups.flatMap((group) => violationLines(group, style)),
    ...folded.object.exemptions.map((note) => `  ${style.cyan(note)}`),
    '',
  ];
}

function summaryLines(summary: Summary, report: CheckReport, style: Style): readonly string[] {
  const parts = [
    summary.denied > 0 ? style.red(`${summary.denied} would be denied`) : '',
    summary.warned > 0 ? style.yellow(`${summary.warned} warned about`) : '',
    summary.audited > 0 ? `${summary.audited} audited` : '',
    style.green(`${summary.clean} clean`),
    summary.excluded > 0 ? style.dim(`${summary.excluded} excluded`) : '',
  ].filter((part) => part !== '');
  const severities = SEVERITIES.filter((severity) => summary.bySeverity[severity] > 0).map((severity) =>
    paint(style, severity, `${summary.bySeverity[severity]} ${severity}`),
  );
  const lines = [
    `${style.bold(count(summary.objects, 'object'))} against ${count(summary.policies, 'policy', 'policies')} in ${(summary.milliseconds / 1000).toFixed(1)} s: ${parts.join(', ')}`,
  ];
  if (severities.length > 0)
    lines.push(`${count(summary.violations, 'violation')}: ${severities.join(', ')}`);
  if (summary.byPolicy.length > 1) {
    const rows = summary.byPolicy.map(({ policy, violations, objects }) => [
      `  ${policy}`,
      String(violations),
      `in ${count(objects, 'object')}`,
    ]);
    lines.push('', ...alignColumns(rows));
  }
  return [...lines, ...exclusionLines(report, style), ...errorLines(report, style)];
}

function exclusionLines(report: CheckReport, style: Style): readonly string[] {
  const reasons = new Map<string, number>(report.others?.excluded);
  for (const { exempt } of report.objects)
    if (exempt !== '') reasons.set(exempt, (reasons.get(exempt) ?? 0) + 1);
  if (reasons.size === 0) return [];
  return [
    '',
    ...[...reasons].map(([reason, objects]) => style.dim(`${count(objects, 'object')} left out: ${reason}`)),
  ];
}

/** Rules that could not be judged are never passed over in silence. */
function errorLines(report: CheckReport, style: Style): readonly string[] {
  const errors = new Map<string, number>();
  for (const { policy, rule, result, message } of report.objects.flatMap(({ results }) => results)) {
    if (result === 'error')
      errors.set(`${policy}/${rule}: ${message}`, (errors.get(`${policy}/${rule}: ${message}`) ?? 0) + 1);
  }
  if (errors.size === 0) return [];
  const lines = [...errors].map(([text, objects]) =>
    style.yellow(`could not be evaluated on ${count(objects, 'object')}: ${text}`),
  );
  return ['', ...lines];
}

/** The groups an object belongs to: several where it breaks several policies. */
function groupsOf({ object }: FoldedObject, by: GroupBy): readonly string[] {
  if (by === 'policy') return [...new Set(object.violations.map(({ policy }) => policy))];
  if (by === 'owner') return [object.owner === '' ? placeOf(object) : object.owner.replace('/', ' ')];
  return [
    object.namespace === '' || object.kind === 'Namespace' ? 'cluster' : `namespace ${object.namespace}`,
  ];
}

/** Objects are sorted worst first, so groups come in the order of their worst object. */
function groupedLines(objects: readonly FoldedObject[], by: GroupBy, style: Style): readonly string[] {
  const groups = new Map<string, FoldedObject[]>();
  for (const folded of objects) {
    for (const group of groupsOf(folded, by)) {
      const { object } = folded;
      const own =
        by === 'policy' ? object.violations.filter(({ policy }) => policy === group) : object.violations;
      const part = { ...folded, object: { ...object, violations: own } };
      const known = groups.get(group);
      if (known === undefined) groups.set(group, [part]);
      else known.push(part);
    }
  }
  return [...groups].flatMap(([group, parts]) => [
    style.bold(style.cyan(`── ${group}, ${count(parts.length, 'object')}`)),
    ...parts.flatMap((part) => objectLines(part, style)),
  ]);
}

/** The whole report, ending in a line break. */
export function renderText(report: CheckReport, { style, limit, groupBy }: TextOptions): string {
  const folded = [...foldByOwner(report.objects)].sort(compareObjects);
  const shown = folded.slice(0, limit);
  const lines = [
    ...(groupBy === undefined
      ? shown.flatMap((object) => objectLines(object, style))
      : groupedLines(shown, groupBy, style)),
  ];
  if (folded.length > shown.length) {
    lines.push(style.dim(`…and ${count(folded.length - shown.length, 'object')} more; --all shows them`), '');
  }
  return `${[...lines, ...summaryLines(summarise(report), report, style)].join('\n')}\n`;
}
