// Positions in an expression's text, and the snippet with a caret that error messages show (as cel-go writes it).

/** Why an expression does not compile, and where. */
export interface Problem {
  /** What is wrong, without position: `undeclared reference to 'x' (in container '')`. */
  readonly message: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in Unicode code points. */
  readonly column: number;
  /** From 0, in UTF-16 units of the source. */
  readonly offset: number;
  /** The line at fault and a caret under the place, two lines. */
  readonly snippet: string;
}

/** The longest part of a line that a snippet shows, in code points. */
const SNIPPET_WIDTH = 160;

/** A problem at an offset of the source. */
export function problemAt(source: string, offset: number, message: string): Problem {
  const at = Math.max(0, Math.min(offset, source.length));
  const lineStart = source.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = source.indexOf('\n', at);
  const column = codePointCount(source, lineStart, at) + 1;
  let line = 1;
  for (
    let newline = source.indexOf('\n');
    newline !== -1 && newline < at;
    newline = source.indexOf('\n', newline + 1)
  ) {
    line++;
  }
  return {
    message,
    line,
    column,
    offset: at,
    snippet: snippet(source.slice(lineStart, lineEnd === -1 ? source.length : lineEnd), column),
  };
}

/** cel-go's form of a problem: `ERROR: <input>:1:5: message` and the snippet below it. */
export function printProblem(problem: Problem, name = '<input>'): string {
  return `ERROR: ${name}:${problem.line}:${problem.column}: ${problem.message}\n${problem.snippet}`;
}

function snippet(line: string, column: number): string {
  const points = Array.from(line.replaceAll('\t', ' ').replaceAll('\r', ''));
  const first = column > SNIPPET_WIDTH ? column - SNIPPET_WIDTH / 2 : 0;
  const shown = points.slice(first, first + SNIPPET_WIDTH).join('');
  return ` | ${shown}\n | ${'.'.repeat(Math.max(0, column - 1 - first))}^`;
}

function codePointCount(text: string, start: number, end: number): number {
  let count = 0;
  for (let index = start; index < end; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0xdc00 || unit > 0xdfff || index === start) count++;
  }
  return count;
}
