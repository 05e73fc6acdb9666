// `warder replay`: recorded reviews judged by a candidate policy set, and every verdict that would flip.
import { createReplayer, type Flip, type ReadRecord, type Replayed } from '../record/index.js';
import { alignColumns, count, createStyle, type Style } from '../report/index.js';
import { type CommandModule, examples } from './command.js';
import { readGovernance } from './governance.js';
import { EXIT, type ExitCode, type Io } from './io.js';
import { readContext, requirePolicies } from './load.js';
import { configOption, contextOption, outputOption, policiesOption } from './options.js';
import { readRecords } from './records.js';
import { engineSettings } from './settings.js';

interface ReplayOptions {
  readonly policies: readonly string[];
  readonly context: readonly string[];
  readonly config?: string;
  readonly output: 'text' | 'json';
}

interface Totals {
  replayed: number;
  same: number;
  wouldDeny: number;
  wouldAllow: number;
  unknown: number;
  readonly reasons: Map<string, number>;
}

function tally(totals: Totals, result: Replayed): void {
  if (result.kind === 'not-replayable') {
    totals.reasons.set(result.reason, (totals.reasons.get(result.reason) ?? 0) + 1);
    return;
  }
  totals.replayed++;
  const { was, now } = result.flip;
  if (now === 'unknown') totals.unknown++;
  else if (was === now) totals.same++;
  else if (now === 'denied') totals.wouldDeny++;
  else totals.wouldAllow++;
}

const flips = ({ was, now }: Flip): boolean => was !== now;

function rowsOf(
  { value, id }: ReadRecord,
  result: Extract<Replayed, { kind: 'judged' }>,
  style: Style,
): readonly string[] {
  const { flip, hidden } = result;
  const place = value.namespace === undefined ? value.name : `${value.namespace}/${value.name}`;
  const verdicts = {
    denied: style.red('would be denied'),
    allowed: style.green('would be allowed'),
    unknown: style.yellow('not replayable'),
  };
  const why =
    flip.now === 'unknown'
      ? hidden.map(({ rule, pointer }) => `${rule} looks at ${pointer}, which was redacted`)
      : [...flip.newly.map((label) => `+ ${label}`), ...flip.cleared.map((label) => `- ${label}`)];
  return [
    verdicts[flip.now],
    `${value.operation} ${value.kind} ${place}`,
    String(value.user),
    why.join(', '),
    style.dim(id),
  ];
}

function summary(totals: Totals, style: Style): readonly string[] {
  const { replayed, same, wouldDeny, wouldAllow, unknown, reasons } = totals;
  const facts = [
    ['replayed', replayed.toLocaleString('en')],
    ['same verdict', same.toLocaleString('en')],
    ['would be denied', wouldDeny === 0 ? '0' : style.red(wouldDeny.toLocaleString('en'))],
    ['would be allowed', wouldAllow.toLocaleString('en')],
    [
      'not replayable',
      (unknown + [...reasons.values()].reduce((sum, number) => sum + number, 0)).toLocaleString('en'),
    ],
  ];
  const notes = [...reasons].map(([reason, number]) => `  ${count(number, 'record')}: ${reason}`);
  return [...alignColumns(facts), ...notes];
}

async function replay(paths: readonly string[], options: ReplayOptions, io: Io): Promise<ExitCode> {
  const { config, settings } = await readGovernance({ ...options, exceptions: [] }, io);
  const candidate = await requirePolicies(options.policies, config.parameters, io, settings.risks);
  const context = await readContext(options.context);
  const replayer = createReplayer({ candidate, context, settings: engineSettings(config) });
  const totals: Totals = {
    replayed: 0,
    same: 0,
    wouldDeny: 0,
    wouldAllow: 0,
    unknown: 0,
    reasons: new Map(),
  };
  const style = createStyle(io.colours);
  const rows: (readonly string[])[] = [];
  for await (const { record } of readRecords(paths)) {
    if (record === undefined || record.value.fault !== undefined || record.value.exempt !== undefined)
      continue;
    const result = replayer.replay(record);
    tally(totals, result);
    if (result.kind !== 'judged' || !flips(result.flip)) continue;
    if (options.output === 'json')
      await io.write(`${JSON.stringify({ id: record.id, ...result.flip, hidden: result.hidden })}\n`);
    else rows.push(rowsOf(record, result, style));
  }
  if (options.output === 'text') {
    if (rows.length > 0) await io.write(`${alignColumns(rows).join('\n')}\n\n`);
    await io.write(`${summary(totals, style).join('\n')}\n`);
  }
  return totals.wouldDeny + totals.wouldAllow > 0 ? EXIT.denied : EXIT.ok;
}

export const replayCommand: CommandModule = {
  register(program, io, run) {
    program
      .command('replay')
      .summary('judge recorded reviews by other policies, and list what flips')
      .description(
        'Judges the reviews of a decision log by a candidate policy set and lists every verdict that would flip. The log must hold objects (record.objects); where redaction took out what a policy looks at, the verdict is not replayable.',
      )
      .argument('<paths...>', 'folders or files of decision logs')
      .addOption(policiesOption())
      .addOption(contextOption())
      .addOption(configOption())
      .addOption(outputOption(['text', 'json'], 'text'))
      .addHelpText('after', examples('warder replay .warder --policies candidate/'))
      .action((paths: string[], options: ReplayOptions) => run(() => replay(paths, options, io)));
  },
};
