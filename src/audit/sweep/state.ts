// What earlier sweeps found: first seen, last seen, resolved. One file, written whole or not at all.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeWhole } from '../whole-file.js';

/** A finding over its life. Times are RFC 3339. */
export interface TrackedFinding {
  readonly id: string;
  readonly summary: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Empty while it is there. */
  readonly resolved: string;
}

export interface SweepState {
  readonly findings: ReadonlyMap<string, TrackedFinding>;
  /** Kinds that an interrupted sweep had done; empty after a whole one. */
  readonly done: readonly string[];
}

export const EMPTY_STATE: SweepState = Object.freeze({ findings: new Map(), done: [] });

const schema = z.strictObject({
  version: z.literal(1),
  findings: z.record(
    z.string(),
    z.strictObject({
      summary: z.string(),
      firstSeen: z.string(),
      lastSeen: z.string(),
      resolved: z.string(),
    }),
  ),
  done: z.array(z.string()),
});

export type StateResult =
  | { readonly ok: true; readonly state: SweepState }
  | { readonly ok: false; readonly message: string };

/** Reads a state file; one that is not there yet is empty, one that is broken is refused rather than forgotten. */
export async function readState(file: string): Promise<StateResult> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // Only read, whatever was thrown.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ok: true, state: EMPTY_STATE };
    return { ok: false, message: `${file}: ${(error as Error).message}` };
  }
  try {
    const { findings, done } = schema.parse(JSON.parse(text));
    const entries = Object.entries(findings).map(([id, finding]) => [id, { id, ...finding }] as const);
    return { ok: true, state: { findings: new Map(entries), done } };
  } catch {
    return { ok: false, message: `${file}: is no state of a sweep; move it away to begin anew` };
  }
}

/** Writes beside the file and puts it in its place. Throws where the disk is full or may not be written; the old one stays. */
export async function writeState(file: string, { findings, done }: SweepState): Promise<void> {
  const data = {
    version: 1,
    findings: Object.fromEntries([...findings].map(([id, { id: _, ...finding }]) => [id, finding])),
    done,
  };
  await writeWhole(file, `${JSON.stringify(data)}\n`);
}

/** The id of a violation: the same rule broken at the same place of the same object. */
export const violationId = (parts: readonly string[]): string =>
  `v-${createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 12)}`;

/** How long what is resolved is remembered. */
const MEMORY = 90 * 86_400_000;

/**
 * The state after a sweep. Only a whole sweep resolves what it did not see; what came back is seen anew from its first day.
 */
export function trackFindings(
  before: SweepState,
  seen: ReadonlyMap<string, string>,
  now: number,
  whole: boolean,
  done: readonly string[] = [],
): SweepState {
  const time = new Date(now).toISOString();
  const findings = new Map<string, TrackedFinding>();
  for (const [id, known] of before.findings) {
    if (known.resolved !== '' && now - Date.parse(known.resolved) > MEMORY) continue;
    const resolved = known.resolved === '' && whole && !seen.has(id) ? time : known.resolved;
    findings.set(id, { ...known, resolved });
  }
  for (const [id, summary] of seen) {
    const known = findings.get(id);
    const firstSeen = known === undefined || known.resolved !== '' ? time : known.firstSeen;
    findings.set(id, { id, summary, firstSeen, lastSeen: time, resolved: '' });
  }
  return { findings, done };
}
