// What an explanation says: the smallest parts of an expression that made it what it is, as data.
import type { CelValue } from '../values.js';

/** A field below a variable: `{variable: 'object', steps: ['spec', 'containers', 1]}`. */
export interface ValuePath {
  readonly variable: string;
  readonly steps: readonly (string | number)[];
}

/** One part that is not as it should be. */
export interface ExplainedPart {
  /** The field it is about; undefined where it is about none. */
  readonly path: ValuePath | undefined;
  /** What is there; undefined for "unset". */
  readonly found: CelValue | undefined;
  /** What was expected, as a phrase: `false`, `at least 3`, `to start with 'a'`. */
  readonly expected: string;
  /** The part as the expression writes it. */
  readonly source: string;
}
