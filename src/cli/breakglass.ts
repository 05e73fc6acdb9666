// `warder breakglass`: open, close, status, review.
import type { Command } from 'commander';
import { breakGlassSchema, isOpen, type Window } from '../breakglass/index.js';
import { signDocument } from '../exceptions/index.js';
import { readAllFiles } from '../files.js';
import {
  formatTime,
  isJsonObject,
  type JsonObject,
  parseSettingDuration,
  roughDuration,
} from '../kubernetes/index.js';
import { checkSchema, formatProblem } from '../policy/index.js';
import { alignColumns, createStyle } from '../report/index.js';
import { readReviews } from './breakglass-items.js';
import { registerReview } from './breakglass-review.js';
import { type CommandModule, examples, type Run } from './command.js';
import { exceptionsOption, type GovernanceOptions, readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { failOn, timeOf } from './load.js';
import { configOption, nowOption, outputOption } from './options.js';
import { asOption, keyIdOption, keyOption, readSigner, userOption } from './signing.js';
import { toYaml } from './yaml-output.js';

interface OpenOptions extends GovernanceOptions {
  readonly reason: string;
  readonly incident: string;
  readonly for: string;
  readonly namespaces?: readonly string[];
  readonly names?: readonly string[];
  readonly resources?: readonly string[];
  readonly openedBy?: string;
  readonly key?: string;
  readonly keyId?: string;
  readonly user?: string;
  readonly as?: string;
  readonly now?: string;
}

/** A document, or every problem with it: a mistake should show here and not in the middle of an emergency. */
function checked(document: JsonObject): JsonObject {
  const source = { file: 'emergency', value: document, positionOf: () => ({ line: 1, column: 1 }) };
  const result = checkSchema(breakGlassSchema, source);
  if (!result.ok) throw new CommandError(result.problems.map(formatProblem).join('\n'));
  return document;
}

function emergency(name: string, openedBy: string, now: number, options: OpenOptions): JsonObject {
  const { reason, incident, namespaces, names, resources } = options;
  const scope = {
    ...(resources === undefined ? {} : { resources: [...resources] }),
    ...(namespaces === undefined ? {} : { namespaces: [...namespaces] }),
    ...(names === undefined ? {} : { names: [...names] }),
  };
  return checked({
    apiVersion: 'warder.dev/v1',
    kind: 'BreakGlass',
    metadata: { name },
    spec: { reason, incident, openedBy, openedAt: formatTime(now), duration: options.for, scope },
  });
}

async function open(name: string, options: OpenOptions, io: Io): Promise<ExitCode> {
  const { config, state, settings } = await readGovernance(options, io);
  const now = timeOf(options.now, io);
  const lasts = parseSettingDuration(options.for);
  if (lasts.ok && lasts.milliseconds > settings.breakGlass.maxDuration)
    throw new CommandError(
      `--for ${options.for}: an emergency lasts at most ${roughDuration(settings.breakGlass.maxDuration)}`,
    );
  if (options.key === undefined) {
    if (options.openedBy === undefined)
      throw new CommandError(
        'say who opens it: --opened-by NAME (to be applied to a cluster), or --key to sign it',
      );
    await io.write(await toYaml(emergency(name, options.openedBy, now, options)));
    return EXIT.ok;
  }
  const signer = await readSigner({ ...options, key: options.key }, state.register.ring);
  const document = emergency(name, signer.user, now, options);
  const signature = signDocument(
    document,
    { user: signer.user, as: signer.as, at: now, keyId: signer.keyId },
    config['exceptions.audience'],
    signer.privateKey,
  );
  const spec = document.spec as JsonObject; // made above
  await io.write(await toYaml({ ...document, spec: { ...spec, signature } }));
  return EXIT.ok;
}

async function close(file: string, options: { readonly now?: string }, io: Io): Promise<ExitCode> {
  const { documents, problems } = await readAllFiles([file]);
  failOn(problems);
  const found = documents.find(({ value }) => isJsonObject(value) && value.kind === 'BreakGlass');
  if (found === undefined || !isJsonObject(found.value) || !isJsonObject(found.value.spec))
    throw new CommandError(`${file}: holds no BreakGlass`);
  if (found.value.spec.closedAt !== undefined)
    throw new CommandError(`${file}: was closed at ${found.value.spec.closedAt}`);
  const spec = { ...found.value.spec, closedAt: formatTime(timeOf(options.now, io)) };
  await io.write(await toYaml(checked({ ...found.value, spec })));
  return EXIT.ok;
}

interface StatusOptions extends GovernanceOptions {
  readonly record?: string;
  readonly now?: string;
  readonly output: 'text' | 'json';
}

function stateOf(window: Window, now: number): string {
  if (!window.opening.ok) return `not valid: ${window.opening.message}`;
  if (isOpen(window, now)) return `open, locks in ${roughDuration(window.locks - now)}`;
  return now < window.opens
    ? `opens in ${roughDuration(window.opens - now)}`
    : `locked ${roughDuration(now - window.locks)} ago`;
}

async function status(options: StatusOptions, io: Io): Promise<ExitCode> {
  const { state, settings } = await readGovernance(options, io);
  const now = timeOf(options.now, io);
  const reviews =
    options.record === undefined ? [] : await readReviews(options.record, state, settings.breakGlass);
  const rows = state.windows.map((window) => {
    const items = reviews.filter(({ item }) => item.window === window.id);
    const undecided = items.filter(({ resolution }) => resolution === undefined).length;
    return { window, items: items.length, undecided };
  });
  const pending = rows.reduce((sum, { undecided }) => sum + undecided, 0);
  if (options.output === 'json') {
    const shown = rows.map(({ window, ...counts }) => ({
      name: window.id,
      incident: window.incident,
      openedBy: window.openedBy,
      opens: formatTime(window.opens),
      locks: formatTime(window.locks),
      open: isOpen(window, now),
      ...counts,
    }));
    await io.write(`${JSON.stringify(shown, null, 2)}\n`);
    return pending > 0 ? EXIT.denied : EXIT.ok;
  }
  const style = createStyle(io.colours);
  const head = ['NAME', 'INCIDENT', 'OPENED BY', 'STATE', 'CHANGES', 'REASON'].map(style.bold);
  const lines = rows.map(({ window, items, undecided }) => [
    window.id,
    window.incident,
    window.openedBy,
    isOpen(window, now) ? style.yellow(stateOf(window, now)) : stateOf(window, now),
    options.record === undefined
      ? '-'
      : `${items}${undecided === 0 ? '' : style.red(`, ${undecided} to decide`)}`,
    style.dim(window.reason),
  ]);
  await io.write(`${alignColumns([head, ...lines]).join('\n')}\n`);
  return pending > 0 ? EXIT.denied : EXIT.ok;
}

function registerOpen(parent: Command, io: Io, run: Run): void {
  parent
    .command('open')
    .summary('write a BreakGlass document')
    .description(
      'Prints a BreakGlass document: signed with --key, for the files of exceptions; or unsigned, for kubectl apply as the emergency identity.',
    )
    .argument('<name>', 'name of the emergency, unique')
    .requiredOption('--reason <text>', 'what is broken')
    .requiredOption('--incident <id>', 'where it is tracked')
    .option('--for <duration>', 'how long', '1h')
    .option('--namespaces <name...>', 'where, with * and ?')
    .option('--names <name...>', 'which objects, with * and ?')
    .option('--resources <name...>', 'which resources, as deployments.apps')
    .option('--opened-by <name>', 'the emergency identity, where nothing is signed')
    .addOption(keyOption())
    .addOption(keyIdOption())
    .addOption(userOption())
    .addOption(asOption())
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addOption(nowOption())
    .addHelpText(
      'after',
      examples(
        'warder breakglass open inc-4711 --reason "checkout is down" --incident INC-4711 --namespaces shop --for 1h --opened-by oncall-bob | kubectl apply -f -',
      ),
    )
    .action((name: string, options: OpenOptions) => run(() => open(name, options, io)));
}

export const breakGlassCommand: CommandModule = {
  register(program, io, run) {
    const parent = program.command('breakglass').summary('emergencies: open, close, look at and review them');
    registerOpen(parent, io, run);
    parent
      .command('close')
      .summary('end an emergency before its time')
      .argument('<file>', 'file with the BreakGlass document')
      .addOption(nowOption())
      .addHelpText('after', examples('warder breakglass close emergencies/inc-4711.yaml > closed.yaml'))
      .action((file: string, options: { now?: string }) => run(() => close(file, options, io)));
    parent
      .command('status')
      .summary('emergencies, whether they are open, and what is left to decide')
      .addOption(exceptionsOption())
      .option('--record <folder>', 'folder of the decision log, with the review items')
      .addOption(configOption())
      .addOption(nowOption())
      .addOption(outputOption(['text', 'json'], 'text'))
      .addHelpText('after', examples('warder breakglass status --exceptions emergencies/ --record .warder'))
      .action((options: StatusOptions) => run(() => status(options, io)));
    registerReview(parent, io, run);
  },
};
