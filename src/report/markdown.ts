// A check as Markdown, for a pull request comment or a ticket.
import type { CheckedObject, CheckReport } from './findings.js';
import { foldByOwner } from './fold.js';
import { summarise } from './summary.js';

/** Text inside a table cell: pipes and line breaks would end it, markup would change it. */
const cell = (text: string): string => text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');

function rowsOf(object: CheckedObject, made: number): readonly string[] {
  const place = object.namespace === '' ? object.name : `${object.namespace}/${object.name}`;
  const subject = cell(`${object.kind} ${place}${made > 0 ? ` (+${made} made from it)` : ''}`);
  return object.violations.map(({ severity, action, policy, rule, message, path, fix }) =>
    [
      '',
      subject,
      severity,
      action,
      cell(`${policy}/${rule}`),
      cell(message),
      path === '' ? '' : `\`${path}\``,
      cell(fix),
      '',
    ]
      .join(' | ')
      .trim(),
  );
}

export function renderMarkdown(report: CheckReport): string {
  const summary = summarise(report);
  const head = `**${summary.objects} objects, ${summary.policies} policies:** ${summary.denied} would be denied, ${summary.warned} warned about, ${summary.audited} audited, ${summary.clean} clean, ${summary.excluded} excluded.`;
  const rows = foldByOwner(report.objects).flatMap(({ object, made }) => rowsOf(object, made.length));
  if (rows.length === 0) return `${head}\n`;
  const table = [
    '| object | severity | action | rule | message | field | fix |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
  return `${head}\n\n${table.join('\n')}\n`;
}
