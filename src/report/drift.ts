// A comparison of live and desired state in every format.
import { FINDING_CLASSES, type Finding, type FindingClass } from '../findings/index.js';
import { type HtmlReport, renderHtml } from './html.js';
import { type JunitCase, renderJunit } from './junit.js';
import { count, createStyle, type Style } from './style.js';

export interface DriftReport {
  readonly findings: readonly Finding[];
  /** Stated objects, and those of them that are there. */
  readonly stated: number;
  readonly compared: number;
  readonly live: number;
  /** Kinds that were not looked for, with how many are stated. */
  readonly unknown: readonly { readonly kind: string; readonly objects: number }[];
  /** Differences left to the controllers that make them. */
  readonly controlled: number;
  readonly policySet: string;
  readonly milliseconds: number;
  /** Of a report that is not about drift. */
  readonly title?: string;
  /** In place of how many objects are stated and there. */
  readonly headline?: string;
  /** Lines after the findings. */
  readonly appendix?: readonly string[];
}

export interface DriftRendering {
  readonly style: Style;
  /** Findings shown as text. */
  readonly limit: number;
  readonly version: string;
}

export type DriftFormat = 'text' | 'json' | 'sarif' | 'junit' | 'markdown' | 'html';

const RISK_ORDER = ['high', 'medium', 'low', 'none'];

/** Worst first: by class, then risk, then object. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  const rank = (finding: Finding): string =>
    [
      FINDING_CLASSES.indexOf(finding.class),
      RISK_ORDER.indexOf(finding.risk),
      placeOf(finding),
      finding.path,
    ].join('\0');
  return [...findings].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

export const placeOf = ({ object: { kind, namespace, name } }: Finding): string =>
  `${kind} ${namespace === '' || kind === 'Namespace' ? name : `${namespace}/${name}`}`;

const WHOLE: Readonly<Partial<Record<Finding['kind'], string>>> = {
  missing: 'is gone',
  orphan: 'is stated no more',
  unmanaged: 'is stated nowhere',
};

const shorten = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** What differs, in one line. */
export function differenceOf({ kind, path, desired, live, rule }: Finding): string {
  if (kind === 'overdue') return rule;
  const whole = WHOLE[kind];
  if (whole !== undefined) return whole;
  if (kind === 'added') return `${path}: ${shorten(live, 120)}, not stated`;
  if (kind === 'removed') return `${path}: unset, desired ${shorten(desired, 120)}`;
  return `${path}: ${shorten(live, 120)}, desired ${shorten(desired, 120)}`;
}

/** Who did it and when, as far as is known. */
export function whoOf({ by: { person, manager, time } }: Finding): string {
  const who = [person, manager === '' ? '' : person === '' ? `somebody with ${manager}` : `with ${manager}`];
  const at = time === '' ? '' : time.replace('T', ' ').replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
  return [...who, at].filter((part) => part !== '').join(' ') || 'nobody known';
}

const SIGNS: Readonly<Record<FindingClass, string>> = {
  violation: '✗',
  review: '?',
  'known-and-allowed': '✓',
};

function paint(style: Style, finding: FindingClass, text: string): string {
  if (finding === 'violation') return style.red(text);
  return finding === 'review' ? style.yellow(text) : style.green(text);
}

const countOf = (findings: readonly Finding[], wanted: FindingClass): number =>
  findings.filter((finding) => finding.class === wanted).length;

const headlineOf = ({ headline, stated, compared, live }: DriftReport, style: Style): string =>
  headline ??
  `${style.bold(count(stated, 'stated object'))}, ${compared} of them among ${count(live, 'live object')}`;

function summaryLines(report: DriftReport, style: Style): readonly string[] {
  const { findings, unknown, controlled, milliseconds } = report;
  const classes = FINDING_CLASSES.map((name) => [name, countOf(findings, name)] as const)
    .filter(([, number]) => number > 0)
    .map(([name, number]) => paint(style, name, `${number} ${name}`));
  const verdict =
    classes.length === 0
      ? style.green(report.title === undefined ? 'nothing drifted' : 'nothing found')
      : classes.join(', ');
  const left = unknown.map(({ kind, objects }) => `${kind} ${objects}`).join(', ');
  return [
    `${headlineOf(report, style)}, in ${(milliseconds / 1000).toFixed(1)} s: ${verdict}`,
    ...(unknown.length === 0
      ? []
      : [style.dim(`not compared, since the dump holds nothing of the kind: ${left}`)]),
    ...(controlled === 0
      ? []
      : [style.dim(`${count(controlled, 'difference')} left to the controllers that make them`)]),
  ];
}

function findingLines(finding: Finding, style: Style): readonly string[] {
  const risk = finding.risk === 'none' ? '' : `, ${finding.risk} risk`;
  const from = finding.source === undefined ? '' : `  ${finding.source.file}:${finding.source.line}`;
  return [
    `  ${paint(style, finding.class, `${SIGNS[finding.class]} ${finding.class}`)} ${differenceOf(finding)}`,
    `      ${whoOf(finding)}${style.dim(`${risk}  ${finding.id}${from}`)}`,
    ...finding.evidence.map((line) => `      ${style.dim(line)}`),
  ];
}

function renderDriftText(report: DriftReport, { style, limit }: DriftRendering): string {
  const sorted = sortFindings(report.findings);
  const shown = sorted.slice(0, limit);
  const places = [...new Set(shown.map(placeOf))];
  const lines = places.flatMap((place) => [
    style.bold(place),
    ...shown
      .filter((finding) => placeOf(finding) === place)
      .flatMap((finding) => findingLines(finding, style)),
    '',
  ]);
  if (sorted.length > shown.length)
    lines.push(
      style.dim(`…and ${count(sorted.length - shown.length, 'finding')} more; --all shows them`),
      '',
    );
  const appendix = report.appendix ?? [];
  if (appendix.length > 0) lines.push(...appendix, '');
  return `${[...lines, ...summaryLines(report, style)].join('\n')}\n`;
}

function renderDriftJson(report: DriftReport): string {
  const { findings, ...summary } = report;
  const classes = Object.fromEntries(FINDING_CLASSES.map((name) => [name, countOf(findings, name)]));
  const data = {
    summary: {
      ...summary,
      milliseconds: Math.round(summary.milliseconds),
      findings: findings.length,
      ...classes,
    },
    findings: sortFindings(findings),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

const cell = (text: string): string => text.replace(/[\\`*_{}[\]<>|#]/g, '\\$&').replace(/\s+/g, ' ');

function renderDriftMarkdown(report: DriftReport): string {
  const { findings } = report;
  const head = `**${headlineOf(report, createStyle(false))}:** ${FINDING_CLASSES.map((name) => `${countOf(findings, name)} ${name}`).join(', ')}.`;
  if (findings.length === 0) return `${head}\n`;
  const rows = sortFindings(findings).map((finding) =>
    [
      '',
      finding.class,
      finding.risk,
      cell(placeOf(finding)),
      cell(differenceOf(finding)),
      cell(whoOf(finding)),
      cell(finding.evidence[0] ?? ''),
      finding.id,
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return `${head}\n\n| class | risk | object | difference | by | because | id |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

const LEVELS: Readonly<Record<FindingClass, string>> = {
  violation: 'error',
  review: 'warning',
  'known-and-allowed': 'note',
};

function renderDriftSarif(report: DriftReport, version: string): string {
  const rules = [...new Set(report.findings.map(({ rule }) => rule))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Warder',
            version,
            informationUri: 'https://warder.dev',
            rules: rules.map((id) => ({ id, name: id, shortDescription: { text: id } })),
          },
        },
        results: sortFindings(report.findings).map((finding) => ({
          ruleId: finding.rule,
          level: LEVELS[finding.class],
          message: {
            text: `${placeOf(finding)} ${differenceOf(finding)}\n${whoOf(finding)}\n${finding.evidence.join('\n')}`,
          },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: (finding.source?.file ?? 'cluster').replaceAll('\\', '/') },
                region: { startLine: finding.source?.line ?? 1 },
              },
              logicalLocations: [
                {
                  fullyQualifiedName: `${placeOf(finding).replace(' ', '/')}${finding.path === '' ? '' : `:${finding.path}`}`,
                },
              ],
            },
          ],
          partialFingerprints: { 'warder/v1': finding.id },
          properties: { class: finding.class, risk: finding.risk },
        })),
        properties: { policySetDigest: report.policySet },
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function renderDriftJunit(report: DriftReport): string {
  const cases = sortFindings(report.findings).map((finding): JunitCase => {
    const text = `${differenceOf(finding)}\n${whoOf(finding)}\n${finding.evidence.join('\n')}`;
    return {
      name: `${placeOf(finding)} ${finding.path}`.trim(),
      className: finding.class,
      file: finding.source?.file ?? '',
      line: finding.source?.line ?? 1,
      seconds: 0,
      ...(finding.class === 'violation' ? { failure: text } : {}),
      ...(finding.class === 'review' ? { skipped: text } : {}),
    };
  });
  return renderJunit([{ name: 'drift', cases }]);
}

function tally(
  findings: readonly Finding[],
  keyOf: (finding: Finding) => string,
): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const finding of findings) counts.set(keyOf(finding), (counts.get(keyOf(finding)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function htmlOf(report: DriftReport, version: string): HtmlReport {
  const { findings } = report;
  return {
    title: report.title ?? 'Drift',
    subtitle: `${headlineOf(report, createStyle(false))}; policy set ${report.policySet}`,
    version,
    cards: FINDING_CLASSES.map((name) => ({ label: name, value: countOf(findings, name), tone: name })),
    charts: [
      { title: 'By class', bars: tally(findings, (finding) => finding.class) },
      { title: 'By risk', bars: tally(findings, (finding) => finding.risk) },
      { title: 'By namespace', bars: tally(findings, ({ object }) => object.namespace || '(cluster)') },
      { title: 'By person', bars: tally(findings, ({ by }) => by.person || by.manager || 'nobody known') },
      { title: 'By rule', bars: tally(findings, ({ rule }) => rule) },
      { title: 'By what happened', bars: tally(findings, ({ kind }) => kind) },
    ],
    columns: ['class', 'risk', 'object', 'difference', 'by', 'because', 'id'],
    rows: sortFindings(findings).map((finding) => ({
      tone: finding.class,
      cells: [
        finding.class,
        finding.risk,
        placeOf(finding),
        differenceOf(finding),
        whoOf(finding),
        finding.evidence.join('\n'),
        finding.id,
      ],
    })),
    notes: report.unknown.map(
      ({ kind, objects }) => `not compared, since nothing of the kind was read: ${kind} (${objects})`,
    ),
  };
}

/** The report in the format asked for, ending in a line break. */
export function renderDrift(report: DriftReport, format: DriftFormat, rendering: DriftRendering): string {
  switch (format) {
    case 'text':
      return renderDriftText(report, rendering);
    case 'json':
      return renderDriftJson(report);
    case 'markdown':
      return renderDriftMarkdown(report);
    case 'sarif':
      return renderDriftSarif(report, rendering.version);
    case 'junit':
      return renderDriftJunit(report);
    case 'html':
      return renderHtml(htmlOf(report, rendering.version));
  }
}
