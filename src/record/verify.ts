// Whether a decision log is what was written: every line's hash stands in the next, checkpoints carry it outside.
import type { KeyObject } from 'node:crypto';
import { isJsonObject, type JsonObject, parseJsonText } from '../kubernetes/index.js';
import { GENESIS, hashLine } from './chain.js';
import { type Checkpoint, readCheckpoint } from './checkpoint.js';

/** One thing wrong with a log. */
export interface LogProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface VerifyReport {
  readonly problems: readonly LogProblem[];
  readonly lines: number;
  readonly decisions: number;
  /** Number of the first and the last line seen; 0 where there is none. */
  readonly first: number;
  readonly last: number;
  /** Records the server says it had to drop. */
  readonly lost: number;
  readonly checkpoints: number;
  /** Number of the last line that a signed checkpoint covers; 0 where none does. */
  readonly signedThrough: number;
  /** How many anchored checkpoints were found to fit. */
  readonly anchored: number;
}

export interface Verifier {
  /** Takes the lines in order. */
  line(text: string, file: string, line: number): void;
  end(): VerifyReport;
}

export interface VerifyOptions {
  /** The public key checkpoints must be signed by; undefined: signatures are not checked. */
  readonly key: KeyObject | undefined;
  /** Checkpoints that were kept outside of the log. */
  readonly anchors: readonly Checkpoint[];
}

const objectOf = (text: string): JsonObject | undefined => {
  const parsed = parseJsonText(text);
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
};

const range = (from: number, to: number): string =>
  from === to ? `record ${from} is` : `records ${from} to ${to} are`;

/** Checks a log line by line; memory does not grow with it. */
export function createVerifier({ key, anchors }: VerifyOptions): Verifier {
  const problems: LogProblem[] = [];
  const bySeq = Map.groupBy(anchors, ({ seq }) => seq);
  let head = GENESIS;
  let [lines, decisions, first, lost, checkpoints, signedThrough, anchored] = [0, 0, 0, 0, 0, 0, 0];
  let log = '';
  /** What a log that does not begin at its beginning must explain: the line before its first. */
  let missing: { readonly seq: number; readonly hash: unknown; readonly file: string } | undefined;
  let [lastFile, lastLine] = ['', 0];

  const report = (message: string): void => void problems.push({ file: lastFile, line: lastLine, message });

  const checkOrder = (seq: number, prev: unknown): void => {
    if (first === 0) {
      first = seq;
      if (seq !== 1) missing = { seq: seq - 1, hash: prev, file: lastFile };
      else if (prev !== GENESIS.hash) report('the first record does not begin a log');
    } else if (seq <= head.seq)
      report(`record ${seq} stands after record ${head.seq}: the order was changed`);
    else if (seq > head.seq + 1) report(`${range(head.seq + 1, seq - 1)} missing`);
    else if (prev !== head.hash)
      report(`record ${head.seq} was changed: record ${seq} states another hash of it`);
  };

  const checkCheckpoint = (text: unknown, seq: number, prev: unknown): void => {
    checkpoints++;
    const checkpoint = typeof text === 'string' ? readCheckpoint(text, key) : undefined;
    if (checkpoint === undefined) report(`the checkpoint in record ${seq} cannot be read`);
    else if (checkpoint.seq !== seq - 1 || checkpoint.hash !== prev)
      report(`the checkpoint in record ${seq} was made for another state of the log`);
    else if (key !== undefined && !checkpoint.signed)
      report(`the checkpoint in record ${seq} is not signed by the key given`);
    else if (checkpoint.signed) signedThrough = checkpoint.seq;
  };

  const isOfThisLog = (anchor: Checkpoint): boolean => log === '' || anchor.log === log;

  const checkAnchors = (seq: number, hash: string): void => {
    for (const anchor of bySeq.get(seq) ?? []) {
      if (anchor.hash === hash) anchored++;
      else if (isOfThisLog(anchor))
        report(`record ${seq} is not the one that was anchored: the log was written anew`);
    }
  };

  const begin = (id: unknown, seq: number): void => {
    if (log !== '' && id !== log) report(`record ${seq} begins another log`);
    else if (typeof id === 'string') log = id;
  };

  const note = (value: JsonObject, seq: number): void => {
    switch (value.type) {
      case 'decision':
        decisions++;
        break;
      case 'loss':
        lost += typeof value.records === 'number' ? value.records : 0;
        break;
      case 'start':
        begin(value.log, seq);
        break;
      case 'retention':
        if (missing !== undefined && value.through === missing.seq && value.hash === missing.hash)
          missing = undefined;
        break;
      case 'checkpoint':
        checkCheckpoint(value.checkpoint, seq, value.prev);
        break;
    }
  };

  return {
    line(text, file, line) {
      [lastFile, lastLine] = [file, line];
      if (text === '') return;
      lines++;
      const value = objectOf(text);
      const seq = value?.seq;
      if (value === undefined || typeof seq !== 'number') {
        report('is no record');
        return;
      }
      checkOrder(seq, value.prev);
      head = { seq, hash: hashLine(text) };
      note(value, seq);
      checkAnchors(seq, head.hash);
    },
    end() {
      if (missing !== undefined) {
        [lastFile, lastLine] = [missing.file, 1];
        report(`${range(1, missing.seq)} missing, and no record says that retention removed them`);
      }
      lastLine = 0;
      const own = anchors.filter(isOfThisLog);
      const latest = own.reduce((most, { seq }) => Math.max(most, seq), 0);
      if (anchors.length > 0 && own.length === 0) report('none of the anchored checkpoints is of this log');
      if (latest > head.seq) {
        const cut = latest - head.seq;
        report(
          `the log ends at record ${head.seq}, but record ${latest} was anchored: ${cut} records were cut off`,
        );
      }
      if (key !== undefined && lines > 0 && signedThrough === 0)
        report('holds no checkpoint signed by the key given');
      return {
        problems,
        lines,
        decisions,
        first,
        last: head.seq,
        lost,
        checkpoints,
        signedThrough,
        anchored,
      };
    },
  };
}
