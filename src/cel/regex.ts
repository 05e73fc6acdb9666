// Regular expressions with RE2's syntax and linear time, whatever the pattern. Source of truth: github.com/google/re2
// (wiki/Syntax); re2js is its port. Patterns proven equivalent and safe run on the native engine (`regex-native.ts`).
import { RE2JS } from 're2js';
import { nativeEquivalent } from './regex-native.js';
import { type CelError, celError } from './values.js';

/** A compiled pattern. */
export interface Pattern {
  readonly source: string;
  /** Whether the pattern matches anywhere in the text. */
  readonly test: (text: string) => boolean;
  /** The RE2 program, for functions that need positions or groups. */
  readonly re2: () => RE2JS;
}

/** Longest pattern, in UTF-16 units. */
const MAX_PATTERN = 10_000;
const CACHE_SIZE = 256;

/** A compiled pattern, or an error value that says what is wrong with it. */
export function compilePattern(source: string): Pattern | CelError {
  if (source.length > MAX_PATTERN)
    return celError(`error parsing regexp: pattern longer than ${MAX_PATTERN}`);
  const native = nativeEquivalent(source);
  if (native !== undefined) {
    let program: RE2JS | undefined;
    const re2 = () => {
      program ??= RE2JS.compile(source);
      return program;
    };
    return { source, test: (text) => native.test(text), re2 };
  }
  try {
    const program = RE2JS.compile(source);
    return { source, test: (text) => program.test(text), re2: () => program };
  } catch (error) {
    return celError(error instanceof Error ? error.message : 'error parsing regexp');
  }
}

/** Patterns known only at run time, the most recently used of them. */
export class PatternCache {
  private readonly patterns = new Map<string, Pattern | CelError>();

  /** The pattern, compiled at most once while it stays among the last ones used. */
  get(source: string): Pattern | CelError {
    const known = this.patterns.get(source);
    if (known !== undefined) {
      this.patterns.delete(source);
      this.patterns.set(source, known);
      return known;
    }
    const pattern = compilePattern(source);
    this.patterns.set(source, pattern);
    if (this.patterns.size > CACHE_SIZE) {
      for (const oldest of this.patterns.keys()) {
        this.patterns.delete(oldest);
        break;
      }
    }
    return pattern;
  }
}

const shared = new PatternCache();

/** `compilePattern` through a bounded cache shared by all expressions. */
export function pattern(source: string): Pattern | CelError {
  return shared.get(source);
}
