// JUnit XML as CI systems read it: testsuites > testsuite > testcase > failure | skipped.
import { escapeXml } from './xml.js';

export interface JunitCase {
  readonly name: string;
  readonly className: string;
  readonly file?: string;
  readonly line?: number;
  readonly seconds: number;
  readonly failure?: string;
  readonly skipped?: string;
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

const attribute = (name: string, value: string | number): string => ` ${name}="${escapeXml(String(value))}"`;

function renderCase({ name, className, file, line, seconds, failure, skipped }: JunitCase): string {
  const head = `    <testcase${attribute('name', name)}${attribute('classname', className)}${attribute('time', seconds.toFixed(3))}${
    file === undefined ? '' : attribute('file', file)
  }${line === undefined ? '' : attribute('line', line)}`;
  if (failure !== undefined) {
    const [first = ''] = failure.split('\n');
    return `${head}>\n      <failure${attribute('message', first)}>${escapeXml(failure).replaceAll('&#10;', '\n')}</failure>\n    </testcase>`;
  }
  if (skipped !== undefined)
    return `${head}>\n      <skipped${attribute('message', skipped)}/>\n    </testcase>`;
  return `${head}/>`;
}

function totals(cases: readonly JunitCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((testCase) => testCase.skipped !== undefined).length;
  const seconds = cases.reduce((sum, testCase) => sum + testCase.seconds, 0);
  return `${attribute('tests', cases.length)}${attribute('failures', failures)}${attribute('errors', 0)}${attribute('skipped', skipped)}${attribute('time', seconds.toFixed(3))}`;
}

/** A whole JUnit document. */
export function renderJunit(suites: readonly JunitSuite[]): string {
  const body = suites.map(
    ({ name, cases }) =>
      `  <testsuite${attribute('name', name)}${totals(cases)}>\n${cases.map(renderCase).join('\n')}\n  </testsuite>`,
  );
  const all = suites.flatMap(({ cases }) => cases);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="warder"${totals(all)}>\n${body.join('\n')}\n</testsuites>\n`;
}
