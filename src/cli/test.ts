// `warder test`: runs fixture suites.

import { isTestFile, readFiles } from '../files.js';
import {
  isGatekeeperSuite,
  isKyvernoSuite,
  runGatekeeperSuite,
  runKyvernoSuite,
  runSuite,
  type SuiteResult,
} from '../fixtures/index.js';
import { formatProblem } from '../policy/index.js';
import {
  createStyle,
  renderSuitesJson,
  renderSuitesJunit,
  renderSuitesText,
  totalsOf,
} from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { timeOf } from './load.js';
import { configOption, nowOption, outputOption } from './options.js';
import { readSettings } from './settings.js';

interface TestOptions {
  readonly config?: string;
  readonly now?: string;
  readonly output: 'text' | 'json' | 'junit';
  readonly filter?: string;
  readonly requireCoverage?: boolean;
  readonly verbose?: boolean;
}

/** Suites of Warder's, Gatekeeper's and Kyverno's, by the names they go by. */
const isSuiteFile = (file: string): boolean =>
  isTestFile(file) || /(^|[/.-])(suite|kyverno-test)\.ya?ml$/.test(file);

/** What runs a document. */
function runnerOf(value: unknown): typeof runSuite {
  if (isGatekeeperSuite(value)) return runGatekeeperSuite;
  return isKyvernoSuite(value) ? runKyvernoSuite : runSuite;
}

async function test(paths: readonly string[], options: TestOptions, io: Io): Promise<ExitCode> {
  const started = performance.now();
  const { settings } = await readSettings(options.config, io);
  const now = timeOf(options.now, io);
  const suites: SuiteResult[] = [];
  for await (const file of readFiles(paths, { accepts: isSuiteFile })) {
    for (const problem of file.problems) throw new CommandError(formatProblem(problem));
    for (const document of file.documents) {
      const run = runnerOf(document.value);
      suites.push(await run(document, { settings, now, filter: options.filter }));
    }
  }
  if (suites.length === 0)
    throw new CommandError(`no suites (*.test.yaml, suite.yaml, kyverno-test.yaml) in ${paths.join(', ')}`);
  const shown = options.filter === undefined ? suites : suites.filter(({ cases }) => cases.length > 0);
  const style = createStyle(io.colours);
  const milliseconds = performance.now() - started;
  const renderers = {
    text: () => renderSuitesText(shown, { style, verbose: options.verbose === true, milliseconds }),
    json: () => renderSuitesJson(shown),
    junit: () => renderSuitesJunit(shown),
  };
  await io.write(renderers[options.output]());
  const { failed, broken, uncovered } = totalsOf(shown);
  if (broken > 0) return EXIT.usage;
  return failed > 0 || (options.requireCoverage === true && uncovered.length > 0) ? EXIT.denied : EXIT.ok;
}

export const testCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('test')
      .summary('run fixture suites')
      .description(
        'Runs fixture suites (*.test.yaml): each case says what a policy must conclude about an object.',
      )
      .argument('[paths...]', 'suites, or folders with suites below them', ['.'])
      .option('--filter <text>', 'only cases whose name or file contains this')
      .option('--require-coverage', 'fail where a rule has no passing or no failing case')
      .option('-v, --verbose', 'list passing cases too')
      .addOption(configOption())
      .addOption(nowOption())
      .addOption(outputOption(['text', 'json', 'junit'], 'text'))
      .addHelpText(
        'after',
        examples(
          'warder test policies/',
          'warder test --require-coverage',
          'warder test --output junit > results.xml',
        ),
      )
      .action((paths: string[], options: TestOptions) => run(() => test(paths, options, io)));
  },
};
