// Writes the decision log to a folder: appended to, rotated by size, removed by age. One process a folder.
import { type FileHandle, mkdir, open, readFile, stat, truncate, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../kubernetes/index.js';
import { type ChainHead, GENESIS } from './chain.js';
import { listSegments, readEnd, type Segment, segmentPath } from './segments.js';
import type { Sink } from './sink.js';

export interface FileSinkOptions {
  readonly folder: string;
  /** Bytes after which the next segment begins. */
  readonly rotateBytes: number;
  /** Id of the log, where the folder holds none yet. */
  readonly id: string;
  /** Segments whose last line is older are removed, in milliseconds; undefined: none is. */
  readonly retention: number | undefined;
}

/** What retention removed: written into the log, so that a log that begins later is not taken for one that was cut. */
export interface Removed {
  readonly through: number;
  readonly hash: string;
}

export interface FileSink extends Sink {
  /** Id of the log in this folder. */
  readonly id: string;
  /** Where the chain stood when the folder was opened. */
  readonly head: ChainHead;
  /** Time of the last line found, milliseconds since the epoch; the clock cannot have been later than this and be right. */
  readonly lastTime: number;
  /** Lines to write first: what had to be repaired. */
  readonly notes: readonly JsonObject[];
  /** Removes segments that are past retention, after `announce` has written down what will be gone. */
  prune(now: number, announce: (removed: Removed) => Promise<void>): Promise<void>;
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it runs, as another user
  }
};

/** Two writers would fork the chain: a lock file names the process that has the folder. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(path, `${process.pid}\n`, { flag: 'wx' });
      return () => unlink(path).catch(() => undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // only read, whatever was thrown
      const owner = Number(await readFile(path, 'utf8').catch(() => ''));
      if (owner !== process.pid && owner > 0 && isRunning(owner))
        throw new Error(`${folder} is written by process ${owner}; every server needs a folder of its own`);
      await unlink(path).catch(() => undefined);
    }
  }
  throw new Error(`${path} cannot be taken over`);
}

/** The id of the log in a folder, kept beside it; a new one is given it once. */
async function idOf(folder: string, fresh: string): Promise<string> {
  const path = join(folder, 'log-id');
  const known = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (known !== '') return known;
  await writeFile(path, `${fresh}\n`, { mode: 0o600 });
  return fresh;
}

async function endOf(
  segment: Segment | undefined,
): Promise<{ head: ChainHead; time: number; notes: JsonObject[] }> {
  if (segment === undefined) return { head: GENESIS, time: 0, notes: [] };
  const { head, time, complete, size } = await readEnd(segment);
  if (complete === size) return { head, time, notes: [] };
  await truncate(segment.path, complete);
  return { head, time, notes: [{ type: 'repaired', bytes: size - complete }] };
}

/** Opens a folder for appending. Throws where it cannot: another process has it, or it may not be written. */
export async function openFileSink(options: FileSinkOptions): Promise<FileSink> {
  const { folder, rotateBytes, retention } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = await lock(folder);
  const id = await idOf(folder, options.id);
  const segments = [...(await listSegments(folder))];
  const { head, time, notes } = await endOf(segments.at(-1));
  let file: FileHandle | undefined;
  let size = 0;
  let next = head.seq + 1;
  const openSegment = async (): Promise<FileHandle> => {
    const last = segments.at(-1);
    const used = last === undefined ? rotateBytes : (await stat(last.path)).size;
    if (last === undefined || used >= rotateBytes)
      segments.push({ path: segmentPath(folder, next), first: next });
    size = used >= rotateBytes ? 0 : used;
    return open(segments.at(-1)?.path ?? '', 'a', 0o600);
  };
  const closeSegment = async (): Promise<void> => {
    const closing = file;
    file = undefined;
    await closing?.datasync();
    await closing?.close();
  };
  return {
    name: 'file',
    id,
    head,
    lastTime: time,
    notes,
    async write(lines) {
      if (size >= rotateBytes) await closeSegment();
      file ??= await openSegment();
      const bytes = Buffer.from(`${lines.join('\n')}\n`);
      const path = segments.at(-1)?.path ?? '';
      await file.appendFile(bytes).catch(async (error: unknown) => {
        // What was written in part is taken back, since the lines are offered again as a whole.
        await truncate(path, size).catch(() => undefined);
        throw error;
      });
      size += bytes.length;
      next += lines.length;
    },
    async prune(now, announce) {
      const expired: Segment[] = [];
      let removed: Removed | undefined;
      for (const segment of retention === undefined ? [] : segments.slice(0, -1)) {
        const end = await readEnd(segment);
        if (end.time === 0 || now - end.time <= (retention ?? 0)) break;
        expired.push(segment);
        removed = { through: end.head.seq, hash: end.head.hash };
      }
      if (removed === undefined) return;
      await announce(removed);
      for (const { path } of expired) await unlink(path);
      segments.splice(0, expired.length);
    },
    async close() {
      await closeSegment();
      await unlock();
    },
  };
}
