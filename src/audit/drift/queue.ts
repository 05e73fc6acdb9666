// The review queue: what drift found over time, and what people decided about it. What was accepted is not raised again until its
// value changes; every decision stays on record.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Finding } from '../../findings/index.js';
import { writeWhole } from '../whole-file.js';

export const DRIFT_VERDICTS = ['accept', 'reject', 'adopt'] as const;
/** Leave it; take it back; make it the desired state. */
export type DriftVerdict = (typeof DRIFT_VERDICTS)[number];

const decisionSchema = z.strictObject({
  verdict: z.enum(DRIFT_VERDICTS),
  by: z.string(),
  at: z.string(),
  reason: z.string(),
  /** Of the value that was decided on. */
  fingerprint: z.string(),
});
export type DriftDecision = z.infer<typeof decisionSchema>;

const entrySchema = z.strictObject({
  object: z.string(),
  difference: z.string(),
  class: z.string(),
  by: z.string(),
  fingerprint: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  /** Empty while it is there. */
  resolved: z.string(),
  decisions: z.array(decisionSchema),
});
export type QueueEntry = z.infer<typeof entrySchema>;

const schema = z.strictObject({ version: z.literal(1), findings: z.record(z.string(), entrySchema) });

export type Queue = ReadonlyMap<string, QueueEntry>;
export type QueueResult =
  | { readonly ok: true; readonly queue: Queue }
  | { readonly ok: false; readonly message: string };

/** Reads a queue; one that is not there yet is empty, one that is broken is refused rather than forgotten. */
export async function readQueue(file: string): Promise<QueueResult> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // Only read, whatever was thrown.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ok: true, queue: new Map() };
    return { ok: false, message: `${file}: ${(error as Error).message}` };
  }
  try {
    const { findings } = schema.parse(JSON.parse(text));
    return { ok: true, queue: new Map(Object.entries(findings)) };
  } catch {
    return { ok: false, message: `${file}: is no review queue; move it away to begin anew` };
  }
}

export const writeQueue = (file: string, queue: Queue): Promise<void> =>
  writeWhole(file, `${JSON.stringify({ version: 1, findings: Object.fromEntries(queue) }, null, 2)}\n`);

/** The decision that holds for a finding as it is now. */
export function decisionOn(
  queue: Queue,
  { id, fingerprint }: Pick<Finding, 'id' | 'fingerprint'>,
): DriftDecision | undefined {
  const last = queue.get(id)?.decisions.at(-1);
  return last?.fingerprint === fingerprint ? last : undefined;
}

/** Findings with what people decided: accepted and adopted ones are known, rejected ones violations. */
export function withDecisions(findings: readonly Finding[], queue: Queue): readonly Finding[] {
  return findings.map((finding) => {
    const decision = decisionOn(queue, finding);
    if (decision === undefined) return finding;
    const { verdict, by, at, reason } = decision;
    const said = `${by} decided to ${verdict} it on ${at.slice(0, 10)}: ${reason}`;
    const known = verdict !== 'reject';
    return {
      ...finding,
      class: known ? 'known-and-allowed' : 'violation',
      rule: `review-${verdict}`,
      evidence: [said, ...finding.evidence],
    };
  });
}

export interface Seen {
  readonly finding: Finding;
  readonly object: string;
  readonly difference: string;
  readonly by: string;
}

/** The queue after a comparison. Only a whole one resolves what it did not see. */
export function updateQueue(before: Queue, seen: readonly Seen[], now: number, whole: boolean): Queue {
  const time = new Date(now).toISOString();
  const queue = new Map<string, QueueEntry>();
  const ids = new Set(seen.map(({ finding }) => finding.id));
  for (const [id, entry] of before)
    queue.set(id, whole && !ids.has(id) && entry.resolved === '' ? { ...entry, resolved: time } : entry);
  for (const { finding, object, difference, by } of seen) {
    const known = queue.get(finding.id);
    queue.set(finding.id, {
      object,
      difference,
      class: finding.class,
      by,
      fingerprint: finding.fingerprint,
      firstSeen: known === undefined || known.resolved !== '' ? time : known.firstSeen,
      lastSeen: time,
      resolved: '',
      decisions: known?.decisions ?? [],
    });
  }
  return queue;
}

/** The queue with a decision more; why not otherwise. */
export function decide(
  queue: Queue,
  id: string,
  decision: Omit<DriftDecision, 'fingerprint'>,
):
  | { readonly ok: true; readonly queue: Queue; readonly entry: QueueEntry }
  | { readonly ok: false; readonly message: string } {
  const entry = queue.get(id);
  if (entry === undefined) return { ok: false, message: `there is no finding ${id} in the queue` };
  if (entry.resolved !== '')
    return {
      ok: false,
      message: `${id} is gone since ${entry.resolved.slice(0, 10)}: there is nothing to decide`,
    };
  const { fingerprint } = entry;
  const decided = { ...entry, decisions: [...entry.decisions, { ...decision, fingerprint }] };
  return { ok: true, queue: new Map([...queue, [id, decided]]), entry: decided };
}
