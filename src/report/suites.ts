// Results of fixture suites, for people at a terminal, for CI, and as data.
import type { CaseResult, RuleCoverage, SuiteResult } from '../fixtures/suite.js';
import { formatProblem } from '../policy/index.js';
import { type JunitCase, renderJunit } from './junit.js';
import { alignColumns, count, type Style } from './style.js';

export interface SuiteTotals {
  readonly suites: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly broken: number;
  /** Rules without a case that passes, or without one that fails. */
  readonly uncovered: readonly RuleCoverage[];
}

export function totalsOf(suites: readonly SuiteResult[]): SuiteTotals {
  const cases = suites.flatMap((suite) => suite.cases);
  const having = (status: CaseResult['status']): number =>
    cases.filter((testCase) => testCase.status === status).length;
  return {
    suites: suites.length,
    passed: having('pass'),
    failed: having('fail'),
    skipped: having('skip'),
    broken: suites.filter(({ problems }) => problems.some(({ level }) => level === 'error')).length,
    uncovered: mergeCoverage(suites).filter(({ passing, failing }) => passing === 0 || failing === 0),
  };
}

/** A policy may be tested by several suites. */
function mergeCoverage(suites: readonly SuiteResult[]): readonly RuleCoverage[] {
  const merged = new Map<string, RuleCoverage>();
  for (const coverage of suites.flatMap((suite) => suite.coverage)) {
    const key = `${coverage.policy}/${coverage.rule}`;
    const known = merged.get(key);
    merged.set(key, {
      ...coverage,
      passing: coverage.passing + (known?.passing ?? 0),
      failing: coverage.failing + (known?.failing ?? 0),
    });
  }
  return [...merged.values()];
}

function caseLines(testCase: CaseResult, style: Style): readonly string[] {
  const place = style.dim(`${testCase.position.file}:${testCase.position.line}`);
  const details = testCase.decision?.violations
    .slice(0, 5)
    .map(({ policy, rule, message, path }) =>
      style.dim(`        found: ${policy}/${rule}: ${message}${path === '' ? '' : ` (${path})`}`),
    );
  return [
    `  ${style.red('✗')} ${testCase.name}  ${place}`,
    ...testCase.mismatches.map((line) => `      ${line}`),
    ...(details ?? []),
  ];
}

function suiteLines(suite: SuiteResult, style: Style, verbose: boolean): readonly string[] {
  const failed = suite.cases.filter(({ status }) => status === 'fail');
  const skipped = suite.cases.filter(({ status }) => status === 'skip');
  const passed = suite.cases.length - failed.length - skipped.length;
  const problems = suite.problems.map((problem) => `  ${style.red(formatProblem(problem))}`);
  const good = failed.length === 0 && !suite.problems.some(({ level }) => level === 'error');
  const head = `${good ? style.green('✓') : style.red('✗')} ${suite.name}  ${style.dim(`${passed} of ${suite.cases.length}`)}`;
  const verboseLines = verbose
    ? suite.cases.filter(({ status }) => status === 'pass').map(({ name }) => `  ${style.green('✓')} ${name}`)
    : [];
  const skips = skipped.map(({ name, reason }) => style.dim(`  - ${name}: left out, ${reason}`));
  return [
    head,
    ...problems,
    ...verboseLines,
    ...skips,
    ...failed.flatMap((testCase) => caseLines(testCase, style)),
  ];
}

function coverageLines(uncovered: readonly RuleCoverage[], style: Style): readonly string[] {
  if (uncovered.length === 0) return [];
  const rows = uncovered.map(({ policy, rule, passing, failing }) => [
    `  ${policy}/${rule}`,
    passing === 0 ? 'no case passes' : '',
    failing === 0 ? 'no case fails' : '',
  ]);
  return [
    '',
    style.yellow(`${count(uncovered.length, 'rule')} not shown to both pass and fail:`),
    ...alignColumns(rows),
  ];
}

export interface SuiteTextOptions {
  readonly style: Style;
  /** Lists passing cases too. */
  readonly verbose: boolean;
  readonly milliseconds: number;
}

export function renderSuitesText(
  suites: readonly SuiteResult[],
  { style, verbose, milliseconds }: SuiteTextOptions,
): string {
  const totals = totalsOf(suites);
  const parts = [
    style.green(`${totals.passed} passed`),
    totals.failed > 0 ? style.red(`${totals.failed} failed`) : '',
    totals.skipped > 0 ? `${totals.skipped} left out` : '',
    totals.broken > 0 ? style.red(`${count(totals.broken, 'suite')} could not be run`) : '',
  ].filter((part) => part !== '');
  const lines = [
    ...suites.flatMap((suite) => suiteLines(suite, style, verbose)),
    ...coverageLines(totals.uncovered, style),
    '',
    `${style.bold(count(totals.suites, 'suite'))}, ${count(suites.flatMap(({ cases }) => cases).length, 'case')} in ${(milliseconds / 1000).toFixed(1)} s: ${parts.join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

export function renderSuitesJson(suites: readonly SuiteResult[]): string {
  const data = suites.map(({ file, name, cases, coverage, problems }) => ({
    file,
    name,
    problems: problems.map(formatProblem),
    cases: cases.map((testCase) => ({
      name: testCase.name,
      line: testCase.position.line,
      status: testCase.status,
      ...(testCase.mismatches.length === 0 ? {} : { mismatches: testCase.mismatches }),
      ...(testCase.reason === '' ? {} : { reason: testCase.reason }),
    })),
    coverage,
  }));
  return `${JSON.stringify({ totals: totalsOf(suites), suites: data }, null, 2)}\n`;
}

function junitCase(suite: SuiteResult, testCase: CaseResult): JunitCase {
  return {
    name: testCase.name,
    className: suite.name,
    file: testCase.position.file,
    line: testCase.position.line,
    seconds: testCase.milliseconds / 1000,
    ...(testCase.status === 'fail' ? { failure: testCase.mismatches.join('\n') } : {}),
    ...(testCase.status === 'skip' ? { skipped: testCase.reason } : {}),
  };
}

export function renderSuitesJunit(suites: readonly SuiteResult[]): string {
  return renderJunit(
    suites.map((suite) => ({
      name: suite.name,
      cases: [
        ...suite.problems.map((problem) => ({
          name: 'loads',
          className: suite.name,
          file: problem.position.file,
          line: problem.position.line,
          seconds: 0,
          failure: formatProblem(problem),
        })),
        ...suite.cases.map((testCase) => junitCase(suite, testCase)),
      ],
    })),
  );
}
