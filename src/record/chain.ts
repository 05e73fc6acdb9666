// The hash chain: each line states the hash of the one before, so that an edit, a gap or another order shows.
import { hash } from 'node:crypto';
import type { JsonObject } from '../kubernetes/index.js';

/** Where a chain stands: how many lines it has, and the hash of the last. */
export interface ChainHead {
  readonly seq: number;
  /** SHA-256 of the last line, without its line break, as 64 hex digits. */
  readonly hash: string;
}

/** What the first line of a log states as the hash before it. */
export const GENESIS: ChainHead = { seq: 0, hash: '0'.repeat(64) };

export const hashLine = (line: string): string => hash('sha256', line, 'hex');

/** The next line of a chain, made of a body that is a JSON object as text, and where the chain then stands. */
export function linkText(head: ChainHead, body: string): { readonly line: string; readonly head: ChainHead } {
  const seq = head.seq + 1;
  const line = `{"seq":${seq},"prev":"${head.hash}",${body.slice(1)}`;
  return { line, head: { seq, hash: hashLine(line) } };
}

/** The same for a body that is not yet text. */
export const link = (head: ChainHead, body: JsonObject) => linkText(head, JSON.stringify(body));
