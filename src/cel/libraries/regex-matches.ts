// All matches of a pattern in a text, as Go's regexp package finds them: leftmost first, and no empty match right after another
// match.
import type { Pattern } from '../regex.js';

export interface PatternMatch {
  readonly start: number;
  readonly end: number;
  /** The text of a group, 0 for all of it; undefined where the group took no part. */
  readonly group: (index: number) => string | undefined;
}

/** The matches in their order, at most `limit` of them; all where it is negative. */
export function allMatches(pattern: Pattern, text: string, limit: number): PatternMatch[] {
  const matcher = pattern.re2().matcher(text);
  const groups = pattern.re2().groupCount();
  const found: PatternMatch[] = [];
  let previousEnd = -1;
  for (let at = 0; at <= text.length && found.length !== limit && matcher.find(at); ) {
    const start = matcher.start();
    const end = matcher.end();
    const accepted = end !== at || start !== previousEnd;
    if (accepted) {
      const texts = Array.from({ length: groups + 1 }, (_none, index) => matcher.group(index) ?? undefined);
      found.push({ start, end, group: (index) => texts[index] });
    }
    // After an empty match the search goes on one character further.
    at = end === at ? at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1) : end;
    previousEnd = end;
  }
  return found;
}
