// How far a sweep is, on a terminal; how much is left nobody knows before the end.
import type { Io } from './io.js';

export interface SweepProgress {
  show(objects: number): void;
  end(): void;
}

const FIRST_AFTER = 1_000;
const EVERY = 200;

export function createSweepProgress(io: Io): SweepProgress {
  const started = performance.now();
  let shownAt = started + FIRST_AFTER - EVERY;
  let shown = false;
  return {
    show(objects) {
      const now = performance.now();
      if (!io.isTerminal || now - shownAt < EVERY) return;
      shownAt = now;
      shown = true;
      const rate = Math.round(objects / ((now - started) / 1000));
      process.stderr.write(`\r\u001b[Kaudited ${objects.toLocaleString('en')} objects, ${rate}/s`);
    },
    end() {
      if (shown) process.stderr.write('\r\u001b[K');
    },
  };
}
