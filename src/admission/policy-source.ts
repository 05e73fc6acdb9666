// The policy set in force: loaded from files, swapped whole when they change, the last good one kept when they are broken.
import type { Logger } from 'pino';
import { isTestFile, readAllFiles, type SourceDocument } from '../files.js';
import {
  type ClusterContext,
  contextFromObjects,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../kubernetes/index.js';
import {
  formatProblem,
  isAllExtended,
  isInDefaultSet,
  loadPolicies,
  type PolicySet,
  type Problem,
  type RiskTable,
} from '../policy/index.js';
import type { ClusterObjects } from './cluster-objects.js';
import type { Metrics } from './metrics.js';
import { type FileWatcher, watchFiles } from './watch-files.js';

export interface PolicyFiles {
  readonly policies: readonly string[];
  /** Whether of a file only what belongs to the default set is taken: the bundled policies nobody asked for by name. */
  defaultSetOnly(file: string): boolean;
  readonly context: readonly string[];
  readonly parameters: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>;
  /** How dangerous which change is. */
  readonly risks: RiskTable;
  /** What is written in the cluster besides. */
  readonly cluster?: Pick<ClusterObjects, 'policies' | 'namespaces'> | undefined;
}

/** What reviews are judged by, and how its last reload went. */
export interface PolicySource {
  readonly set: PolicySet;
  readonly context: ClusterContext;
  /** Problems of the last reload; not empty means that an older set, or a part of the files, is in force. */
  readonly problems: readonly Problem[];
  /** Reads the files again now; true where the new set is in force. */
  reload(): Promise<boolean>;
  /** Takes what the cluster says now; the files are not read again. */
  refresh(part: 'policies' | 'context'): void;
  /** Follows changes of the files until closed. */
  follow(interval: number): void;
  close(): void;
}

interface Loaded {
  readonly set: PolicySet;
  readonly context: ClusterContext;
  readonly problems: readonly Problem[];
}

/** What the files hold, kept so that a change in the cluster need not read them again. */
interface Read {
  readonly documents: readonly SourceDocument[];
  readonly contextObjects: readonly JsonObject[];
  readonly problems: readonly Problem[];
}

async function read(files: PolicyFiles): Promise<Read> {
  const policies = await readAllFiles(files.policies, {
    accepts: (file) => !isTestFile(file),
    skips: (text, file) => files.defaultSetOnly(file) && isAllExtended(text),
  });
  const documents = policies.documents.filter(
    (document) => !files.defaultSetOnly(document.file) || isInDefaultSet(document),
  );
  const context = await readAllFiles(files.context);
  const contextObjects = context.documents
    .map(({ value }) => value)
    .filter((value): value is JsonObject => isJsonObject(value));
  return { documents, contextObjects, problems: [...policies.problems, ...context.problems] };
}

/** Of the cluster: one broken policy there is left out and reported, and does not disturb the rest. */
const isOfCluster = ({ position }: Problem): boolean => position.file.startsWith('cluster:');

function build(files: PolicyFiles, { documents, contextObjects, problems }: Read): Loaded {
  const { parameters, risks, cluster } = files;
  const all = [...documents, ...(cluster?.policies() ?? [])];
  const loaded = loadPolicies(all, { parameters, risks });
  return {
    set: loaded.set,
    context: contextFromObjects([...contextObjects, ...(cluster?.namespaces() ?? [])]),
    problems: [...problems, ...loaded.problems].filter(({ level }) => level === 'error'),
  };
}

/**
 * Loads the files once. Broken policies are left out and reported, the others are in force; a later reload is taken
 * only whole, so that a mistake never weakens what is already in force.
 */
export async function openPolicySource(
  files: PolicyFiles,
  metrics: Pick<Metrics, 'policySet' | 'reload'>,
  log: Logger,
  now: () => number,
): Promise<PolicySource> {
  let known = await read(files);
  let current = build(files, known);
  let problems = current.problems;
  let watcher: FileWatcher | undefined;
  const tell = (what: string): void => {
    for (const problem of problems) log.error({ problem: formatProblem(problem) }, what);
  };
  const take = (loaded: Loaded): void => {
    const before = current.set.digest;
    current = loaded;
    metrics.policySet(current.set, now());
    log.info(
      { digest: current.set.digest, before, policies: current.set.policies.length },
      'policies reloaded',
    );
  };
  tell('a policy was left out');
  metrics.policySet(current.set, now());
  metrics.reload('policies', problems.length === 0);
  const source: PolicySource = {
    get set() {
      return current.set;
    },
    get context() {
      return current.context;
    },
    get problems() {
      return problems;
    },
    async reload() {
      const fresh = await read(files);
      const loaded = build(files, fresh);
      problems = loaded.problems;
      const broken = problems.some((problem) => !isOfCluster(problem));
      metrics.reload('policies', !broken);
      if (broken) {
        tell('reload failed, the last good policy set stays in force');
        return false;
      }
      known = fresh;
      take(loaded);
      return true;
    },
    refresh(part) {
      if (part === 'context') {
        const objects = [...known.contextObjects, ...(files.cluster?.namespaces() ?? [])];
        current = { ...current, context: contextFromObjects(objects) };
        return;
      }
      const loaded = build(files, known);
      problems = loaded.problems;
      tell('a policy was left out');
      take(loaded);
    },
    follow(interval) {
      watcher ??= watchFiles([...files.policies, ...files.context], interval, () => void source.reload());
    },
    close: () => watcher?.close(),
  };
  return source;
}
