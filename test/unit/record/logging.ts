// A log over memory or a folder of its own, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DecisionLog, type LogOptions, openLog, type Sink } from '../../../src/record/index.js';

export const T0 = Date.parse('2026-11-21T12:00:00Z');

/** A sink that keeps lines, and fails when told to. */
export function memorySink(name = 'memory') {
  const lines: string[] = [];
  let failing = false;
  const sink: Sink = {
    name,
    write: async (more) => {
      if (failing) throw new Error('full');
      lines.push(...more);
    },
    close: async () => undefined,
  };
  const fail = (now: boolean): void => {
    failing = now;
  };
  return { sink, lines, fail };
}

export function logOver(sinks: LogOptions['sinks'], part: Partial<LogOptions> = {}): DecisionLog {
  return openLog({
    sinks,
    file: undefined,
    queueRecords: 10_000,
    queueBytes: 64 * 1024 * 1024,
    checkpointRecords: 1_000,
    checkpointInterval: 3_600_000,
    key: undefined,
    id: 'LOG1',
    version: 'test',
    now: () => T0,
    onCheckpoint: () => undefined,
    onProblem: () => undefined,
    ...part,
  });
}

/** A folder that is gone after the test. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'warder-record-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const body = (id: string, part: object = {}): string =>
  JSON.stringify({ type: 'decision', time: '2026-11-21T12:00:00Z', id, ...part });
