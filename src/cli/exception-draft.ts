// `warder exception draft`: a complete PolicyException from a decision id, a manifest, a review or the text of a denial.
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { DEFAULT_SETTINGS, type Decision, judge } from '../engine/index.js';
import { type Denied, draftException, draftName, parseDenial, referencesOf } from '../exceptions/index.js';
import { readText } from '../files.js';
import {
  builtInResources,
  createUlidGenerator,
  decodeReview,
  EMPTY_CONTEXT,
  isJsonObject,
  parseSettingDuration,
  type Review,
  resourceNameOf,
  syntheticReview,
} from '../kubernetes/index.js';
import { resultsOf } from '../record/index.js';
import { examples, type Run } from './command.js';
import { readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { requirePolicies, timeOf } from './load.js';
import { configOption, nowOption, policiesOption } from './options.js';
import { readRecords } from './records.js';
import { toYaml } from './yaml-output.js';

interface DraftOptions {
  readonly policies: readonly string[];
  readonly config?: string;
  readonly now?: string;
  readonly record?: string;
  readonly for: string;
  readonly reason: string;
  readonly ticket?: string;
  readonly requestedBy?: string;
  readonly name?: string;
}

const ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

/** What a recorded decision denied; undefined where the log does not hold it. */
async function fromRecord(id: string, folder: string | undefined): Promise<Denied> {
  if (folder === undefined)
    throw new CommandError(
      `${id}: say where the decision log is (--record FOLDER), or give the review or the denial`,
    );
  for await (const { record } of readRecords([folder])) {
    if (record?.id !== id) continue;
    const { value } = record;
    const denied = resultsOf(value).filter(
      ({ result, action }) => action === 'deny' && (result === 'fail' || result === 'error'),
    );
    return {
      policies: referencesOf(denied.map(({ policy, rule }) => `${policy}/${rule}`)),
      resource: String(value.resource),
      namespace: typeof value.namespace === 'string' ? value.namespace : '',
      name: String(value.name),
      user: String(value.user),
    };
  }
  throw new CommandError(`${id}: there is no such decision in ${folder}`);
}

function deniedBy({ review, violations }: Decision): Denied {
  const labels = violations
    .filter(({ action }) => action === 'deny')
    .map(({ policy, rule }) => `${policy}/${rule}`);
  return {
    policies: referencesOf(labels),
    resource: resourceNameOf(review),
    namespace: review.namespace,
    name: review.name,
    user: review.userInfo.username,
  };
}

/** The request a document stands for: a recorded review, or a manifest as if somebody applied it. */
function requestOf(text: string, options: DraftOptions): Review | undefined {
  const [document] = readText('request.yaml', text).documents;
  const value = document?.value;
  if (!isJsonObject(value) || typeof value.kind !== 'string' || typeof value.apiVersion !== 'string')
    return undefined;
  if (value.kind === 'AdmissionReview') {
    const decoded = decodeReview(value);
    if (!decoded.ok) throw new CommandError(decoded.message);
    return decoded.review;
  }
  const userInfo = { username: options.requestedBy ?? '', groups: [] };
  return syntheticReview(value, { origin: 'admission', userInfo });
}

/** What the policies deny of a request. */
async function fromRequest(text: string, options: DraftOptions, io: Io): Promise<Denied | undefined> {
  const review = requestOf(text, options);
  if (review === undefined) return undefined;
  const { config, settings } = await readGovernance({ ...options, exceptions: [] }, io);
  const policies = await requirePolicies(options.policies, config.parameters, io, settings.risks);
  const now = timeOf(options.now, io);
  const decision = judge({
    review,
    policies,
    context: EMPTY_CONTEXT,
    settings: DEFAULT_SETTINGS,
    now,
    decisionId: createUlidGenerator()(now),
    deadline: undefined,
  });
  return deniedBy(decision);
}

function fromDenial(text: string): Denied | undefined {
  const { kind, ...denied } = parseDenial(text) ?? {};
  if (kind === undefined || !('policies' in denied)) return undefined;
  const found = builtInResources().find((one) => one.kind === kind && !one.resource.includes('/'));
  const resource = found === undefined ? '' : resourceNameOf({ resource: found, subResource: '' });
  return { ...denied, resource };
}

async function readInput(source: string): Promise<string> {
  if (source !== '-')
    return readFile(source, 'utf8').catch(() => {
      throw new CommandError(`${source}: is neither a decision id nor a file that can be read`);
    });
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

async function draft(source: string, options: DraftOptions, io: Io): Promise<ExitCode> {
  const lasts = parseSettingDuration(options.for);
  if (!lasts.ok) throw new CommandError(`--for ${lasts.message}; write 14d or 12h`);
  let denied: Denied | undefined;
  if (ID.test(source)) denied = await fromRecord(source, options.record);
  else {
    const text = await readInput(source);
    denied = (await fromRequest(text, options, io)) ?? fromDenial(text);
  }
  if (denied === undefined)
    throw new CommandError(
      `${source}: holds neither a manifest, nor an AdmissionReview, nor a denial of Warder`,
    );
  if (denied.policies.length === 0)
    throw new CommandError(`${source}: nothing was denied, so nothing needs an exception`);
  const user = options.requestedBy ?? denied.user;
  if (user === '') throw new CommandError('a denial does not say whose it was: --requested-by NAME');
  const document = draftException({
    denied: { ...denied, user },
    name: options.name ?? draftName(denied),
    reason: options.reason,
    ticket: options.ticket ?? '',
    expires: timeOf(options.now, io) + lasts.milliseconds,
  });
  await io.write(await toYaml(document));
  return EXIT.ok;
}

export function registerDraft(parent: Command, io: Io, run: Run): void {
  parent
    .command('draft')
    .summary('write a PolicyException for what was denied')
    .description(
      'Prints a complete PolicyException from a decision id (with --record), a file with the manifest or the AdmissionReview, or the text of a denial (- for standard input).',
    )
    .argument('<source>', 'decision id, file, or -')
    .requiredOption('--reason <text>', 'why it is needed')
    .option('--ticket <id>', 'where it is discussed')
    .option('--for <duration>', 'how long it is needed', '14d')
    .option('--requested-by <name>', 'who asks (default: who was denied)')
    .option('--name <name>', 'name of the exception')
    .option('--record <folder>', 'decision log to find the decision in')
    .addOption(policiesOption())
    .addOption(configOption())
    .addOption(nowOption())
    .addHelpText(
      'after',
      examples(
        'warder exception draft web.yaml --reason "vendor image" --requested-by alice > exception.yaml',
        'warder exception draft review.json --reason "vendor image" > exception.yaml',
        'kubectl apply -f web.yaml 2>&1 | warder exception draft - --reason "vendor image" --requested-by alice',
      ),
    )
    .action((source: string, options: DraftOptions) => run(() => draft(source, options, io)));
}
