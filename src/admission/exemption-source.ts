// Exceptions and emergencies in force: loaded from files, swapped whole when they change. Nobody is exempt by a file that cannot
// be read whole, since a revocation may be what is missing.
import type { Logger } from 'pino';
import {
  type ExemptionState,
  emptyState,
  readExemptionState,
  type StateSettings,
  withClusterDocuments,
} from '../breakglass/index.js';
import { readAllFiles } from '../files.js';
import { formatProblem, type Problem } from '../policy/index.js';
import type { ClusterObjects } from './cluster-objects.js';
import type { Metrics } from './metrics.js';
import { type FileWatcher, watchFiles } from './watch-files.js';

/** What is written in the cluster besides. */
export type ClusterDocumentSource = Pick<ClusterObjects, 'exceptions' | 'emergencies'>;

export interface ExemptionSource {
  readonly state: ExemptionState;
  /** Problems of the last reload; not empty means that an older state, or none, is in force. */
  readonly problems: readonly Problem[];
  /** Reads the files again now; true where the new state is in force. */
  reload(): Promise<boolean>;
  /** Takes what the cluster says now; the files are not read again. */
  refresh(): void;
  follow(interval: number): void;
  close(): void;
}

async function load(files: readonly string[], settings: StateSettings) {
  if (files.length === 0) return { state: emptyState(settings), problems: [] };
  const read = await readAllFiles(files);
  const { state, problems } = readExemptionState(read.documents, settings);
  return { state, problems: [...read.problems, ...problems].filter(({ level }) => level === 'error') };
}

/** Loads the files; at start a problem means that nobody is exempt, later that what was in force stays. */
export async function openExemptionSource(
  files: readonly string[],
  settings: StateSettings,
  metrics: Metrics,
  log: Logger,
  cluster?: ClusterDocumentSource,
): Promise<ExemptionSource> {
  /** What the files say, and with what the cluster says. */
  let fromFiles = emptyState(settings);
  let state = fromFiles;
  const combine = (): void => {
    if (cluster === undefined) {
      state = fromFiles;
      return;
    }
    const documents = { exceptions: cluster.exceptions(), emergencies: cluster.emergencies() };
    const combined = withClusterDocuments(fromFiles, documents, settings);
    for (const problem of combined.problems)
      log.error({ problem: formatProblem(problem) }, 'an exception of the cluster was left out');
    state = combined.state;
  };
  let problems: readonly Problem[] = [];
  let watcher: FileWatcher | undefined;
  const source: ExemptionSource = {
    get state() {
      return state;
    },
    get problems() {
      return problems;
    },
    async reload() {
      const loaded = await load(files, settings);
      problems = loaded.problems;
      metrics.reload('exemptions', problems.length === 0);
      for (const problem of problems)
        log.error(
          { problem: formatProblem(problem) },
          'exceptions could not be read whole: what was in force stays',
        );
      if (problems.length > 0) return false;
      fromFiles = loaded.state;
      combine();
      const { register, windows } = state;
      log.info(
        { exceptions: register.grants.length, keys: register.ring.keys.length, windows: windows.length },
        'exceptions loaded',
      );
      return true;
    },
    refresh: combine,
    follow(interval) {
      if (files.length > 0) watcher ??= watchFiles(files, interval, () => void source.reload());
    },
    close: () => watcher?.close(),
  };
  if (files.length > 0) await source.reload();
  return source;
}
