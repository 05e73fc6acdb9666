// The policy set in force: loaded from files, swapped whole when they change, the last good one kept when they are broken.
import type { Logger } from 'pino';
import { isTestFile, readAllFiles } from '../files.js';
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
}

/** What reviews are judged by, and how its last reload went. */
export interface PolicySource {
  readonly set: PolicySet;
  readonly context: ClusterContext;
  /** Problems of the last reload; not empty means that an older set, or a part of the files, is in force. */
  readonly problems: readonly Problem[];
  /** Reads the files again now; true where the new set is in force. */
  reload(): Promise<boolean>;
  /** Follows changes of the files until closed. */
  follow(interval: number): void;
  close(): void;
}

interface Loaded {
  readonly set: PolicySet;
  readonly context: ClusterContext;
  readonly problems: readonly Problem[];
}

async function load(files: PolicyFiles): Promise<Loaded> {
  const policies = await readAllFiles(files.policies, {
    accepts: (file) => !isTestFile(file),
    skips: (text, file) => files.defaultSetOnly(file) && isAllExtended(text),
  });
  const documents = policies.documents.filter(
    (document) => !files.defaultSetOnly(document.file) || isInDefaultSet(document),
  );
  const { set, problems } = loadPolicies(documents, { parameters: files.parameters, risks: files.risks });
  const context = await readAllFiles(files.context);
  const objects = context.documents
    .map(({ value }) => value)
    .filter((value): value is JsonObject => isJsonObject(value));
  return {
    set,
    context: contextFromObjects(objects),
    problems: [...policies.problems, ...context.problems, ...problems].filter(
      ({ level }) => level === 'error',
    ),
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
  let current = await load(files);
  let problems = current.problems;
  let watcher: FileWatcher | undefined;
  const tell = (what: string): void => {
    for (const problem of problems) log.error({ problem: formatProblem(problem) }, what);
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
      const loaded = await load(files);
      problems = loaded.problems;
      metrics.reload('policies', problems.length === 0);
      if (problems.length > 0) {
        tell('reload failed, the last good policy set stays in force');
        return false;
      }
      const before = current.set.digest;
      current = loaded;
      metrics.policySet(current.set, now());
      log.info(
        { digest: current.set.digest, before, policies: current.set.policies.length },
        'policies reloaded',
      );
      return true;
    },
    follow(interval) {
      watcher ??= watchFiles([...files.policies, ...files.context], interval, () => void source.reload());
    },
    close: () => watcher?.close(),
  };
  return source;
}
