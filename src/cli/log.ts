// `warder log`: verify, show and add up the decision log.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { readItems } from '../breakglass/index.js';
import { readLinesOf } from '../files.js';
import { isJsonObject, parseJsonText } from '../kubernetes/index.js';
import {
  type Checkpoint,
  createFigures,
  createVerifier,
  findCheckpoint,
  type LogProblem,
  type ReadRecord,
  type ReadResult,
  resultsOf,
  type Tally,
} from '../record/index.js';
import { alignColumns, count, createStyle, type Style } from '../report/index.js';
import { itemsFile } from './breakglass-items.js';
import { type CommandModule, examples, type Run } from './command.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { outputOption } from './options.js';
import { readLogLines, readRecords } from './records.js';

interface VerifyOptions {
  readonly key?: string;
  readonly anchor: readonly string[];
}

async function readKey(path: string): Promise<KeyObject> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new CommandError(`${path}: the key cannot be read`);
  });
  try {
    return createPublicKey(text);
  } catch {
    throw new CommandError(`${path}: is no key in PEM`);
  }
}

async function readAnchors(
  paths: readonly string[],
  key: KeyObject | undefined,
): Promise<readonly Checkpoint[]> {
  const anchors: Checkpoint[] = [];
  for (const path of paths) {
    for await (const { line, text } of readLinesOf(path)) {
      const checkpoint = findCheckpoint(text, key);
      if (checkpoint === undefined) continue;
      if (key !== undefined && !checkpoint.signed)
        throw new CommandError(`${path}:${line}: the checkpoint is not signed by the key given`);
      anchors.push(checkpoint);
    }
  }
  if (paths.length > 0 && anchors.length === 0)
    throw new CommandError(`${paths.join(', ')}: holds no checkpoint`);
  return anchors;
}

/** Review items the records name but the file beside the log does not hold as they were. */
async function missingItems(
  folder: string,
  digests: ReadonlyMap<string, string>,
): Promise<readonly LogProblem[]> {
  if (digests.size === 0) return [];
  const file = itemsFile(folder);
  const kept = await readItems(file).catch(() => undefined);
  return [...digests].flatMap(([id, digest]) => {
    const found = kept?.digests.get(id);
    if (found === digest) return [];
    const message = found === undefined ? `review item ${id} is missing` : `review item ${id} was changed`;
    return [{ file, line: 0, message }];
  });
}

async function verify(paths: readonly string[], options: VerifyOptions, io: Io): Promise<ExitCode> {
  const key = options.key === undefined ? undefined : await readKey(options.key);
  const verifier = createVerifier({ key, anchors: await readAnchors(options.anchor, key) });
  const items = new Map<string, string>();
  for await (const { file, line, text } of readLogLines(paths)) {
    verifier.line(text, file, line);
    if (!text.includes('"reviewItem"')) continue;
    const parsed = parseJsonText(text);
    if (parsed.ok && isJsonObject(parsed.value))
      items.set(String(parsed.value.id), String(parsed.value.reviewItem));
  }
  const report = verifier.end();
  const [folder = '.'] = paths;
  const problems = [...report.problems, ...(await missingItems(folder, items))];
  const style = createStyle(io.colours);
  for (const { file, line, message } of problems)
    io.warn(`${file}${line === 0 ? '' : `:${line}`}: ${message}`);
  const { lines, decisions, first, last, lost, checkpoints, signedThrough, anchored } = report;
  const facts = [
    [
      'records',
      lines === 0
        ? 'none'
        : `${count(lines, 'record')}, ${first} to ${last}, ${count(decisions, 'decision')}`,
    ],
    [
      'lost',
      lost === 0 ? 'none' : style.yellow(`${count(lost, 'record')} dropped because the queue was full`),
    ],
    [
      'checkpoints',
      `${checkpoints}${key === undefined ? ' (signatures not checked: --key)' : `, signed through ${signedThrough}`}`,
    ],
    [
      'anchored',
      options.anchor.length === 0 ? 'not checked (--anchor)' : `${count(anchored, 'checkpoint')} fit`,
    ],
    ['review items', items.size === 0 ? 'none' : `${items.size} checked`],
  ];
  await io.write(`${alignColumns(facts).join('\n')}\n\n`);
  await io.write(
    problems.length === 0
      ? `${style.green('whole')}: nothing was changed, left out or put in\n`
      : `${style.red('not whole')}: ${count(problems.length, 'problem')}\n`,
  );
  return problems.length === 0 ? EXIT.ok : EXIT.denied;
}

interface ShowOptions {
  readonly denied?: boolean;
  readonly user?: string;
  readonly namespace?: string;
  readonly policy?: string;
  readonly exception?: string;
  readonly breakglass?: boolean;
  readonly since?: string;
  readonly id?: string;
  readonly output: 'text' | 'json';
}

function matches({ value, allowed, time, id }: ReadRecord, options: ShowOptions): boolean {
  if (options.id !== undefined && id !== options.id) return false;
  if (options.denied === true && allowed) return false;
  if (options.user !== undefined && value.user !== options.user) return false;
  if (options.namespace !== undefined && value.namespace !== options.namespace) return false;
  if (options.breakglass === true && value.breakGlass === undefined) return false;
  if (options.since !== undefined && time < options.since) return false;
  if (options.policy !== undefined && !resultsOf(value).some(({ policy }) => policy === options.policy))
    return false;
  return (
    options.exception === undefined ||
    JSON.stringify(value.exceptions ?? []).includes(`"id":${JSON.stringify(options.exception)}`)
  );
}

/** Which rules a line names: what denied it, or else what was excepted and what it only warned about. */
function rulesOf({ value, allowed }: ReadRecord): readonly string[] {
  const results = resultsOf(value);
  const broken = ({ result }: ReadResult): boolean => ['fail', 'warn', 'error', 'excepted'].includes(result);
  const told = results.filter((one) => (allowed ? broken(one) : broken(one) && one.action === 'deny'));
  return [
    ...new Set(
      told.map(
        ({ policy, rule, result }) => `${policy}/${rule}${result === 'excepted' ? ' (excepted)' : ''}`,
      ),
    ),
  ];
}

/** One line of a decision, as people look for it. */
function lineOf(record: ReadRecord, style: Style): readonly string[] {
  const { value, allowed, time, id } = record;
  const place = value.namespace === undefined ? value.name : `${value.namespace}/${value.name}`;
  const rules = rulesOf(record);
  const more = rules.length > 3 ? [`…and ${rules.length - 3} more`] : [];
  const window = isJsonObject(value.breakGlass) ? [`break-glass ${value.breakGlass.id}`] : [];
  const risk = isJsonObject(value.change) ? [`risk ${value.change.risk}`] : [];
  const fault = value.fault === undefined ? [] : [`fault: ${value.fault}`];
  const notes = [...window, ...risk, ...fault, ...rules.slice(0, 3), ...more];
  const verdict =
    window.length > 0 ? style.yellow('allowed') : allowed ? style.green('allowed') : style.red('denied');
  return [
    time.replace(/\.\d+Z$/, 'Z'),
    verdict,
    String(value.user),
    `${value.operation} ${value.kind} ${place}`,
    style.dim(id),
    notes.join(', ') || '-',
  ];
}

async function show(paths: readonly string[], options: ShowOptions, io: Io): Promise<ExitCode> {
  const style = createStyle(io.colours);
  let rows: (readonly string[])[] = [];
  const flush = async (): Promise<void> => {
    if (rows.length > 0) await io.write(`${alignColumns(rows).join('\n')}\n`);
    rows = [];
  };
  for await (const { record } of readRecords(paths)) {
    if (record === undefined || !matches(record, options)) continue;
    if (options.output === 'json') {
      const { value, passed, skipped } = record;
      await io.write(`${JSON.stringify({ ...value, passed, skipped })}\n`);
      continue;
    }
    rows.push(lineOf(record, style));
    if (rows.length >= 500) await flush();
  }
  await flush();
  return EXIT.ok;
}

function tally(title: string, entries: Tally, style: Style): readonly string[] {
  if (entries.length === 0) return [];
  const rows = entries
    .slice(0, 20)
    .map(([name, number]) => ['', number.toLocaleString('en').padStart(8), name]);
  const more = entries.length > 20 ? [`  …and ${entries.length - 20} more`] : [];
  return ['', style.bold(title), ...alignColumns(rows), ...more];
}

async function stats(
  paths: readonly string[],
  options: { readonly output: 'text' | 'json' },
  io: Io,
): Promise<ExitCode> {
  const collected = createFigures();
  for await (const { record } of readRecords(paths)) if (record !== undefined) collected.add(record);
  const figures = collected.figures();
  if (options.output === 'json') {
    await io.write(`${JSON.stringify(figures, null, 2)}\n`);
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  const { decisions, denied, dryRuns, undecided, first, last, latency } = figures;
  const facts = [
    ['from', first === '' ? '-' : `${first} to ${last}`],
    ['decisions', decisions.toLocaleString('en')],
    [
      'denied',
      `${denied.toLocaleString('en')}${decisions === 0 ? '' : ` (${((denied / decisions) * 100).toFixed(1)} %)`}`,
    ],
    ['dry runs', dryRuns.toLocaleString('en')],
    ['undecided', undecided.toLocaleString('en')],
    ['latency', `${latency.p50} ms at 50 %, ${latency.p99} ms at 99 %, ${latency.max} ms at most`],
  ];
  const lines = [
    ...alignColumns(facts),
    ...tally('Denied by', figures.rules, style),
    ...tally('Denied to', figures.users, style),
    ...tally('Exceptions', figures.exceptions, style),
    ...tally('In emergencies', figures.breakGlass, style),
  ];
  await io.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

function registerShow(parent: Command, io: Io, run: Run): void {
  parent
    .command('show')
    .summary('decisions, one a line')
    .argument('<paths...>', 'folders or files of decision logs; - for standard input')
    .option('--denied', 'only what was denied')
    .option('--id <id>', 'only this decision')
    .option('--user <name>', 'only requests of this user')
    .option('-n, --namespace <name>', 'only in this namespace')
    .option('--policy <name>', 'only where a rule of this policy did not simply pass')
    .option('--exception <name>', 'only where this exception was claimed')
    .option('--breakglass', 'only what was done in emergencies')
    .option('--since <time>', 'only from this time on, e.g. 2026-11-21')
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      examples(
        'warder log show .warder --denied --since 2026-11-21',
        'warder log show .warder --breakglass --output json',
      ),
    )
    .action((paths: string[], options: ShowOptions) => run(() => show(paths, options, io)));
}

export const logCommand: CommandModule = {
  register(program, io, run) {
    const parent = program.command('log').summary('verify, show and add up the decision log');
    parent
      .command('verify')
      .summary('find any edit, gap, cut or other order')
      .description(
        'Checks the hash chain of a decision log. --key also checks the signatures of its checkpoints, --anchor compares it with checkpoints kept elsewhere, which alone shows a log that was cut off or written anew.',
      )
      .argument('<paths...>', 'folders or files of one decision log')
      .option('--key <file>', 'key checkpoints are signed with (PEM, public or private)')
      .option('--anchor <file...>', 'files of checkpoints, or of the server log that holds them', [])
      .addHelpText(
        'after',
        examples(
          'warder log verify .warder',
          'warder log verify .warder --key log.pub.pem --anchor /backup/checkpoints.txt',
        ),
      )
      .action((paths: string[], options: VerifyOptions) => run(() => verify(paths, options, io)));
    registerShow(parent, io, run);
    parent
      .command('stats')
      .summary('what was denied, by what and to whom, and how long it took')
      .argument('<paths...>', 'folders or files of decision logs')
      .addOption(outputOption(['text', 'json'], 'text'))
      .addHelpText('after', examples('warder log stats .warder'))
      .action((paths: string[], options: { output: 'text' | 'json' }) =>
        run(() => stats(paths, options, io)),
      );
  },
};
