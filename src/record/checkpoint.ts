// Checkpoints: how far the log goes and its hash there, signed, so that it can be kept where whoever can write the log cannot.
// The chain alone shows edits and gaps; only a checkpoint kept outside shows a log that was cut off or written anew.
import { type KeyObject, sign, verify } from 'node:crypto';
import { isJsonObject, type JsonObject, parseJsonText } from '../kubernetes/index.js';

export interface Checkpoint {
  /** Id of the log: two logs never have the same. */
  readonly log: string;
  readonly seq: number;
  /** Hash of the line with that number. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

const TYPE = 'warder-checkpoint';

/** What is signed: one line of plain text, so that anything can check it. */
const textOf = ({ log, seq, hash, time }: Checkpoint): string => `${TYPE} ${log} ${seq} ${hash} ${time}`;

/** A checkpoint as one line of text: what is signed, then the signature (Ed25519, base64url) where there is a key. */
export function writeCheckpoint(checkpoint: Checkpoint, key: KeyObject | undefined): string {
  const text = textOf(checkpoint);
  return key === undefined ? text : `${text} ${sign(null, Buffer.from(text), key).toString('base64url')}`;
}

const LINE =
  /^warder-checkpoint (\S{1,64}) ([1-9]\d{0,15}) ([0-9a-f]{64}) (\d{1,16})(?: ([A-Za-z0-9_-]{86}))?$/;

/** A checkpoint read back; `signed` only where the signature is one of the key's. */
export function readCheckpoint(
  line: string,
  key: KeyObject | undefined,
): (Checkpoint & { readonly signed: boolean }) | undefined {
  const [, log, seq, hash, time, signature] = LINE.exec(line.trim()) ?? [];
  if (log === undefined || seq === undefined || hash === undefined || time === undefined) return undefined;
  const checkpoint = { log, seq: Number(seq), hash, time: Number(time) };
  const signed =
    key !== undefined &&
    signature !== undefined &&
    verify(null, Buffer.from(textOf(checkpoint)), key, Buffer.from(signature, 'base64url'));
  return { ...checkpoint, signed };
}

/** The checkpoint of a file to anchor in: bare lines, or JSON lines of a server's log that have one in `checkpoint`. */
export function findCheckpoint(line: string, key: KeyObject | undefined): ReturnType<typeof readCheckpoint> {
  const bare = readCheckpoint(line, key);
  if (bare !== undefined || !line.startsWith('{')) return bare;
  const parsed = parseJsonText(line);
  const value = parsed.ok && isJsonObject(parsed.value) ? (parsed.value as JsonObject).checkpoint : undefined;
  return typeof value === 'string' ? readCheckpoint(value, key) : undefined;
}
