// Splits an expression into tokens. Source of truth: google/cel-spec, doc/langdef.md ("Syntax") and cel-go's
// parser/gen/CEL.g4. One pass, linear in the source; nothing here recurses.
import { type Problem, problemAt } from './source.js';

export type TokenKind =
  | 'ident'
  | 'quotedIdent'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'symbol'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The text as written; of a quoted identifier without its backticks. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SYMBOLS = [
  '==', '!=', '<=', '>=', '&&', '||',
  '<', '>', '+', '-', '*', '/', '%', '!', '?', ':', '.', ',', '(', ')', '[', ']', '{', '}',
]; // biome-ignore format: a table
const NUMBER = /(?:0x[0-9a-fA-F]+[uU]?)|(?:\d*\.\d+(?:[eE][+-]?\d+)?)|(?:\d+[eE][+-]?\d+)|(?:\d+[uU]?)/y;
const IDENT = /[A-Za-z_][A-Za-z0-9_]*/y;
const QUOTED_IDENT = /`([A-Za-z0-9_.\-/ ]+)`/y;
const SPACE = /(?:[ \t\n\r\f]+|\/\/[^\n]*)+/y;
const STRING_START = /(?:[bB][rR]?|[rR])?(?:"""|'''|"|')/y;

/** The tokens of a source, ended by an `end` token, or what is wrong with it. */
export function tokenize(source: string): { ok: true; tokens: Token[] } | { ok: false; problem: Problem } {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: TokenKind, end: number, text = source.slice(at, end)) => {
    tokens.push({ kind, text, start: at, end });
    at = end;
  };
  for (;;) {
    at = matchEnd(SPACE, source, at) ?? at;
    if (at >= source.length) break;
    const opening = matchEnd(STRING_START, source, at);
    if (opening !== undefined) {
      const end = stringEnd(source, at, opening);
      if (end === undefined) {
        return { ok: false, problem: problemAt(source, at, 'Syntax error: unterminated string literal') };
      }
      add(/^[bB]/.test(source[at] as string) ? 'bytes' : 'string', end);
      continue;
    }
    const ident = matchEnd(IDENT, source, at);
    if (ident !== undefined) {
      add('ident', ident);
      continue;
    }
    const number = matchEnd(NUMBER, source, at);
    if (number !== undefined) {
      add(numberKind(source.slice(at, number)), number);
      continue;
    }
    const quoted = matchEnd(QUOTED_IDENT, source, at);
    if (quoted !== undefined) {
      add('quotedIdent', quoted, source.slice(at + 1, quoted - 1));
      continue;
    }
    const symbol = SYMBOLS.find((candidate) => source.startsWith(candidate, at));
    if (symbol === undefined) {
      const character = String.fromCodePoint(source.codePointAt(at) as number);
      return {
        ok: false,
        problem: problemAt(source, at, `Syntax error: token recognition error at: '${character}'`),
      };
    }
    add('symbol', at + symbol.length);
  }
  tokens.push({ kind: 'end', text: '<EOF>', start: source.length, end: source.length });
  return { ok: true, tokens };
}

function matchEnd(pattern: RegExp, source: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(source) ? pattern.lastIndex : undefined;
}

function numberKind(text: string): TokenKind {
  if (/^0x/.test(text)) return /[uU]$/.test(text) ? 'uint' : 'int';
  if (/[.eE]/.test(text)) return 'double';
  return /[uU]$/.test(text) ? 'uint' : 'int';
}

/** End of a string literal that opens at `start` with its content from `content` on; undefined if it never ends. */
function stringEnd(source: string, start: number, content: number): number | undefined {
  const quote = source[content - 1] as string;
  const triple = source.startsWith(quote.repeat(3), content - 3) && content - 3 >= start;
  const raw = /[rR]/.test(source.slice(start, content));
  const closing = triple ? quote.repeat(3) : quote;
  for (let at = content; at < source.length; at++) {
    const character = source[at];
    if (character === '\\' && !raw) at++;
    else if (!triple && (character === '\n' || character === '\r')) return undefined;
    else if (source.startsWith(closing, at)) return at + closing.length;
  }
  return undefined;
}
