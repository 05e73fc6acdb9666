// `warder drift review`: the queue of what drifted, and what people decide about it.
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { type DriftVerdict, decide, type Queue, readQueue, writeQueue } from '../audit/index.js';
import { alignColumns, createStyle } from '../report/index.js';
import { examples, type Run } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { timeOf } from './load.js';
import { nowOption, outputOption } from './options.js';

interface QueueOptions {
  readonly queue: string;
  readonly output: 'text' | 'json';
  readonly all?: boolean;
}

async function open(file: string): Promise<Queue> {
  const read = await readQueue(file);
  if (!read.ok) throw new CommandError(read.message);
  return read.queue;
}

async function list({ queue: file, output, all }: QueueOptions, io: Io): Promise<ExitCode> {
  const entries = [...(await open(file))].filter(
    ([, { resolved, decisions, fingerprint }]) =>
      all === true || (resolved === '' && decisions.at(-1)?.fingerprint !== fingerprint),
  );
  if (output === 'json') {
    await io.write(
      `${JSON.stringify(
        entries.map(([id, entry]) => ({ id, ...entry })),
        null,
        2,
      )}\n`,
    );
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  const head = ['ID', 'CLASS', 'SINCE', 'OBJECT', 'DIFFERENCE', 'BY', 'DECIDED'].map(style.bold);
  const rows = entries.map(([id, entry]) => {
    const last = entry.decisions.at(-1);
    const decided = last === undefined ? '' : `${last.verdict} by ${last.by}`;
    return [id, entry.class, entry.firstSeen.slice(0, 10), entry.object, entry.difference, entry.by, decided];
  });
  await io.write(
    rows.length === 0 ? 'nothing is left to decide\n' : `${alignColumns([head, ...rows]).join('\n')}\n`,
  );
  return EXIT.ok;
}

interface DecideOptions {
  readonly queue: string;
  readonly by?: string;
  readonly reason: string;
  readonly now?: string;
}

async function settle(
  verdict: DriftVerdict,
  ids: readonly string[],
  options: DecideOptions,
  io: Io,
): Promise<ExitCode> {
  let queue = await open(options.queue);
  const by = options.by ?? userInfo().username;
  const at = new Date(timeOf(options.now, io)).toISOString();
  const said: string[] = [];
  for (const id of ids) {
    const decided = decide(queue, id, { verdict, by, at, reason: options.reason });
    if (!decided.ok) throw new CommandError(decided.message);
    queue = decided.queue;
    said.push(`${id}: ${verdict} by ${by}: ${decided.entry.object} ${decided.entry.difference}`);
  }
  await writeQueue(options.queue, queue).catch((error: Error) => {
    throw new CommandError(`${options.queue}: could not be written: ${error.message}`, EXIT.unreachable);
  });
  await io.write(`${said.join('\n')}\n`);
  return EXIT.ok;
}

const MEANS: Readonly<Record<DriftVerdict, string>> = {
  accept: 'leave it: it is not raised again until its value changes',
  reject: 'take it back: it counts as a violation, and plans hold it',
  adopt: 'make it the desired state: it is known until the manifests say so too',
};

/** Adds the commands under `drift`. */
export function registerReview(parent: Command, io: Io, run: Run): void {
  const review = parent.command('review').summary('decide on what drifted');
  review
    .command('list')
    .summary('what is left to decide')
    .requiredOption('--queue <file>', 'file of the queue')
    .option('--all', 'also what is decided or gone')
    .addOption(outputOption(['text', 'json'], 'text'))
    .action((options: QueueOptions) => run(() => list(options, io)));
  for (const verdict of ['accept', 'reject', 'adopt'] as const)
    review
      .command(verdict)
      .summary(MEANS[verdict])
      .argument('<id...>', 'ids of findings')
      .requiredOption('--queue <file>', 'file of the queue')
      .requiredOption('--reason <text>', 'why')
      .option('--by <name>', 'who decides, where it is not the user of this machine')
      .addOption(nowOption())
      .addHelpText(
        'after',
        examples(`warder drift review ${verdict} d-5eb0b49a0b9c --queue queue.json --reason 'INC-1203'`),
      )
      .action((ids: string[], options: DecideOptions) => run(() => settle(verdict, ids, options, io)));
}
