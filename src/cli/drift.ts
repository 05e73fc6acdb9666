// `warder drift`: what is there against what was meant to be.
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { classifyDrift, createHistory, type DesiredObject, findDrift, type History } from '../audit/index.js';
import { isTestFile, readFiles, readLinesOf } from '../files.js';
import { contextFromObjects, createUlidGenerator, parseJsonText } from '../kubernetes/index.js';
import { formatProblem } from '../policy/index.js';
import { createStyle, type DriftReport, renderDrift } from '../report/index.js';
import { type ClusterOptions, withCluster } from './cluster.js';
import { type CommandModule, examples } from './command.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { type Incomplete, isKubernetesObject, readLive } from './live.js';
import { requirePolicies, timeOf } from './load.js';
import { configOption, nowOption, outputOption, policiesOption } from './options.js';
import { startProgress } from './progress.js';
import { recordFiles } from './records.js';
import { engineSettings } from './settings.js';
import { VERSION } from './version.js';

interface DriftCommandOptions extends ClusterOptions {
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
  readonly all?: boolean;
  readonly output: 'text' | 'json' | 'sarif' | 'junit' | 'markdown' | 'html';
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

async function drift(options: DriftCommandOptions, io: Io): Promise<ExitCode> {
  const started = performance.now();
  const { config, settings: governance, state, exemptions } = await readGovernance(options, io);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
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
  const findings = classifyDrift(result.drifts, {
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
    now: timeOf(options.now, io),
    nextId: createUlidGenerator(),
  });
  await progress.step();
  progress.end();
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
  await io.write(
    renderDrift(report, options.output, {
      style: createStyle(io.colours),
      limit: options.all === true ? Number.POSITIVE_INFINITY : 100,
      version: VERSION,
    }),
  );
  if (incomplete.problems > 0) return EXIT.unreachable;
  return findings.some((finding) => finding.class === 'violation') ? EXIT.denied : EXIT.ok;
}

export const driftCommand: CommandModule = {
  register(program, io, run) {
    withCluster(
      program
        .command('drift')
        .summary('what is there against what was meant to be')
        .description(
          'Compares live objects with a folder of desired manifests: stated fields, what somebody added, objects that are gone or that nobody stated. Says who did it, how dangerous it is, and whether it is known, a violation, or for review.',
        )
        .option(
          '--live <path...>',
          'dump of a cluster: files or folders of `kubectl get … -o json --show-managed-fields`',
          [],
        )
        .requiredOption('--desired <path...>', 'folders of manifests as they were meant to be'),
    )
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
      .option('--all', 'show every finding, not only the first 100')
      .addOption(policiesOption())
      .addOption(exceptionsOption())
      .addOption(configOption())
      .addOption(nowOption())
      .addOption(outputOption(['text', 'json', 'sarif', 'junit', 'markdown', 'html'], 'text'))
      .addHelpText(
        'after',
        examples(
          'warder drift --live dump/ --desired manifests/',
          'warder drift --live dump/ --desired manifests/ --record /var/log/warder --output html > drift.html',
          "warder drift --live dump/ --desired manifests/ --pipeline-users 'system:serviceaccount:ci:*'",
        ),
      )
      .action((options: DriftCommandOptions) => run(() => drift(options, io)));
  },
};
