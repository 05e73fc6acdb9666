// Notices changes of files and folders: by the system's events where there are any, and by looking now and then, since a
// ConfigMap's files change by a swapped link and network file systems send no events.
import { createHash } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FileWatcher {
  /** Stops watching; no callback comes after it. */
  close(): void;
}

const SETTLE = 100;
const MAX_ENTRIES = 20_000;

async function describe(path: string, into: string[]): Promise<void> {
  if (into.length > MAX_ENTRIES) return;
  try {
    const entry = await stat(path);
    into.push(`${path} ${entry.ino} ${entry.size} ${entry.mtimeMs}`);
    if (!entry.isDirectory()) return;
    const link = await readlink(join(path, '..data')).catch(() => '');
    into.push(link);
    for (const name of (await readdir(path)).sort())
      if (!name.startsWith('.')) await describe(join(path, name), into);
  } catch (error) {
    into.push(`${path} ${String((error as { code?: unknown }).code)}`); // only read, whatever it is
  }
}

/** A text that changes whenever a file at or below the paths does. */
async function signatureOf(paths: readonly string[]): Promise<string> {
  const entries: string[] = [];
  for (const path of paths) await describe(path, entries);
  return createHash('sha256').update(entries.join('\n')).digest('hex');
}

function listen(path: string, changed: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(path, { recursive: true, persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}

/** Calls `changed` after the files at `paths` have changed and settled; at the latest `interval` milliseconds after. */
export function watchFiles(paths: readonly string[], interval: number, changed: () => void): FileWatcher {
  let closed = false;
  let last: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const signature = await signatureOf(paths);
    if (closed) return;
    if (last !== undefined && signature !== last) changed();
    last = signature;
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE);
  };
  void look();
  const watchers = paths.map((path) => listen(path, soon));
  const poll = setInterval(() => void look(), interval);
  poll.unref();
  return {
    close() {
      closed = true;
      clearInterval(poll);
      clearTimeout(timer);
      for (const watcher of watchers) watcher?.close();
    },
  };
}
