// The comparison of live and desired state that several commands start from.
import { basename, dirname, relative, resolve, sep } from 'node:path';
import type { Command } from 'commander';
import {
  classifyDrift,
  createHistory,
  type DesiredObject,
  type Drift,
  findDrift,
  type History,
  type LiveObjects,
  type Queue,
  readQueue,
  withDecisions,
} from '../audit/index.js';
import type { Window } from '../breakglass/index.js';
import { isTestFile, readFiles, readLinesOf } from '../files.js';
import type { Finding } from '../findings/index.js';
import { contextFromObjects, createUlidGenerator, parseJsonText } from '../kubernetes/index.js';
import { formatProblem } from '../policy/index.js';
import type { DriftReport } from '../report/index.js';
import { type ClusterOptions, withCluster } from './cluster.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { CommandError, type Io } from './io.js';
import { type Incomplete, isKubernetesObject, readLive } from './live.js';
import { requirePolicies, timeOf } from './load.js';
import { configOption, nowOption, policiesOption } from './options.js';
import { startProgress } from './progress.js';
import { recordFiles } from './records.js';
import { engineSettings } from './settings.js';

export interface CompareOptions extends ClusterOptions {
  readonly live: readonly string[];
  readonly desired: readonly string[];
  readonly record: readonly string[];
  readonly policies: readonly string[];
  readonly exceptions: readonly string[];
  readonly config?: string;
  readonly now?: string;
  readonly namespace: string;
  readonly pipelineUsers: readonly string[];
  readonly pipelineGroups: readonly string[];
  readonly pipelineManagers: readonly string[];
  readonly unmanaged: boolean;
  readonly queue?: string;
}

/** Adds the options of a comparison. */
export const withComparison = (command: Command): Command =>
  withCluster(
    command.option(
      '--live <path...>',
      'dump of a cluster: files or folders of `kubectl get … -o json --show-managed-fields`',
      [],
    ),
  )
    .option('--desired <path...>', 'folders of manifests as they were meant to be', [])
    .option('--record <path...>', 'decision log, or recorded AdmissionReviews, that name the person', [])
    .option(
      '-n, --namespace <name>',
      'namespace of manifests that name none and lie in no folder of that name',
      'default',
    )
    .option('--pipeline-users <glob...>', 'users that are the delivery pipeline', [])
    .option('--pipeline-groups <glob...>', 'groups that are the delivery pipeline', [])
    .option('--pipeline-managers <glob...>', 'field managers that are the delivery pipeline', [])
    .option('--no-unmanaged', 'leave out objects that nobody stated')
    .option('--queue <file>', 'review queue: what people decided, and what was seen when')
    .addOption(policiesOption())
    .addOption(exceptionsOption())
    .addOption(configOption())
    .addOption(nowOption());

/** A comparison, and everything that goes on from it. */
export interface Comparison {
  readonly drifts: readonly Drift[];
  /** One for each difference, in the same order. */
  readonly findings: readonly Finding[];
  readonly report: DriftReport;
  readonly live: LiveObjects;
  readonly queue: Queue;
  readonly windows: readonly Window[];
  readonly now: number;
  /** Whether everything could be read. */
  readonly whole: boolean;
}

/** Folders between the root that was named and the file, the root's own name among them. */
function foldersOf(file: string, roots: readonly string[]): readonly string[] {
  const absolute = resolve(file);
  const root = roots.map((path) => resolve(path)).find((path) => absolute.startsWith(`${path}${sep}`));
  if (root === undefined) return [basename(dirname(absolute))];
  return [
    basename(root),
    ...relative(root, dirname(absolute))
      .split(sep)
      .filter((name) => name !== ''),
  ];
}

async function readDesired(
  paths: readonly string[],
  io: Io,
  incomplete: Incomplete,
): Promise<readonly DesiredObject[]> {
  const found: DesiredObject[] = [];
  for await (const { file, documents, problems } of readFiles(paths, {
    accepts: (path) => !isTestFile(path),
  })) {
    for (const problem of problems) {
      io.warn(formatProblem(problem));
      if (problem.level === 'error') incomplete.problems++;
    }
    for (const document of documents)
      if (isKubernetesObject(document.value) && document.value.kind !== 'Kustomization')
        found.push({ object: document.value, file, line: document.line, folders: foldersOf(file, paths) });
  }
  return found;
}

/** Records of a log folder or file, and recorded AdmissionReviews, in the order they are given. */
async function readHistory(paths: readonly string[], io: Io): Promise<History> {
  const history = createHistory();
  for (const file of await recordFiles(paths)) {
    for await (const { line, text } of readLinesOf(file)) {
      if (text.trim() === '') continue;
      const parsed = parseJsonText(text);
      if (!parsed.ok) io.warn(`${file}:${line}: ${parsed.problem.message}; the line is left out`);
      else history.add(parsed.value);
    }
  }
  return history;
}

async function queueOf(file: string | undefined): Promise<Queue> {
  if (file === undefined) return new Map();
  const read = await readQueue(file);
  if (!read.ok) throw new CommandError(read.message);
  return read.queue;
}

/** Reads both states and compares them. */
export async function compareStates(options: CompareOptions, io: Io): Promise<Comparison> {
  const started = performance.now();
  if (options.desired.length === 0)
    throw new CommandError('say where the desired state is: --desired FOLDER');
  const { config, settings: governance, state, exemptions } = await readGovernance(options, io);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const queue = await queueOf(options.queue);
  const progress = startProgress('comparing', 4, io);
  const incomplete: Incomplete = { problems: 0 };
  const live = await readLive(options.live, options, io, incomplete);
  await progress.step();
  const desired = await readDesired(options.desired, io, incomplete);
  if (desired.length === 0) throw new CommandError('the desired state holds no object');
  await progress.step();
  const history = await readHistory(options.record, io);
  await progress.step();
  const result = findDrift(desired, live, {
    defaultNamespace: options.namespace,
    excludedNamespaces: config.excludedNamespaces,
    unmanaged: options.unmanaged,
  });
  const now = timeOf(options.now, io);
  const judged = classifyDrift(result.drifts, {
    policies,
    context: contextFromObjects(live.objects),
    settings: engineSettings(config),
    exemptions,
    state,
    risks: governance.risks,
    mapper: live.mapper,
    history,
    pipeline: {
      users: options.pipelineUsers,
      groups: options.pipelineGroups,
      managers: options.pipelineManagers,
    },
    now,
    nextId: createUlidGenerator(),
  });
  await progress.step();
  progress.end();
  const findings = withDecisions(judged, queue);
  const report: DriftReport = {
    findings,
    stated: result.stated,
    compared: result.compared,
    live: live.objects.length,
    unknown: [...result.unknown].map(([kind, objects]) => ({ kind, objects })),
    controlled: result.controlled,
    policySet: policies.digest,
    milliseconds: performance.now() - started,
  };
  const { windows } = state;
  return {
    drifts: result.drifts,
    findings,
    report,
    live,
    queue,
    windows,
    now,
    whole: incomplete.problems === 0,
  };
}
