// Bytes to JSON: valid UTF-8 or nothing, and a syntax error that says where it is.
import { isUtf8 } from 'node:buffer';
import type { JsonValue } from './json.js';

export interface JsonProblem {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export type JsonResult =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: JsonProblem };

function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** V8 names the place as "at position N" or quotes the text around it; the end of the text otherwise. */
function problemOf(error: unknown, text: string): JsonProblem {
  const message = error instanceof Error ? error.message : String(error);
  const at = /at position (\d+)/.exec(message)?.[1];
  const place = positionAt(text, at === undefined ? text.length : Number(at));
  const what = message
    .replace(/ \(line \d+ column \d+\)/, '')
    .replace(/ in JSON at position \d+/, '')
    .replace(/, ".*$/s, '');
  return { message: `is not JSON: ${what}`, ...place };
}

/** Parses JSON text. `__proto__` becomes an ordinary own key; of duplicate keys the last wins, as in Go. */
export function parseJsonText(text: string): JsonResult {
  try {
    // JSON.parse gives JSON values and nothing else.
    return { ok: true, value: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { ok: false, problem: problemOf(error, text) };
  }
}

/** Parses JSON bytes; invalid UTF-8 is refused rather than replaced, since replacing changes names. */
export function parseJson(bytes: Uint8Array): JsonResult {
  if (!isUtf8(bytes)) return { ok: false, problem: { message: 'is not valid UTF-8', line: 1, column: 1 } };
  const { buffer, byteOffset, length } = bytes;
  return parseJsonText(Buffer.from(buffer, byteOffset, length).toString('utf8'));
}
