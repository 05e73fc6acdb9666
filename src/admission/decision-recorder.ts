// Opens the decision log of a server as it is configured: its sinks, its key, where checkpoints are anchored.
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { createUlidGenerator } from '../kubernetes/index.js';
import {
  type DecisionLog,
  type FileSink,
  httpSink,
  openFileSink,
  openLog,
  type Sink,
  streamSink,
} from '../record/index.js';

/** A log, with what was lost on the way to a collector. */
export interface OpenedLog {
  readonly log: DecisionLog;
  /** Time of the last record found, milliseconds since the epoch; 0 for a new log. */
  readonly lastTime: number;
  /** Lines that a collector did not get. */
  undelivered(): number;
}

async function readKey(path: string): Promise<KeyObject> {
  const key = createPrivateKey(await readFile(path));
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`${path} holds no Ed25519 key`);
  return key;
}

const QUEUE_BYTES = 64 * 1024 * 1024;

/** Opens the log; undefined where none is configured. Throws where a folder or a key cannot be used. */
export async function openDecisionLog(
  config: Config,
  version: string,
  log: Logger,
  now: () => number,
): Promise<OpenedLog | undefined> {
  const { 'record.folder': folder, 'record.url': url, 'record.anchor': anchor } = config;
  const fresh = createUlidGenerator()(now());
  const sinks: Sink[] = [];
  let file: FileSink | undefined;
  let undelivered = 0;
  if (folder !== undefined) {
    file = await openFileSink({
      folder,
      rotateBytes: config['record.rotateBytes'],
      retention: config['record.retention'],
      id: fresh,
    });
    sinks.push(file);
  }
  if (config['record.stdout']) sinks.push(streamSink('stdout', process.stdout));
  if (url !== undefined) {
    const token = config['record.tokenFile'];
    const headers =
      token === undefined ? {} : { authorization: `Bearer ${(await readFile(token, 'utf8')).trim()}` };
    sinks.push(
      httpSink({
        url,
        headers,
        format: config['record.format'],
        batch: 500,
        queue: config['record.queue'],
        timeout: 5_000,
        attempts: 8,
        onDropped(lines, reason) {
          undelivered += lines;
          log.error({ lines, reason }, 'records were not delivered');
        },
      }),
    );
  }
  const [first, ...others] = sinks;
  if (first === undefined) return undefined;
  const keyFile = config['record.key'];
  const decisionLog = openLog({
    sinks: [first, ...others],
    file,
    queueRecords: config['record.queue'],
    queueBytes: QUEUE_BYTES,
    checkpointRecords: config['record.checkpointRecords'],
    checkpointInterval: config['record.checkpointInterval'],
    key: keyFile === undefined ? undefined : await readKey(keyFile),
    id: file?.id ?? fresh,
    version,
    now,
    onCheckpoint(checkpoint) {
      log.info({ checkpoint }, 'checkpoint of the decision log');
      if (anchor !== undefined)
        appendFile(anchor, `${checkpoint}\n`).catch((error: unknown) =>
          log.error({ err: error }, 'a checkpoint could not be anchored'),
        );
    },
    onProblem: (sink, error) => log.error({ err: error, sink }, 'the decision log could not be written'),
  });
  return { log: decisionLog, lastTime: file?.lastTime ?? 0, undelivered: () => undelivered };
}
