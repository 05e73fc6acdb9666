// `warder drift`: what is there against what was meant to be.
import { updateQueue, writeQueue } from '../audit/index.js';
import { createStyle, type DriftFormat, differenceOf, placeOf, renderDrift, whoOf } from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { type CompareOptions, type Comparison, compareStates, withComparison } from './drift-compare.js';
import { registerPlan } from './drift-plan.js';
import { registerReview } from './drift-review.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { outputOption } from './options.js';
import { VERSION } from './version.js';

interface DriftCommandOptions extends CompareOptions {
  readonly all?: boolean;
  readonly output: DriftFormat;
}

/** Writes down what was seen; false where it could not be. */
async function remember(file: string, { findings, queue, now, whole }: Comparison, io: Io): Promise<boolean> {
  const seen = findings.map((finding) => ({
    finding,
    object: placeOf(finding),
    difference: differenceOf(finding),
    by: whoOf(finding),
  }));
  try {
    await writeQueue(file, updateQueue(queue, seen, now, whole));
    return true;
  } catch (error) {
    io.warn(`${file}: could not be written, what it held stays: ${(error as Error).message}`);
    return false;
  }
}

async function drift(options: DriftCommandOptions, io: Io): Promise<ExitCode> {
  const comparison = await compareStates(options, io);
  const { report, findings, whole } = comparison;
  const limit = options.all === true ? Number.POSITIVE_INFINITY : 100;
  await io.write(
    renderDrift(report, options.output, { style: createStyle(io.colours), limit, version: VERSION }),
  );
  const saved = options.queue === undefined || (await remember(options.queue, comparison, io));
  if (!whole || !saved) return EXIT.unreachable;
  return findings.some((finding) => finding.class === 'violation') ? EXIT.denied : EXIT.ok;
}

export const driftCommand: CommandModule = {
  register(program, io, run) {
    const command = program
      .command('drift')
      .summary('what is there against what was meant to be')
      .description(
        'Compares live objects with a folder of desired manifests: stated fields, what somebody added, objects that are gone or that nobody stated. Says who did it, how dangerous it is, and whether it is known, a violation, or for review.',
      );
    withComparison(command)
      .option('--all', 'show every finding, not only the first 100')
      .addOption(outputOption(['text', 'json', 'sarif', 'junit', 'markdown', 'html'], 'text'))
      .addHelpText(
        'after',
        examples(
          'warder drift --live dump/ --desired manifests/',
          'warder drift --cluster --desired manifests/ --record /var/log/warder --output html > drift.html',
          "warder drift --live dump/ --desired manifests/ --pipeline-users 'system:serviceaccount:ci:*'",
        ),
      )
      .action((options: DriftCommandOptions) => run(() => drift(options, io)));
    registerPlan(command, io, run);
    registerReview(command, io, run);
  },
};
