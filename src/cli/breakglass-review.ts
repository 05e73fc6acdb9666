// `warder breakglass review`: what was done in an emergency, and the decision on each change: adopt it or roll it back.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  appendItemLine,
  type ItemChange,
  type ReviewItem,
  type ReviewState,
  refuseReviewer,
  resolutionLine,
  signResolution,
  type Verdict,
} from '../breakglass/index.js';
import { readText } from '../files.js';
import {
  applyPatch,
  formatTime,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../kubernetes/index.js';
import { alignColumns, count, createStyle, type Style } from '../report/index.js';
import { itemsFile, readReviews } from './breakglass-items.js';
import { examples, type Run } from './command.js';
import { exceptionsOption, type GovernanceOptions, readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { timeOf } from './load.js';
import { configOption, nowOption, outputOption } from './options.js';
import { asOption, keyIdOption, keyOption, readSigner, type SigningOptions, userOption } from './signing.js';
import { toYaml } from './yaml-output.js';

interface ReviewOptions extends GovernanceOptions {
  readonly record: string;
  readonly output: 'text' | 'json';
}

const placeOf = ({ kind, namespace, name }: ReviewItem): string =>
  `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;

async function reviewsOf(options: Omit<ReviewOptions, 'output'>, io: Io): Promise<readonly ReviewState[]> {
  const { state, settings } = await readGovernance(options, io);
  return readReviews(options.record, state, settings.breakGlass);
}

function decisionOf({ resolution }: ReviewState, style: Style): string {
  if (resolution === undefined) return style.red('to decide');
  return style.green(`${resolution.verdict === 'adopt' ? 'adopted' : 'rolled back'} by ${resolution.by}`);
}

async function list(options: ReviewOptions, io: Io): Promise<ExitCode> {
  const reviews = await reviewsOf(options, io);
  const undecided = reviews.filter(({ resolution }) => resolution === undefined).length;
  if (options.output === 'json') await io.write(`${JSON.stringify(reviews, null, 2)}\n`);
  else {
    const style = createStyle(io.colours);
    const head = ['ITEM', 'EMERGENCY', 'TIME', 'BY', 'DID', 'RISK', 'OVERRODE', 'DECISION'].map(style.bold);
    const rows = reviews.map((review) => [
      review.item.id,
      review.item.window,
      formatTime(review.item.time),
      review.item.user,
      `${review.item.operation} ${placeOf(review.item)}`,
      review.item.risk,
      review.item.overridden.join(' ') || '-',
      decisionOf(review, style),
    ]);
    await io.write(`${alignColumns([head, ...rows]).join('\n')}\n\n`);
    await io.write(`${count(reviews.length, 'change')}, ${undecided} to decide\n`);
  }
  return undecided > 0 ? EXIT.denied : EXIT.ok;
}

async function find(id: string, options: Omit<ReviewOptions, 'output'>, io: Io): Promise<ReviewState> {
  const review = (await reviewsOf(options, io)).find(({ item }) => item.id === id);
  if (review === undefined) throw new CommandError(`${id}: there is no such item in ${options.record}`);
  return review;
}

const showValue = (value: JsonValue | undefined): string =>
  value === undefined ? 'unset' : JSON.stringify(value);

const changeLine = ({ path, before, after, risk }: ItemChange): string =>
  `  ${path}: ${showValue(before)} → ${showValue(after)} (${risk})`;

/** How to undo a change, as text: the patch itself comes from `rollback`. */
function rollbackLines({ rollback, ...item }: ReviewItem): readonly string[] {
  const place = `${item.resource} ${item.name}${item.namespace === '' ? '' : ` -n ${item.namespace}`}`;
  const missing = (paths: readonly string[]): readonly string[] =>
    paths.length === 0 ? [] : [`  was secret and has to come from elsewhere: ${paths.join(', ')}`];
  switch (rollback.kind) {
    case 'none':
      return [`  cannot be rolled back: ${rollback.reason}`];
    case 'delete':
      return [`  kubectl delete ${place}`];
    case 'create':
      return [
        `  warder breakglass review rollback ${item.id} … | kubectl create -f -`,
        ...missing(rollback.hidden),
      ];
    case 'patch':
      return [
        `  kubectl patch ${place} --type=json --patch-file=…  (${rollback.operations.length} operations)`,
        ...missing(rollback.hidden),
      ];
  }
}

async function show(id: string, options: ReviewOptions, io: Io): Promise<ExitCode> {
  const review = await find(id, options, io);
  if (options.output === 'json') {
    await io.write(`${JSON.stringify(review, null, 2)}\n`);
    return EXIT.ok;
  }
  const style = createStyle(io.colours);
  const { item } = review;
  const lines = [
    style.bold(`${item.operation} ${placeOf(item)}`),
    `by ${item.user} at ${formatTime(item.time)} in ${item.window} (${item.incident})`,
    `overrode ${item.overridden.join(', ') || 'nothing: it would have been allowed'}`,
    decisionOf(review, style),
    '',
    'Changes:',
    ...item.changes.map(changeLine),
    ...(item.more > 0 ? [`  …and ${item.more} more`] : []),
    'To roll it back:',
    ...rollbackLines(item),
  ];
  await io.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

interface DecideOptions extends GovernanceOptions, SigningOptions {
  readonly record: string;
  readonly note?: string;
  readonly object?: string;
  readonly now?: string;
}

/** What to apply to undo a change: the patch, the object to create, or the object given with the patch applied. */
async function rollbackOutput(
  { rollback, ...item }: ReviewItem,
  object: string | undefined,
): Promise<string> {
  if (rollback.kind === 'none')
    throw new CommandError(`${item.id}: ${rollback.reason}; adopt it once it is understood`);
  if (rollback.kind === 'delete')
    return `${JSON.stringify({ delete: { resource: item.resource, namespace: item.namespace, name: item.name, uid: rollback.uid } })}\n`;
  if (rollback.kind === 'create') return toYaml(rollback.object);
  if (object === undefined) return `${JSON.stringify(rollback.operations, null, 2)}\n`;
  const [document] = readText(object, await readFile(object, 'utf8')).documents;
  const patched = applyPatch(document?.value ?? null, rollback.operations);
  if (!patched.ok)
    throw new CommandError(
      `${object}: is not the object as the change left it: ${patched.message}`,
      EXIT.denied,
    );
  if (!isJsonObject(patched.value)) throw new CommandError(`${object}: is no object`);
  return toYaml(patched.value as JsonObject);
}

async function decide(id: string, verdict: Verdict, options: DecideOptions, io: Io): Promise<ExitCode> {
  const { config, state, settings } = await readGovernance(options, io);
  const { item, resolution } = await find(id, options, io);
  if (resolution !== undefined)
    throw new CommandError(`${id}: was decided by ${resolution.by} already`, EXIT.denied);
  const signer = await readSigner(options, state.register.ring);
  const groups = signer.as.startsWith('group:') ? [signer.as.slice('group:'.length)] : [];
  const window = { id: item.window, openedBy: item.user };
  const refusal = refuseReviewer(
    window,
    { username: signer.user, groups },
    settings.breakGlass,
    state.register.people.same,
  );
  if (refusal !== undefined) throw new CommandError(refusal, EXIT.denied);
  const output = verdict === 'rollback' ? await rollbackOutput(item, options.object) : '';
  const at = Math.floor(timeOf(options.now, io) / 1000) * 1000;
  const decision = { item: id, verdict, by: signer.user, at };
  const audience = config['exceptions.audience'];
  const signature = signResolution(
    item.window,
    decision,
    signer.as,
    audience,
    signer.keyId,
    signer.privateKey,
  );
  await appendItemLine(
    itemsFile(options.record),
    resolutionLine({ ...decision, window: item.window, note: options.note ?? '', signature }),
  );
  if (output !== '') await io.write(output);
  io.warn(`${id} ${verdict === 'adopt' ? 'adopted' : 'to be rolled back'} by ${signer.user}`);
  return EXIT.ok;
}

function registerDecision(parent: Command, verdict: Verdict, summary: string, io: Io, run: Run): void {
  const command = parent
    .command(verdict)
    .summary(summary)
    .argument('<item>', 'id of the item')
    .requiredOption('--record <folder>', 'folder of the decision log')
    .addOption(keyOption().makeOptionMandatory())
    .addOption(keyIdOption())
    .addOption(userOption())
    .addOption(asOption())
    .option('--note <text>', 'what was found')
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addOption(nowOption());
  if (verdict === 'rollback')
    command.option('--object <file>', 'the object as it is now: prints it rolled back in place of the patch');
  command
    .addHelpText(
      'after',
      examples(`warder breakglass review ${verdict} 01J… --record .warder --key erin.pem --exceptions keys/`),
    )
    .action((id: string, options: DecideOptions) => run(() => decide(id, verdict, options, io)));
}

export function registerReview(program: Command, io: Io, run: Run): void {
  const parent = program.command('review').summary('decide on what was done in emergencies');
  parent
    .command('list')
    .summary('every change made in emergencies')
    .requiredOption('--record <folder>', 'folder of the decision log')
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText(
      'after',
      examples('warder breakglass review list --record .warder --exceptions emergencies/'),
    )
    .action((options: ReviewOptions) => run(() => list(options, io)));
  parent
    .command('show')
    .summary('one change, and how to take it back')
    .argument('<item>', 'id of the item')
    .requiredOption('--record <folder>', 'folder of the decision log')
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addOption(outputOption(['text', 'json'], 'text'))
    .addHelpText('after', examples('warder breakglass review show 01J… --record .warder'))
    .action((id: string, options: ReviewOptions) => run(() => show(id, options, io)));
  registerDecision(parent, 'adopt', 'keep a change: it becomes the desired state', io, run);
  registerDecision(parent, 'rollback', 'take a change back: prints the exact patch', io, run);
}
