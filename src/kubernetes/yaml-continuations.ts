// kubectl's reader lets the later lines of a quoted scalar or a flow collection start anywhere; npm yaml wants them
// indented. Indenting them changes nothing else: YAML folds that white space away. Only used where the first parse failed.

const BLOCK_HEADER = /(?:^|[\s:?-])[|>][+-]?[1-9]?[+-]?[ \t]*(?:#.*)?$/;
const STARTS_VALUE = /(?:^|[\s[{,:?-])$/;

interface State {
  /** The quote inside which we are. */
  quote: '' | '"' | "'";
  /** Open brackets of flow collections. */
  flow: number;
  /** Column where the outermost quoted scalar or flow collection started. */
  column: number;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

/** The index after a quoted scalar that starts or goes on at `from`; the line's length where it goes on. */
function skipQuoted(line: string, from: number, state: State): number {
  for (let at = from; at < line.length; at++) {
    const character = line[at];
    if (state.quote === '"' && character === '\\') at++;
    else if (character === state.quote) {
      if (state.quote === "'" && line[at + 1] === "'") at++;
      else {
        state.quote = '';
        return at + 1;
      }
    }
  }
  return line.length;
}

function opens(line: string, at: number, state: State): boolean {
  return state.flow > 0 || STARTS_VALUE.test(line.slice(Math.max(0, at - 1), at));
}

/** Follows one line; `column` counts in the text as it will be. */
function scanLine(line: string, state: State): void {
  let at = 0;
  while (at < line.length) {
    if (state.quote !== '') {
      at = skipQuoted(line, at, state);
      continue;
    }
    const character = line[at];
    if (character === '#' && (at === 0 || /\s/.test(line[at - 1] ?? ''))) return;
    if ((character === '"' || character === "'") && opens(line, at, state)) {
      if (state.flow === 0) state.column = at;
      state.quote = character;
    } else if ((character === '[' || character === '{') && opens(line, at, state)) {
      if (state.flow === 0) state.column = at;
      state.flow++;
    } else if ((character === ']' || character === '}') && state.flow > 0) state.flow--;
    at++;
  }
}

/** The text with every continuation line of quoted scalars and flow collections indented beyond their start. */
export function indentContinuations(text: string): string {
  const state: State = { quote: '', flow: 0, column: 0 };
  let block = -1;
  const lines = text.split('\n').map((line) => {
    const continues = state.quote !== '' || state.flow > 0;
    if (!continues && block >= 0) {
      if (line.trim() === '' || indentOf(line) > block) return line;
      block = -1;
    }
    if (!continues && /^(?:---|\.\.\.)(?:\s|$)/.test(line)) return line;
    scanLine(line, state);
    if (state.quote === '' && state.flow === 0 && BLOCK_HEADER.test(line)) block = indentOf(line);
    return continues && line.trim() !== '' ? `${' '.repeat(state.column + 1)}${line}` : line;
  });
  return lines.join('\n');
}
