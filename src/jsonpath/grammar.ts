// Checks a path's grammar before jsonpath-plus parses it: that library reports no syntax errors, and forgets whether a
// name was quoted. Whatever would run script or walk upwards is refused here with the reason.

/** A step as it was written: `text` between the dots or brackets, `offset` where it starts. */
export interface WrittenStep {
  readonly kind: 'name' | 'bracket' | 'descend';
  readonly text: string;
  readonly offset: number;
}

export interface PathProblem {
  readonly message: string;
  /** Index into the path's text. */
  readonly offset: number;
}

export type GrammarResult =
  | { readonly ok: true; readonly steps: readonly WrittenStep[] }
  | { readonly ok: false; readonly problem: PathProblem };

const MAX_LENGTH = 4096;
const NAME = /[^\s.[\](){}'"`,:*?@~^|&!<>=+\\]+|\*/y;
const QUOTED = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/y;

const SCRIPT = 'script is never run from a path; select the nodes here and put the condition into `when`';

/** Characters that jsonpath-plus would act on, with why they are refused. */
const REFUSED: Readonly<Record<string, string>> = {
  '?': `a filter ?() is script, and ${SCRIPT}`,
  '(': SCRIPT,
  '^': 'a path leads downwards: ^ (parent) is not supported',
  '~': '~ (property names) is not supported',
  '`': "a backtick escape is not supported; quote the name: ['name']",
  '@': 'type selectors such as @string() are not supported; test the value in `when`',
};

const refuse = (message: string, offset: number): GrammarResult => ({
  ok: false,
  problem: { message, offset },
});

/** The end of a bracket's content (the index of `]`), quoted text skipped; -1 where it is not closed. */
function closingBracket(path: string, from: number): number {
  let at = from;
  while (at < path.length) {
    const character = path[at];
    if (character === ']') return at;
    if (character === "'" || character === '"') {
      QUOTED.lastIndex = at;
      const quoted = QUOTED.exec(path);
      if (quoted === null) return -1;
      at = QUOTED.lastIndex;
    } else at++;
  }
  return -1;
}

/** Splits a path into its steps; the leading `$` may be left out. */
export function readSteps(path: string): GrammarResult {
  if (path.length > MAX_LENGTH) return refuse(`is longer than ${MAX_LENGTH} characters`, MAX_LENGTH);
  if (path.trim() === '') return refuse('is empty; $ selects the object itself', 0);
  const steps: WrittenStep[] = [];
  let at = path.startsWith('$') ? 1 : 0;
  let wantsName = at === 0;
  while (at < path.length) {
    const character = path[at] as string; // at is within the path
    if (!wantsName && character === '.') {
      at++;
      if (path[at] === '.') {
        steps.push({ kind: 'descend', text: '..', offset: at - 1 });
        at++;
        if (path[at] === '[') continue;
      }
      wantsName = true;
    } else if (character === '[' && (!wantsName || at === 0)) {
      const end = closingBracket(path, at + 1);
      const reason = scriptInBracket(path.slice(at + 1, end < 0 ? path.length : end));
      if (reason !== undefined) return refuse(reason, at + 1);
      if (end < 0) return refuse('this bracket is never closed', at);
      steps.push({ kind: 'bracket', text: path.slice(at + 1, end), offset: at + 1 });
      at = end + 1;
      wantsName = false;
    } else if (wantsName) {
      NAME.lastIndex = at;
      const name = NAME.exec(path);
      if (name === null)
        return refuse(
          REFUSED[character] ?? "a field name is expected here; quote names with other characters: ['a.b/c']",
          at,
        );
      steps.push({ kind: 'name', text: name[0], offset: at });
      at = NAME.lastIndex;
      wantsName = false;
    } else return refuse(REFUSED[character] ?? `${character} is not expected here`, at);
  }
  if (wantsName) return refuse('ends where a field name is expected', path.length);
  return { ok: true, steps };
}

/** Why a bracket's content is refused, undefined where it is plain names, indices, slices or a wildcard. */
function scriptInBracket(content: string): string | undefined {
  const unquoted = content.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '');
  for (const character of unquoted) if (Object.hasOwn(REFUSED, character)) return REFUSED[character];
  return undefined;
}
