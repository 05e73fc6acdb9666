// Progress on a terminal for anything over a second; silent in a pipe.
import type { Io } from './io.js';

export interface Progress {
  /** One more is done. Lets the process breathe now and then, so that signals are heard. */
  step(): Promise<void> | void;
  end(): void;
}

const FIRST_AFTER = 1_000;
const EVERY = 200;

export function startProgress(what: string, total: number, io: Io): Progress {
  const started = io.now();
  let done = 0;
  let shownAt = started + FIRST_AFTER - EVERY;
  let shown = false;
  return {
    step() {
      done++;
      if (done % 64 !== 0) return;
      const now = io.now();
      if (now - shownAt < EVERY || !io.isTerminal) return;
      shownAt = now;
      shown = true;
      const rate = done / ((now - started) / 1000);
      const left = Math.ceil((total - done) / rate);
      process.stderr.write(`\r\u001b[K${what} ${done} of ${total}, ${Math.round(rate)}/s, ${left} s left`);
      return new Promise((resolve) => setImmediate(resolve));
    },
    end() {
      if (shown) process.stderr.write('\r\u001b[K');
    },
  };
}
