// Regular expressions in policies: RE2 syntax, linear time, compiled once at load.
import { CelError, compilePattern as compile } from '../cel/index.js';

export type PatternResult =
  | { readonly ok: true; readonly test: (text: string) => boolean }
  | { readonly ok: false; readonly message: string };

/** Compiles `source`; it matches anywhere in a text unless anchored, as CEL's `matches` does. */
export function compilePattern(source: string): PatternResult {
  const compiled = compile(source);
  if (compiled instanceof CelError) return { ok: false, message: compiled.message };
  return { ok: true, test: compiled.test };
}
