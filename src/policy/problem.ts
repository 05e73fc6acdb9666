// What is wrong with an input, as data: file, position, field, what was found and what was expected.

/** Where in a file something stands. Lines and columns count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing wrong with a document. `error` refuses the document, `warning` only tells. */
export interface Problem {
  readonly level: 'error' | 'warning';
  readonly position: SourcePosition;
  /** Field inside the document, e.g. `spec.rules[0].require`; empty for the document as a whole. */
  readonly field: string;
  /** What was found and what was expected, in one sentence. */
  readonly message: string;
}

/** `file:line:column: field: message`, the form editors and terminals link. */
export function formatProblem(problem: Problem): string {
  const { file, line, column } = problem.position;
  const field = problem.field === '' ? '' : `${problem.field}: `;
  return `${file}:${line}:${column}: ${problem.level === 'warning' ? 'warning: ' : ''}${field}${problem.message}`;
}
