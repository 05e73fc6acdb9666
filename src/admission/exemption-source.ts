// Exceptions and emergencies in force: loaded from files, swapped whole when they change. Nobody is exempt by a file that cannot
// be read whole, since a revocation may be what is missing.
import type { Logger } from 'pino';
import {
  type ExemptionState,
  emptyState,
  readExemptionState,
  type StateSettings,
} from '../breakglass/index.js';
import { readAllFiles } from '../files.js';
import { formatProblem, type Problem } from '../policy/index.js';
import type { Metrics } from './metrics.js';
import { type FileWatcher, watchFiles } from './watch-files.js';

export interface ExemptionSource {
  readonly state: ExemptionState;
  /** Problems of the last reload; not empty means that an older state, or none, is in force. */
  readonly problems: readonly Problem[];
  /** Reads the files again now; true where the new state is in force. */
  reload(): Promise<boolean>;
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
): Promise<ExemptionSource> {
  let state = emptyState(settings);
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
      state = loaded.state;
      const { register, windows } = state;
      log.info(
        { exceptions: register.grants.length, keys: register.ring.keys.length, windows: windows.length },
        'exceptions loaded',
      );
      return true;
    },
    follow(interval) {
      if (files.length > 0) watcher ??= watchFiles(files, interval, () => void source.reload());
    },
    close: () => watcher?.close(),
  };
  if (files.length > 0) await source.reload();
  return source;
}
