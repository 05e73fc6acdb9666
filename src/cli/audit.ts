// `warder audit`: sweeps a cluster, a dump or manifests for what breaks policies now.
import { hostname } from 'node:os';
import { Option } from 'commander';
import {
  clusterSource,
  EMPTY_STATE,
  fileSource,
  keepMemorySteady,
  type ListableResource,
  type ObjectSource,
  readState,
  type Shard,
  type SweepResult,
  type SweepState,
  sweep,
  type ToldViolation,
  trackFindings,
  writeState,
} from '../audit/index.js';
import { type Api, type Election, takePart } from '../cluster/index.js';
import { ruleResults } from '../engine/index.js';
import {
  createUlidGenerator,
  type GroupVersionKind,
  type JsonObject,
  parseSettingDuration,
  syntheticReview,
} from '../kubernetes/index.js';
import { type CompiledPolicy, type PolicySet, SEVERITIES } from '../policy/index.js';
import {
  type CheckedObject,
  type CheckReport,
  checkedObject,
  count,
  createStyle,
  type GroupBy,
  policyReports,
  renderCheckHtml,
  renderCheckJunit,
  renderJson,
  renderMarkdown,
  renderSarif,
  renderText,
} from '../report/index.js';
import { newViolations, type TellOptions, tell, toldViolations } from './audit-tell.js';
import { type ClusterOptions, manners, openApi, withCluster } from './cluster.js';
import { type CommandModule, examples } from './command.js';
import { exceptionsOption, readGovernance } from './governance.js';
import { CommandError, EXIT, type ExitCode, type Io } from './io.js';
import { requirePolicies, timeOf } from './load.js';
import { configOption, nowOption, outputOption, policiesOption } from './options.js';
import { engineSettings } from './settings.js';
import { createSweepProgress } from './sweep-progress.js';
import { VERSION } from './version.js';
import { toYaml } from './yaml-output.js';

const FORMATS = [
  'text',
  'json',
  'sarif',
  'junit',
  'markdown',
  'html',
  'policyreport',
  'openreports',
] as const;

interface AuditOptions extends ClusterOptions, TellOptions {
  readonly every?: string;
  readonly watch?: boolean;
  readonly leaderElect?: string;
  readonly policies: readonly string[];
  readonly exceptions: readonly string[];
  readonly config?: string;
  readonly now?: string;
  readonly namespace: string;
  readonly shard?: string;
  readonly state?: string;
  readonly groupBy?: GroupBy;
  readonly all?: boolean;
  readonly exitZero?: boolean;
  readonly output: (typeof FORMATS)[number];
}

function shardOf(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const [, index, total] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(total) };
  if (index === undefined || shard.count < 1 || shard.index >= shard.count)
    throw new CommandError(`--shard must be INDEX/COUNT with INDEX from 0 to COUNT - 1, found ${text}`);
  return shard;
}

/** The policies that may look at objects of a kind. */
function policiesFor(policies: PolicySet, resource: ListableResource): readonly CompiledPolicy[] {
  const { group, version, kind, namespaced } = resource;
  const object = {
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { name: 'x', ...(namespaced ? { namespace: 'x' } : {}) },
  };
  const found = { ...resource, listable: true, known: true };
  const review = syntheticReview(object, { origin: 'audit', mapper: { resourceOf: () => found } });
  return policies.candidates(review).map(({ policy }) => policy);
}

/** Whether some policy looks at a kind at all. */
const wantedBy =
  (policies: PolicySet) =>
  (resource: ListableResource): boolean =>
    policiesFor(policies, resource).length > 0;

/** Kinds that policies of the highest severity look at come first. */
const rankBy =
  (policies: PolicySet) =>
  (resource: ListableResource): number =>
    Math.min(
      SEVERITIES.length,
      ...policiesFor(policies, resource).map(({ description }) => SEVERITIES.indexOf(description.severity)),
    );

interface Opened {
  readonly source: ObjectSource;
  readonly api?: Api;
  fetch?(kind: GroupVersionKind): Promise<readonly JsonObject[] | undefined>;
  close(): void;
}

async function openCluster(options: AuditOptions, policies: PolicySet, done: Set<string>): Promise<Opened> {
  const api = await openApi(options);
  const shared = manners(api, options);
  const source = clusterSource({
    ...shared,
    wants: wantedBy(policies),
    rank: rankBy(policies),
    lookups: [],
    done: new Set(done),
    onDone: (resource) => done.add(resource),
  });
  return {
    source,
    api,
    async fetch(kind) {
      const same = (one: { group: string; kind: string }): boolean =>
        one.group === kind.group && one.kind === kind.kind;
      const only = clusterSource({ ...shared, wants: same, lookups: [] });
      const objects: JsonObject[] = [];
      for await (const page of only.pages()) {
        if (page.failures.length > 0) return undefined;
        objects.push(...page.objects.map(({ object }) => object));
      }
      return objects;
    },
    close: () => api.close(),
  };
}

const isClean = ({ violations, exempt, exemptions, results }: CheckedObject): boolean =>
  violations.length === 0 &&
  exempt === '' &&
  exemptions.length === 0 &&
  !results.some(({ result }) => result === 'error');

/** Objects with something to say are kept, so many at most; the rest is counted. */
const MAX_KEPT = 50_000;

interface Kept {
  readonly objects: CheckedObject[];
  readonly others: { clean: number; excluded: Map<string, number> };
  denied: number;
  unkept: number;
}

function keep(object: CheckedObject, into: Kept): void {
  if (object.violations.some(({ action }) => action === 'deny')) into.denied++;
  if (isClean(object)) into.others.clean++;
  else if (object.exempt !== '') {
    const { excluded } = into.others;
    excluded.set(object.exempt, (excluded.get(object.exempt) ?? 0) + 1);
  } else if (into.objects.length < MAX_KEPT) into.objects.push(object);
  else into.unkept++;
}

async function render(
  report: CheckReport,
  notes: readonly string[],
  options: AuditOptions,
  now: number,
  io: Io,
): Promise<string> {
  const { output } = options;
  switch (output) {
    case 'text':
      return renderText(report, {
        style: createStyle(io.colours),
        limit: options.all === true ? Number.POSITIVE_INFINITY : 50,
        groupBy: options.groupBy,
      });
    case 'json':
      return renderJson(report);
    case 'sarif':
      return renderSarif(report, VERSION);
    case 'junit':
      return renderCheckJunit(report);
    case 'markdown':
      return renderMarkdown(report);
    case 'html':
      return renderCheckHtml(report, VERSION, notes);
    default: {
      const documents = await Promise.all(policyReports(report, output, now).map((one) => toYaml(one)));
      return documents.join('---\n');
    }
  }
}

/** What the reader has to know: what is missing, what could not be audited. */
function notesOf({ failures, notAuditable, finished }: SweepResult, { unkept }: Kept): readonly string[] {
  return [
    ...failures.map(({ what, message }) => (message.includes(what) ? message : `${what}: ${message}`)),
    ...(finished ? [] : ['stopped before the end']),
    ...[...notAuditable].map(
      ([policy, { reason, objects }]) => `${policy}: ${reason} (${count(objects, 'object')})`,
    ),
    ...(unkept === 0 ? [] : [`${count(unkept, 'object')} more with violations are counted and not shown`]),
  ];
}

/** One sweep; `signal` ends it early. */
async function auditOnce(
  paths: readonly string[],
  options: AuditOptions,
  { signal, afterPage }: { readonly signal: AbortSignal; afterPage(objects: number): void },
  io: Io,
): Promise<ExitCode> {
  const started = performance.now();
  const { config, settings: governance, exemptions } = await readGovernance(options, io);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const before =
    options.state === undefined ? { ok: true as const, state: EMPTY_STATE } : await readState(options.state);
  if (!before.ok) throw new CommandError(before.message);
  const done = new Set(before.state.done);
  const opened: Opened =
    options.cluster === true
      ? await openCluster(options, policies, done)
      : { source: fileSource(paths), close: () => undefined };
  const now = timeOf(options.now, io);
  const kept: Kept = { objects: [], others: { clean: 0, excluded: new Map() }, denied: 0, unkept: 0 };
  const progress = createSweepProgress(io);
  // Reports count what passed as well, so everything is kept for them.
  const reports =
    options.output === 'policyreport' ||
    options.output === 'openreports' ||
    options.output === 'junit' ||
    options.publish !== undefined;
  let result: SweepResult;
  try {
    result = await sweep({
      source: opened.source,
      policies,
      settings: engineSettings(config),
      exemptions,
      shard: shardOf(options.shard),
      defaultNamespace: options.namespace,
      now,
      nextId: createUlidGenerator(),
      signal,
      ...(opened.fetch === undefined ? {} : { fetch: opened.fetch }),
      onDecision(decision, origin) {
        const results = ruleResults(decision).filter(({ result: one }) => reports || one === 'error');
        const object = checkedObject(decision, results, origin);
        if (reports) kept.objects.push(object);
        else keep(object, kept);
        if (reports && object.violations.some(({ action }) => action === 'deny')) kept.denied++;
      },
      onPage(objects) {
        afterPage(objects);
        progress.show(objects);
      },
    });
  } finally {
    progress.end();
  }
  const report: CheckReport = {
    objects: kept.objects,
    others: kept.others,
    policies: policies.policies,
    policySetDigest: policies.digest,
    milliseconds: performance.now() - started,
  };
  const notes = notesOf(result, kept);
  await io.write(await render(report, notes, options, now, io));
  for (const note of notes) io.warn(note);
  const whole = result.finished && result.failures.length === 0;
  const found = toldViolations(kept.objects);
  const fresh = newViolations(found, before.state);
  const told = await tell({ report, fresh, objects: result.objects, whole, now }, options, opened.api, io);
  opened.close();
  let saved = true;
  if (options.state !== undefined)
    saved = await save(
      options.state,
      trackFindings(
        before.state,
        summariesOf(found),
        now,
        whole && options.shard === undefined,
        whole ? [] : [...done],
      ),
      before.state,
      io,
    );
  if (!whole || !saved || !told) return EXIT.unreachable;
  return kept.denied > 0 && options.exitZero !== true ? EXIT.denied : EXIT.ok;
}

const summariesOf = (found: ReadonlyMap<string, ToldViolation>): ReadonlyMap<string, string> =>
  new Map(
    [...found].map(([id, { kind, namespace, name, rule, message }]) => [
      id,
      `${kind} ${namespace === '' ? name : `${namespace}/${name}`}: ${rule}: ${message}`,
    ]),
  );

/** The time between two sweeps; undefined: there is only one. */
function everyOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const parsed = parseSettingDuration(text);
  if (parsed.ok && parsed.milliseconds >= 1_000) return parsed.milliseconds;
  throw new CommandError(`--every must be a length of time of at least 1s, such as 10m, found ${text}`);
}

/** Waits, or until it is told to stop. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const LEASE = 15_000;

/** Takes part in the election of who sweeps, where several do; undefined where nobody asked for one. */
async function electionOf(
  options: AuditOptions,
  io: Io,
): Promise<{ election: Election; api: Api } | undefined> {
  if (options.leaderElect === undefined) return undefined;
  const [namespace = '', name = ''] = options.leaderElect.split('/');
  if (namespace === '' || name === '')
    throw new CommandError(`--leader-elect must be NAMESPACE/NAME of a Lease, found ${options.leaderElect}`);
  const api = await openApi(options);
  const election = takePart({
    ...{ api, namespace, name, duration: LEASE, renewEvery: LEASE / 3 },
    identity: `${hostname()}-${process.pid}`,
    monotonic: performance.now.bind(performance),
    now: Date.now,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds).unref()),
    onChange: (leads) => io.warn(leads ? 'this process sweeps' : 'another process sweeps'),
    onProblem: (message) => io.warn(message),
  });
  return { election, api };
}

/** Watches for a while, or until it is told to stop. */
async function watchFor(
  milliseconds: number | undefined,
  options: AuditOptions,
  signal: AbortSignal,
  io: Io,
): Promise<void> {
  const { config, settings: governance, exemptions } = await readGovernance(options, io);
  const policies = await requirePolicies(options.policies, config.parameters, io, governance.risks);
  const { watchAudit } = await import('./audit-watch.js');
  const api = await openApi(options);
  const ends =
    milliseconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  try {
    await watchAudit(
      {
        ...{ api, policies, exemptions, settings: engineSettings(config), wants: wantedBy(policies) },
        ...{ notify: options.notify, notifyFormat: options.notifyFormat, signal: ends },
      },
      io,
    );
  } finally {
    api.close();
  }
}

/** Sweeps once, or again and again until it is told to stop; the last result is the command's. */
async function audit(paths: readonly string[], options: AuditOptions, io: Io): Promise<ExitCode> {
  const afterPage = keepMemorySteady();
  if (options.cluster !== true && paths.length === 0)
    throw new CommandError('say what to audit: files and folders, or --cluster');
  if (options.watch === true && options.cluster !== true) throw new CommandError('--watch needs --cluster');
  const every = everyOf(options.every);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const elected = await electionOf(options, io);
  let code: ExitCode = EXIT.ok;
  try {
    for (;;) {
      if (elected === undefined || elected.election.leads) {
        code = await auditOnce(paths, options, { signal: stopping.signal, afterPage }, io);
        if (every === undefined && options.watch !== true) break;
        if (options.watch === true) await watchFor(every, options, stopping.signal, io);
        else await pause(every ?? 0, stopping.signal);
      } else await pause(1_000, stopping.signal);
      if (stopping.signal.aborted) break;
    }
  } finally {
    await elected?.election.close();
    elected?.api.close();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
  return code;
}

/** Keeps the state and says what changed since the run before. */
async function save(file: string, state: SweepState, before: SweepState, io: Io): Promise<boolean> {
  const all = [...state.findings.values()];
  const fresh = all.filter(({ id, resolved }) => resolved === '' && before.findings.get(id)?.resolved !== '');
  const isNew = fresh.filter(
    ({ id }) => !before.findings.has(id) || before.findings.get(id)?.resolved !== '',
  );
  const gone = all.filter(({ id, resolved }) => resolved !== '' && before.findings.get(id)?.resolved === '');
  if (before.findings.size > 0) io.warn(`since the last run: ${isNew.length} new, ${gone.length} resolved`);
  try {
    await writeState(file, state);
    return true;
  } catch (error) {
    io.warn(`${file}: could not be written, the state of the last run stays: ${(error as Error).message}`);
    return false;
  }
}

export const auditCommand: CommandModule = {
  register(program, io, run) {
    withCluster(
      program
        .command('audit')
        .summary('sweep a cluster, a dump or manifests for what breaks policies')
        .description(
          'Judges every object as if it were created now, by the same policies and exceptions as the webhook. A policy that needs the requester or the object before is reported as not auditable. Exit code 3: the sweep is not whole.',
        )
        .argument('[paths...]', 'dumps and manifests: files or folders'),
    )
      .option('--shard <index/count>', 'only this part of the objects, for an Indexed Job')
      .option('--state <file>', 'remembers first seen, last seen and resolved from run to run')
      .option('--group-by <what>', 'text: namespace, owner or policy')
      .option('-n, --namespace <name>', 'namespace of objects that state none', 'default')
      .option('--all', 'show every object, not only the first 50')
      .option('--every <duration>', 'sweep again and again, with this time between')
      .option('--watch', 'between sweeps, judge every object that is written as it comes')
      .option('--leader-elect <namespace/name>', 'of several, only the holder of this Lease sweeps')
      .addOption(
        new Option('--publish <reports>', 'write reports into the cluster, those that changed').choices([
          'policyreport',
          'openreports',
        ]),
      )
      .option('--events', 'record new violations as Events of their objects')
      .option('--notify <url>', 'tell a webhook of new violations; needs --state to know which are new')
      .addOption(new Option('--notify-format <format>', 'how').choices(['json', 'slack']).default('json'))
      .option('--metrics-file <file>', "figures for Prometheus' text file collector")
      .option('--exit-zero', 'findings are no failure: only a sweep that is not whole is')
      .addOption(policiesOption())
      .addOption(exceptionsOption())
      .addOption(configOption())
      .addOption(nowOption())
      .addOption(outputOption(FORMATS, 'text'))
      .addHelpText(
        'after',
        examples(
          'warder audit --cluster',
          'warder audit dump/ --group-by namespace',
          'warder audit --cluster --output html > audit.html',
          'warder audit --cluster --shard $JOB_COMPLETION_INDEX/8 --output policyreport',
        ),
      )
      .action((paths: string[], options: AuditOptions) => run(() => audit(paths, options, io)));
  },
};
