// Recursive-descent parser with macro expansion. Source of truth: google/cel-spec, doc/langdef.md ("Syntax") and
// cel-go's parser/gen/CEL.g4 and parser/parser.go. Longer than a page because the grammar is one thing.
import type { CallExpr, Expr, LiteralExpr, MapEntry, StructField } from './ast.js';
import { children } from './ast.js';
import { factoryAt, type Made } from './factory.js';
import { type Token, tokenize } from './lexer.js';
import { type Macro, MacroError } from './library.js';
import { PARSE_LIMITS, type ParseLimits } from './limits.js';
import { parseDouble, parseInteger } from './number-literals.js';
import { BINARY_BY_SYMBOL, BINARY_OPERATORS, OPERATORS } from './operators.js';
import { type Problem, problemAt } from './source.js';
import { decodeBytes, decodeString } from './string-literals.js';
import { makeUint } from './values.js';

/** Identifiers the language keeps for itself; they may name fields, not variables. */
const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const KEYWORDS = new Set(['true', 'false', 'null', 'in']);

export interface ParseOptions {
  readonly macros: readonly Macro[];
  readonly limits?: ParseLimits;
  /** Whether `a.?b`, `a[?b]`, `[?a]` and `{?k: v}` are part of the language. */
  readonly optionalSyntax?: boolean;
}

export type ParseResult = { ok: true; expr: Expr } | { ok: false; problems: readonly Problem[] };

/** The syntax tree of a source with its macros expanded, or the first thing wrong with it. Never throws. */
export function parse(source: string, options: ParseOptions): ParseResult {
  const limits = options.limits ?? PARSE_LIMITS;
  const fail = (problem: Problem): ParseResult => ({ ok: false, problems: [problem] });
  if (source.length > limits.sourceLength && Array.from(source).length > limits.sourceLength) {
    return fail(
      problemAt(
        '',
        0,
        `expression code point size exceeds limit: size: ${source.length}, limit ${limits.sourceLength}`,
      ),
    );
  }
  const lexed = tokenize(source);
  if (!lexed.ok) return fail(lexed.problem);
  try {
    const expr = new Parser(lexed.tokens, options, limits).parseAll();
    return { ok: true, expr };
  } catch (error) {
    if (error instanceof SyntaxFault) return fail(problemAt(source, error.offset, error.message));
    throw error;
  }
}

const tables = new WeakMap<readonly Macro[], ReadonlyMap<string, readonly Macro[]>>();

/** An environment's macros by name, made once: that takes as long as parsing a short expression. */
function macrosByName(macros: readonly Macro[]): ReadonlyMap<string, readonly Macro[]> {
  const known = tables.get(macros) ?? Map.groupBy(macros, (macro) => macro.name);
  tables.set(macros, known);
  return known;
}

/** Leaves the recursive descent; never escapes this file. */
class SyntaxFault extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

class Parser {
  private index = 0;
  private lastId = 0;
  private nesting = 0;
  private readonly tokens: readonly Token[];
  private readonly limits: ParseLimits;
  private readonly macros: ReadonlyMap<string, readonly Macro[]>;
  private readonly optionalSyntax: boolean;

  constructor(tokens: readonly Token[], options: ParseOptions, limits: ParseLimits) {
    this.tokens = tokens;
    this.limits = limits;
    this.macros = macrosByName(options.macros);
    this.optionalSyntax = options.optionalSyntax ?? true;
  }

  parseAll(): Expr {
    const expr = this.expression();
    if (this.peek.kind !== 'end') this.unexpected('expecting <EOF>');
    this.measure(expr);
    return expr;
  }

  private get peek(): Token {
    // The last token is `end` and is never consumed.
    return this.tokens[this.index] as Token;
  }

  private is(symbol: string): boolean {
    return this.peek.kind === 'symbol' && this.peek.text === symbol;
  }

  private accept(symbol: string): Token | undefined {
    return this.is(symbol) ? this.take() : undefined;
  }

  private take(): Token {
    const token = this.peek;
    if (token.kind !== 'end') this.index++;
    return token;
  }

  private expect(symbol: string): Token {
    return this.accept(symbol) ?? this.unexpected(`expecting '${symbol}'`);
  }

  private unexpected(expecting: string): never {
    throw new SyntaxFault(this.peek.start, `Syntax error: mismatched input '${this.peek.text}' ${expecting}`);
  }

  /** Fills in id and position of a new node. */
  private node<T extends Made<Expr>>(
    start: number,
    at: number,
    made: T,
  ): T & { id: number; start: number; end: number; at: number } {
    const previous = this.tokens[this.index - 1];
    return { id: ++this.lastId, start, end: previous?.end ?? start, at, ...made };
  }

  private call(start: number, at: number, name: string, args: readonly Expr[]): CallExpr {
    return this.node(start, at, { kind: 'call', function: name, args });
  }

  private expression(): Expr {
    if (++this.nesting > this.limits.recursion) {
      throw new SyntaxFault(0, `expression recursion limit exceeded: ${this.limits.recursion}`);
    }
    const condition = this.logical(OPERATORS.or, '||', () =>
      this.logical(OPERATORS.and, '&&', () => this.binary(4)),
    );
    const question = this.accept('?');
    let expr = condition;
    if (question !== undefined) {
      const whenTrue = this.logical(OPERATORS.or, '||', () =>
        this.logical(OPERATORS.and, '&&', () => this.binary(4)),
      );
      this.expect(':');
      const whenFalse = this.expression();
      expr = this.call(condition.start, question.start, OPERATORS.conditional, [
        condition,
        whenTrue,
        whenFalse,
      ]);
    }
    this.nesting--;
    return expr;
  }

  /** A chain of `&&` or `||`, built as a balanced tree so that long chains stay shallow. */
  private logical(name: string, symbol: string, operand: () => Expr): Expr {
    const operands = [operand()];
    const signs: Token[] = [];
    for (let sign = this.accept(symbol); sign !== undefined; sign = this.accept(symbol)) {
      signs.push(sign);
      operands.push(operand());
    }
    const balance = (low: number, high: number): Expr => {
      if (low === high) return operands[low] as Expr;
      const middle = Math.floor((low + high) / 2);
      const left = balance(low, middle);
      const right = balance(middle + 1, high);
      const at = (signs[middle] as Token).start;
      return { ...this.call(left.start, at, name, [left, right]), end: right.end };
    };
    return balance(0, operands.length - 1);
  }

  /** Relations, sums and products by precedence climbing; all associate to the left. */
  private binary(precedence: number): Expr {
    if (precedence > 6) return this.unary();
    let left = this.binary(precedence + 1);
    for (;;) {
      const token = this.peek;
      const name =
        token.kind === 'symbol' || token.text === 'in' ? BINARY_BY_SYMBOL.get(token.text) : undefined;
      if (name === undefined || BINARY_OPERATORS.get(name)?.precedence !== precedence) return left;
      this.take();
      left = this.call(left.start, token.start, name, [left, this.binary(precedence + 1)]);
    }
  }

  private unary(): Expr {
    const symbol = this.is('!') ? '!' : this.is('-') ? '-' : undefined;
    if (symbol === undefined || this.isNegativeNumber()) return this.member();
    const first = this.peek;
    let signs = 0;
    while (this.accept(symbol) !== undefined) signs++;
    const operand = this.member();
    // Signs cancel out in pairs, as in cel-go.
    if (signs % 2 === 0) return { ...operand, start: first.start };
    return this.call(first.start, first.start, symbol === '!' ? OPERATORS.not : OPERATORS.negate, [operand]);
  }

  /** Whether a single minus stands before a number, whose literal it then belongs to. */
  private isNegativeNumber(): boolean {
    const next = this.tokens[this.index + 1]?.kind;
    return this.is('-') && (next === 'int' || next === 'double');
  }

  private member(): Expr {
    const minus = this.isNegativeNumber() ? this.take() : undefined;
    let expr = this.primary(minus);
    for (;;) {
      const token = this.peek;
      if (this.accept('.') !== undefined) {
        expr = this.selection(expr, token);
      } else if (this.accept('[') !== undefined) {
        const optional = this.acceptOptional();
        const index = this.expression();
        this.expect(']');
        const name = optional ? OPERATORS.optionalIndex : OPERATORS.index;
        expr = this.call(expr.start, token.start, name, [expr, index]);
      } else {
        return expr;
      }
    }
  }

  private selection(operand: Expr, dot: Token): Expr {
    const optional = this.acceptOptional();
    const name = this.take();
    if (
      (name.kind !== 'ident' && name.kind !== 'quotedIdent') ||
      (name.kind === 'ident' && KEYWORDS.has(name.text))
    ) {
      this.index--;
      this.unexpected('expecting IDENTIFIER');
    }
    const parenthesis = this.peek;
    if (optional) {
      const field = this.node(name.start, name.start, { kind: 'literal', type: 'string', value: name.text });
      return this.call(operand.start, dot.start, OPERATORS.optionalSelect, [operand, field]);
    }
    if (name.kind === 'ident' && this.accept('(') !== undefined) {
      const args = this.arguments();
      return this.expand(
        this.node(operand.start, parenthesis.start, {
          kind: 'call',
          function: name.text,
          target: operand,
          args,
        }),
      );
    }
    const select = this.node(operand.start, dot.start, {
      kind: 'select',
      operand,
      field: name.text,
      test: false,
    });
    return name.kind === 'ident' && this.is('{') ? this.structOrSelf(select) : select;
  }

  private acceptOptional(): boolean {
    const token = this.accept('?');
    if (token === undefined) return false;
    if (!this.optionalSyntax) throw new SyntaxFault(token.start, "unsupported syntax '?'");
    return true;
  }

  private arguments(): Expr[] {
    const args: Expr[] = [];
    if (this.accept(')') !== undefined) return args;
    do args.push(this.expression());
    while (this.accept(',') !== undefined);
    this.expect(')');
    return args;
  }

  private primary(minus?: Token): Expr {
    const token = this.take();
    const start = minus?.start ?? token.start;
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
        return this.number(token, start, minus !== undefined);
      case 'string':
      case 'bytes': {
        const decoded = token.kind === 'string' ? decodeString(token.text) : decodeBytes(token.text);
        if (!decoded.ok) throw new SyntaxFault(token.start, decoded.message);
        return this.node(start, start, { kind: 'literal', type: token.kind, value: decoded.value });
      }
      case 'ident':
        return this.identifier(token, '', start);
      case 'symbol':
        if (token.text === '(') {
          const inner = this.expression();
          this.expect(')');
          return inner;
        }
        if (token.text === '[') return this.list(token);
        if (token.text === '{') return this.map(token);
        if (token.text === '.' && this.peek.kind === 'ident') return this.identifier(this.take(), '.', start);
        break;
      default:
    }
    if (token.kind !== 'end') this.index--;
    return this.unexpected("expecting {'[', '{', '(', '.', '-', '!', literal, IDENTIFIER}");
  }

  private identifier(token: Token, dot: string, start: number): Expr {
    if (dot === '') {
      const literal = (type: LiteralExpr['type'], value: LiteralExpr['value']) =>
        this.node(start, start, { kind: 'literal', type, value });
      if (token.text === 'true') return literal('bool', true);
      if (token.text === 'false') return literal('bool', false);
      if (token.text === 'null') return literal('null', null);
    }
    if (KEYWORDS.has(token.text)) {
      this.index--;
      this.unexpected("expecting {'[', '{', '(', '.', '-', '!', literal, IDENTIFIER}");
    }
    if (RESERVED.has(token.text)) throw new SyntaxFault(token.start, `reserved identifier: ${token.text}`);
    const name = dot + token.text;
    const parenthesis = this.accept('(');
    if (parenthesis !== undefined) {
      const args = this.arguments();
      return this.expand(this.node(start, parenthesis.start, { kind: 'call', function: name, args }));
    }
    const ident = this.node(start, start, { kind: 'ident', name });
    return this.is('{') ? this.structOrSelf(ident) : ident;
  }

  private number(token: Token, start: number, negative: boolean): Expr {
    const text = negative ? `-${token.text}` : token.text;
    if (token.kind === 'double') {
      const value = parseDouble(text);
      if (value === undefined) throw new SyntaxFault(start, 'invalid double literal');
      return this.node(start, start, { kind: 'literal', type: 'double', value });
    }
    const value = parseInteger(text, token.kind === 'uint');
    if (value === undefined) throw new SyntaxFault(start, `invalid ${token.kind} literal`);
    if (token.kind === 'int') return this.node(start, start, { kind: 'literal', type: 'int', value });
    return this.node(start, start, { kind: 'literal', type: 'uint', value: makeUint(value) });
  }

  private list(bracket: Token): Expr {
    const elements: Expr[] = [];
    const optional = new Set<number>();
    while (!this.is(']') && !this.is(',')) {
      if (this.acceptOptional()) optional.add(elements.length);
      elements.push(this.expression());
      if (this.is(']') || this.accept(',') === undefined) break;
    }
    if (elements.length === 0) this.accept(',');
    this.expect(']');
    return this.node(bracket.start, bracket.start, { kind: 'list', elements, optional });
  }

  private map(brace: Token): Expr {
    const entries: MapEntry[] = [];
    while (!this.is('}') && !this.is(',')) {
      const optional = this.acceptOptional();
      const key = this.expression();
      this.expect(':');
      entries.push({ key, value: this.expression(), optional });
      if (this.is('}') || this.accept(',') === undefined) break;
    }
    if (entries.length === 0) this.accept(',');
    this.expect('}');
    return this.node(brace.start, brace.start, { kind: 'map', entries });
  }

  /** A message construction where the expression before the brace is a plain qualified name. */
  private structOrSelf(expr: Expr): Expr {
    const name = qualifiedName(expr);
    if (name === undefined) return expr;
    const brace = this.expect('{');
    const fields: StructField[] = [];
    while (!this.is('}') && !this.is(',')) {
      const optional = this.acceptOptional();
      const field = this.take();
      if (field.kind !== 'ident' && field.kind !== 'quotedIdent') {
        this.index--;
        this.unexpected('expecting IDENTIFIER');
      }
      this.expect(':');
      fields.push({ name: field.text, value: this.expression(), optional });
      if (this.is('}') || this.accept(',') === undefined) break;
    }
    if (fields.length === 0) this.accept(',');
    this.expect('}');
    return this.node(expr.start, brace.start, { kind: 'struct', name, fields });
  }

  private expand(call: CallExpr): Expr {
    const macro = this.macros
      .get(call.function)
      ?.find(
        (candidate) =>
          candidate.receiver === (call.target !== undefined) &&
          (candidate.arity === 'any' || candidate.arity === call.args.length),
      );
    if (macro === undefined) return call;
    const expanded = macro.expand(
      factoryAt(call, () => ++this.lastId),
      call,
    );
    if (expanded === undefined) return call;
    if (expanded instanceof MacroError) throw new SyntaxFault((expanded.at ?? call).at, expanded.message);
    return { ...expanded, start: call.start, end: call.end, macro: call };
  }

  /** Refuses trees too deep for the walks that follow; itself without recursion. */
  private measure(expr: Expr): void {
    let level: readonly Expr[] = [expr];
    let nodes = 0;
    for (let depth = 1; level.length > 0; depth++) {
      if (depth > this.limits.depth)
        throw new SyntaxFault(0, `max recursion depth exceeded: ${this.limits.depth}`);
      nodes += level.length;
      if (nodes > this.limits.nodes)
        throw new SyntaxFault(0, `expression is too large: limit ${this.limits.nodes} nodes`);
      level = level.flatMap(children);
    }
  }
}

/** `a.b.c` of an expression that is a plain chain of names; undefined for any other. */
export function qualifiedName(expr: Expr): string | undefined {
  const parts: string[] = [];
  let at = expr;
  while (at.kind === 'select' && !at.test) {
    parts.push(at.field);
    at = at.operand;
  }
  return at.kind === 'ident' ? [at.name, ...parts.reverse()].join('.') : undefined;
}
