// Decisions of offline commands written to a decision log, as a server would.
import {
  appendItemLine,
  type GovernanceSettings,
  itemDigest,
  itemLine,
  reviewItemOf,
} from '../breakglass/index.js';
import type { Config } from '../config.js';
import type { Decision } from '../engine/index.js';
import { createUlidGenerator } from '../kubernetes/index.js';
import { createRuleLists, openFileSink, openLog, recordOf } from '../record/index.js';
import { itemsFile } from './breakglass-items.js';
import { CommandError, EXIT, type Io } from './io.js';
import { VERSION } from './version.js';

export interface Recording {
  /** Writes the record of a decision, and the review item it leaves. `seconds` is the time it took. */
  record(decision: Decision, now: number, seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the log of a folder for appending. Every record waits for its place: nothing is dropped offline. */
export async function openRecording(
  folder: string,
  config: Config,
  settings: GovernanceSettings,
  now: () => number,
  io: Io,
): Promise<Recording> {
  const file = await openFileSink({
    folder,
    rotateBytes: config['record.rotateBytes'],
    retention: undefined,
    id: createUlidGenerator()(now()),
  }).catch((error: unknown) => {
    throw new CommandError(error instanceof Error ? error.message : String(error), EXIT.unreachable);
  });
  const log = openLog({
    sinks: [file],
    file,
    queueRecords: 2_000,
    queueBytes: 512 * 1024 * 1024,
    checkpointRecords: config['record.checkpointRecords'],
    checkpointInterval: 3_600_000,
    key: undefined,
    id: file.id,
    version: VERSION,
    now,
    onCheckpoint: () => undefined,
    onProblem: (sink, error) =>
      io.warn(`${folder}: ${sink}: ${error instanceof Error ? error.message : String(error)}`),
  });
  const lists = createRuleLists(`${now().toString(36)}-`);
  const recording = { objects: config['record.objects'], risks: settings.risks };
  return {
    async record(decision, time, seconds) {
      const item = reviewItemOf(decision, time, settings.risks);
      const line = item === undefined ? undefined : itemLine(item);
      if (line !== undefined) await appendItemLine(itemsFile(folder), line);
      const list = lists.of(decision);
      if (list.isNew) log.append(JSON.stringify(list.definition));
      const sent = { allowed: decision.allowed, code: decision.denial?.code, delivered: true };
      const more = line === undefined ? {} : { reviewItem: itemDigest(line) };
      log.append(JSON.stringify(recordOf(decision, sent, time, seconds, list.id, recording, more)));
      if (log.statistics().waiting >= 1_000) await log.flush();
    },
    close: () => log.close(),
  };
}
