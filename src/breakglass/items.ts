// The review items of emergencies and what was decided on them: lines of a file that is only appended to. An item's digest stands in
// the decision log, a decision on it carries a signature, so neither can be changed unseen.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isJsonObject, type JsonObject, parseJsonText } from '../kubernetes/index.js';
import type { WindowContext } from './documents.js';
import type { ReviewItem } from './item.js';
import { verifyResolution } from './resolution.js';
import { VERDICTS } from './schema.js';
import type { Resolution, Window } from './window.js';

/** A decision on an item as it stands in the file. */
export interface SignedResolution extends Resolution {
  readonly window: string;
  readonly signature: string;
}

/** An item with what was decided on it; undefined: nothing yet. */
export interface ReviewState {
  readonly item: ReviewItem;
  readonly resolution: Resolution | undefined;
}

export const itemLine = (item: ReviewItem): string => JSON.stringify({ type: 'item', item });

/** SHA-256 of an item's line: what the decision log holds of it. */
export const itemDigest = (line: string): string => createHash('sha256').update(line).digest('hex');

export const resolutionLine = (resolution: SignedResolution): string =>
  JSON.stringify({ type: 'resolution', resolution });

export interface ItemFile {
  readonly items: readonly ReviewItem[];
  readonly resolutions: readonly SignedResolution[];
  /** Digests of the lines of items, by the item's id. */
  readonly digests: ReadonlyMap<string, string>;
  /** Lines that are neither. */
  readonly broken: number;
}

const isVerdict = (value: unknown): value is Resolution['verdict'] =>
  VERDICTS.some((verdict) => verdict === value);

function resolutionOf(value: JsonObject): SignedResolution | undefined {
  const { item, window, verdict, by, at, note, signature } = value;
  if (typeof item !== 'string' || typeof window !== 'string' || !isVerdict(verdict)) return undefined;
  if (typeof by !== 'string' || typeof at !== 'number' || typeof signature !== 'string') return undefined;
  return { item, window, verdict, by, at, note: typeof note === 'string' ? note : '', signature };
}

/** Reads the lines of a file of items. The first item of an id counts. */
export function parseItems(text: string): ItemFile {
  const items = new Map<string, ReviewItem>();
  const digests = new Map<string, string>();
  const resolutions: SignedResolution[] = [];
  let broken = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const parsed = parseJsonText(line);
    const value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
    const resolution = isJsonObject(value.resolution) ? resolutionOf(value.resolution) : undefined;
    if (isJsonObject(value.item) && typeof value.item.id === 'string') {
      const item = value.item as unknown as ReviewItem; // written by itemLine; its digest is checked against the log
      if (!items.has(item.id)) {
        items.set(item.id, item);
        digests.set(item.id, itemDigest(line));
      }
    } else if (resolution !== undefined) resolutions.push(resolution);
    else broken++;
  }
  return { items: [...items.values()], resolutions, digests, broken };
}

/** Items with the first decision on each that counts: by a reviewer, signed, and not by who opened the window. */
export function reviewStates(
  file: ItemFile,
  windows: readonly Window[],
  context: WindowContext,
): readonly ReviewState[] {
  const decided = new Map<string, Resolution>();
  for (const window of windows) for (const one of window.resolutions) decided.set(one.item, one);
  const opener = new Map(file.items.map(({ id, user }) => [id, user]));
  for (const { signature, window, ...resolution } of file.resolutions) {
    const user = opener.get(resolution.item);
    if (user === undefined || context.people.same(resolution.by, user) || decided.has(resolution.item))
      continue;
    if (verifyResolution(signature, window, resolution, context) === undefined)
      decided.set(resolution.item, resolution);
  }
  return file.items.map((item) => ({ item, resolution: decided.get(item.id) }));
}

/** The text of a file of items; empty where there is none. */
export async function readItems(path: string): Promise<ItemFile> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return parseItems(text);
}

/** Appends a line, making the folder first. */
export async function appendItemLine(path: string, line: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await appendFile(path, `${line}\n`, { mode: 0o600 });
}
