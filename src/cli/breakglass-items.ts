// The review items of a folder, with what was decided on each.
import { join } from 'node:path';
import {
  type BreakGlassSettings,
  type ExemptionState,
  type ReviewState,
  readItems,
  reviewStates,
  windowContext,
} from '../breakglass/index.js';

/** Where items stand in the folder of a decision log. */
export const itemsFile = (folder: string): string => join(folder, 'breakglass.ndjson');

export async function readReviews(
  folder: string,
  { windows, ...state }: ExemptionState,
  settings: BreakGlassSettings,
): Promise<readonly ReviewState[]> {
  return reviewStates(await readItems(itemsFile(folder)), windows, windowContext(state, settings));
}
