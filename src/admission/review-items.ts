// Review items of emergencies on a server: kept in a file beside the decision log, counted until somebody has decided on them.
import { join } from 'node:path';
import type { Logger } from 'pino';
import {
  appendItemLine,
  type BreakGlassSettings,
  type ExemptionState,
  itemDigest,
  itemLine,
  parseItems,
  type ReviewItem,
  readItems,
  reviewStates,
  windowContext,
} from '../breakglass/index.js';

export interface ReviewItems {
  /** Keeps an item; gives its digest for the decision log. */
  add(item: ReviewItem): string;
  /** Items nobody has decided on yet. Decisions made by the command line since are read first. */
  open(): Promise<number>;
  flush(): Promise<void>;
}

/** Where items stand in the folder of the decision log. */
export const itemsPath = (folder: string): string => join(folder, 'breakglass.ndjson');

/** Items in a file, or only in memory where there is no folder. */
export function openReviewItems(
  folder: string | undefined,
  state: () => ExemptionState,
  settings: BreakGlassSettings,
  log: Logger,
): ReviewItems {
  const path = folder === undefined ? undefined : itemsPath(folder);
  const lines: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  return {
    add(item) {
      const line = itemLine(item);
      const shown = { item: item.id, window: item.window, user: item.user, overridden: item.overridden };
      log.warn(shown, 'a change in an emergency is to be reviewed');
      if (path === undefined) lines.push(line);
      else
        writing = writing
          .then(() => appendItemLine(path, line))
          .catch((error: unknown) => {
            lines.push(line);
            log.error({ err: error, item }, 'a review item could not be written; it stands here');
          });
      return itemDigest(line);
    },
    async open() {
      await writing;
      const kept = path === undefined ? undefined : await readItems(path).catch(() => undefined);
      const inMemory = parseItems(lines.join('\n'));
      const { windows, ...current } = state();
      const context = windowContext(current, settings);
      return [inMemory, ...(kept === undefined ? [] : [kept])]
        .flatMap((file) => reviewStates(file, windows, context))
        .filter(({ resolution }) => resolution === undefined).length;
    },
    flush: () => writing,
  };
}
