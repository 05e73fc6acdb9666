// Regular expressions in policies: RE2 syntax, linear time, compiled once at load.
import { RE2JS, RE2JSSyntaxException } from 're2js';

export type PatternResult =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly message: string };

/** Compiles `source`; it matches anywhere in a text unless anchored, as CEL's `matches` does. */
export function compilePattern(source: string): PatternResult {
  try {
    const compiled = RE2JS.compile(source);
    return { ok: true, test: (text) => compiled.matcher(text).find() };
  } catch (error) {
    if (error instanceof RE2JSSyntaxException) return { ok: false, message: error.message };
    throw error;
  }
}
