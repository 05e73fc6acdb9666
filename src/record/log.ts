// The decision log: a bounded queue in front of a hash chain in front of sinks. It never delays an answer; what it must drop it
// counts, and says so in the log itself.
import type { KeyObject } from 'node:crypto';
import type { JsonObject } from '../kubernetes/index.js';
import { type ChainHead, GENESIS, linkText } from './chain.js';
import { writeCheckpoint } from './checkpoint.js';
import type { FileSink } from './file-sink.js';
import type { Sink } from './sink.js';

export interface LogOptions {
  /** The first keeps the chain: nothing is chained before it has the line. Others get what they can take. */
  readonly sinks: readonly [Sink, ...Sink[]];
  /** The folder among the sinks, where the chain goes on; undefined: a new one begins. */
  readonly file: FileSink | undefined;
  /** Records waiting at most, and bytes of them; more are dropped and counted. */
  readonly queueRecords: number;
  readonly queueBytes: number;
  /** A checkpoint is written after so many records and at the latest after so many milliseconds. */
  readonly checkpointRecords: number;
  readonly checkpointInterval: number;
  readonly key: KeyObject | undefined;
  /** Id of the log, the same for as long as its chain goes on. */
  readonly id: string;
  readonly version: string;
  readonly now: () => number;
  /** Told of every checkpoint, as one line of text, so that it can be kept elsewhere. */
  readonly onCheckpoint: (line: string) => void;
  readonly onProblem: (sink: string, error: unknown) => void;
}

/** Figures of a log since it was opened. */
export interface LogStatistics {
  readonly written: number;
  /** Dropped because the queue was full. */
  readonly dropped: number;
  /** Lines that a further sink could not take, by its name. */
  readonly missed: Readonly<Record<string, number>>;
  readonly waiting: number;
  readonly head: ChainHead;
}

export interface DecisionLog {
  /** Takes a body as JSON text; false where the queue is full and it was dropped. Quick, never throws. */
  append(body: string): boolean;
  statistics(): LogStatistics;
  /** Resolves when all that was appended before has been written, or could not be. */
  flush(): Promise<void>;
  /** Writes what waits and a last checkpoint, then closes the sinks. */
  close(): Promise<void>;
}

/** Most records written together. */
const BATCH = 4_000;
/** Longest time a record waits for others to be written with it, in milliseconds. */
const SETTLE = 250;
const MAX_BACKOFF = 10_000;
const PRUNE_INTERVAL = 3_600_000;

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });

/** Opens a log over its sinks; the first line says that and how it begins. */
export function openLog(options: LogOptions): DecisionLog {
  const { sinks, file, queueRecords, queueBytes, now } = options;
  const [primary, ...others] = sinks;
  let head = file?.head ?? GENESIS;
  let queue: string[] = [];
  let bytes = 0;
  let [written, dropped, droppedBefore] = [0, 0, 0];
  let sinceCheckpoint = 0;
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  const missed: Record<string, number> = Object.fromEntries(others.map(({ name }) => [name, 0]));

  /** Offers lines to the sink that keeps the chain until it takes them; while closing only a few times. */
  const keep = async (lines: readonly string[]): Promise<boolean> => {
    for (let attempt = 0; ; attempt++) {
      try {
        await primary.write(lines);
        return true;
      } catch (error) {
        options.onProblem(primary.name, error);
        if (closing && attempt >= 2) return false;
        await wait(Math.min(MAX_BACKOFF, 50 * 2 ** attempt));
      }
    }
  };

  const offer = (lines: readonly string[]): void => {
    for (const sink of others) {
      sink.write(lines).catch((error: unknown) => {
        missed[sink.name] = (missed[sink.name] ?? 0) + lines.length;
        options.onProblem(sink.name, error);
      });
    }
  };

  const writeBodies = async (bodies: readonly string[]): Promise<void> => {
    const lines: string[] = [];
    let next = head;
    for (const body of bodies) {
      const linked = linkText(next, body);
      lines.push(linked.line);
      next = linked.head;
    }
    if (!(await keep(lines))) {
      dropped += bodies.length;
      return;
    }
    head = next;
    written += lines.length;
    sinceCheckpoint += lines.length;
    offer(lines);
  };

  const write = (body: JsonObject): Promise<void> => writeBodies([JSON.stringify(body)]);
  const stamp = (): string => new Date(now()).toISOString();

  const checkpoint = async (): Promise<void> => {
    if (sinceCheckpoint === 0) return;
    const line = writeCheckpoint(
      { log: options.id, seq: head.seq, hash: head.hash, time: now() },
      options.key,
    );
    await write({ type: 'checkpoint', time: stamp(), checkpoint: line });
    sinceCheckpoint = 0;
    options.onCheckpoint(line);
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.length <= BATCH ? queue : queue.slice(0, BATCH);
      queue = queue.length <= BATCH ? [] : queue.slice(BATCH);
      for (const body of batch) bytes -= body.length;
      if (dropped > droppedBefore) {
        await write({ type: 'loss', time: stamp(), records: dropped - droppedBefore });
        droppedBefore = dropped;
      }
      await writeBodies(batch);
      if (sinceCheckpoint >= options.checkpointRecords) await checkpoint();
    }
  };

  /** One thing at a time writes; each waits for those before it. */
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (task: () => Promise<void>): Promise<void> => {
    turn = turn.then(task).catch((error: unknown) => options.onProblem(primary.name, error));
    return turn;
  };
  const flush = (): Promise<void> => {
    timer = undefined;
    return inTurn(drain);
  };

  const begin = async (): Promise<void> => {
    for (const note of file?.notes ?? []) await write({ ...note, time: stamp() });
    await write({ type: 'start', time: stamp(), log: options.id, version: options.version });
  };
  const prune = async (): Promise<void> =>
    file?.prune(now(), ({ through, hash }) => write({ type: 'retention', time: stamp(), through, hash }));
  const timers = [
    setInterval(() => void inTurn(checkpoint), options.checkpointInterval),
    setInterval(() => void inTurn(prune), PRUNE_INTERVAL),
  ];
  for (const interval of timers) interval.unref();
  void inTurn(begin).then(() => inTurn(prune));

  return {
    append(body) {
      if (queue.length >= queueRecords || bytes + body.length > queueBytes || closing) {
        dropped++;
        return false;
      }
      queue.push(body);
      bytes += body.length;
      timer ??= setTimeout(() => void flush(), SETTLE);
      return true;
    },
    statistics: () => ({ written, dropped, missed: { ...missed }, waiting: queue.length, head }),
    flush,
    async close() {
      closing = true;
      for (const interval of timers) clearInterval(interval);
      clearTimeout(timer);
      await flush();
      await inTurn(checkpoint);
      for (const sink of sinks)
        await sink.close().catch((error: unknown) => options.onProblem(sink.name, error));
    },
  };
}
