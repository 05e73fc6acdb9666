// The files of a decision log: a folder of segments, each named by the number of its first line, so that order and gaps show in
// their names. Segments are only appended to, and removed whole.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isJsonObject, parseJsonText } from '../kubernetes/index.js';
import { type ChainHead, GENESIS, hashLine } from './chain.js';

const NAME = /^decisions-(\d{12})\.ndjson$/;

export interface Segment {
  readonly path: string;
  /** Number of its first line. */
  readonly first: number;
}

export const segmentPath = (folder: string, first: number): string =>
  join(folder, `decisions-${String(first).padStart(12, '0')}.ndjson`);

/** The segments of a folder in order; none where there is no folder. */
export async function listSegments(folder: string): Promise<readonly Segment[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return names
    .flatMap((name) => {
      const first = NAME.exec(name)?.[1];
      return first === undefined ? [] : [{ path: join(folder, name), first: Number(first) }];
    })
    .sort((a, b) => a.first - b.first);
}

/** What is known of the end of a segment. */
export interface SegmentEnd {
  readonly head: ChainHead;
  /** Milliseconds since the epoch, from the last line that states one; 0 where none does. */
  readonly time: number;
  /** Length in bytes up to the last complete line; less than the file where a write was cut off. */
  readonly complete: number;
  readonly size: number;
}

const TAIL = 1024 * 1024;

const timeOf = (value: unknown): number =>
  isJsonObject(value) && typeof value.time === 'string' ? Date.parse(value.time) || 0 : 0;

/** Reads the last line of a segment: its number and hash are where the chain goes on. */
export async function readEnd(segment: Segment): Promise<SegmentEnd> {
  const { size } = await stat(segment.path);
  const file = await open(segment.path, 'r');
  try {
    for (let length = Math.min(size, TAIL); ; length = Math.min(size, length * 8)) {
      const buffer = Buffer.alloc(length);
      await file.read(buffer, 0, length, size - length);
      const end = buffer.lastIndexOf(0x0a);
      const start = end < 0 ? -1 : buffer.lastIndexOf(0x0a, end - 1);
      if (end >= 0 && (start >= 0 || length === size)) {
        const line = buffer.toString('utf8', start + 1, end);
        const parsed = parseJsonText(line);
        const value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
        const seq = typeof value.seq === 'number' ? value.seq : segment.first - 1;
        return {
          head: { seq, hash: hashLine(line) },
          time: timeOf(value),
          complete: size - length + end + 1,
          size,
        };
      }
      if (length === size)
        return { head: { ...GENESIS, seq: segment.first - 1 }, time: 0, complete: 0, size };
    }
  } finally {
    await file.close();
  }
}
