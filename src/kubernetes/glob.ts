// Globs over names: `*` any run of characters, `?` one character, everything else itself. No escapes, no classes.

/**
 * Whether the whole of `text` matches `glob`. Backtracks only to the last `*`, so the time is bounded by the
 * product of the two lengths, whatever the input.
 */
export function matchesGlob(glob: string, text: string): boolean {
  let at = 0;
  let inGlob = 0;
  let starGlob = -1;
  let starText = 0;
  while (at < text.length) {
    const wanted = glob[inGlob];
    if (wanted === '*') {
      starGlob = inGlob++;
      starText = at;
    } else if (wanted !== undefined && (wanted === '?' || wanted === text[at])) {
      inGlob++;
      at++;
    } else if (starGlob >= 0) {
      inGlob = starGlob + 1;
      at = ++starText;
    } else {
      return false;
    }
  }
  while (glob[inGlob] === '*') inGlob++;
  return inGlob === glob.length;
}

/** Whether any of `globs` matches `text`. */
export function matchesGlobs(globs: readonly string[], text: string): boolean {
  for (const glob of globs) {
    if (glob === text || matchesGlob(glob, text)) return true;
  }
  return false;
}
