// The syntax tree of an expression after macro expansion. Comprehension macros keep their meaning as one node
// (no generic fold), so that they print, explain and compile as what they are. Source of truth: google/cel-spec,
// doc/langdef.md ("Syntax", "Macros") and proto/cel/expr/syntax.proto.
import type { CelBytes, CelDoubleValue, CelInt, CelUint } from './values.js';

/** Where a node stands in the source: UTF-16 offsets, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Where messages about the node point, as in cel-go: an operator's sign, a call's parenthesis, a select's dot. */
  readonly at: number;
}

export interface Node extends Span {
  /** Unique within one expression, from 1. */
  readonly id: number;
  /** The call as it was written, where a macro made this node; the printer prefers it. */
  readonly macro?: CallExpr;
}

export type LiteralValue = null | boolean | string | CelInt | CelUint | CelDoubleValue | CelBytes;

export interface LiteralExpr extends Node {
  readonly kind: 'literal';
  readonly value: LiteralValue;
  /** Tells an int literal from a double one, and `1` from `1u`. */
  readonly type: 'null' | 'bool' | 'string' | 'bytes' | 'int' | 'uint' | 'double';
}

export interface IdentExpr extends Node {
  readonly kind: 'ident';
  /** With a leading dot where the source has one. */
  readonly name: string;
}

/** `operand.field`, or with `test` the expansion of `has(operand.field)`. */
export interface SelectExpr extends Node {
  readonly kind: 'select';
  readonly operand: Expr;
  readonly field: string;
  readonly test: boolean;
}

/**
 * A call. Operators have the names of `operators.ts` (`_+_`, `_?_:_`, `_[_]`, `@in`, `_?._` ...). The field of
 * `a.?b` is a string literal as second argument.
 */
export interface CallExpr extends Node {
  readonly kind: 'call';
  readonly function: string;
  readonly target?: Expr;
  readonly args: readonly Expr[];
}

export interface ListExpr extends Node {
  readonly kind: 'list';
  readonly elements: readonly Expr[];
  /** Positions of elements written `?e`. */
  readonly optional: ReadonlySet<number>;
}

export interface MapEntry {
  readonly key: Expr;
  readonly value: Expr;
  readonly optional: boolean;
}

export interface MapExpr extends Node {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
}

export interface StructField {
  readonly name: string;
  readonly value: Expr;
  readonly optional: boolean;
}

/** `Name{field: value}`: it parses, and the checker refuses it, as there are no message types. */
export interface StructExpr extends Node {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: readonly StructField[];
}

export type ComprehensionKind =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry';

/**
 * A comprehension macro. `condition` is the predicate of all, exists and exists_one, and the optional filter of
 * the others; `transform` the result expression of map and the transform macros.
 */
export interface ComprehensionExpr extends Node {
  readonly kind: 'comprehension';
  readonly comprehension: ComprehensionKind;
  readonly range: Expr;
  /** One name: the element (of a map, its key). Two names: index or key, then element or value. */
  readonly variables: readonly [string] | readonly [string, string];
  readonly condition?: Expr;
  readonly transform?: Expr;
}

/** `cel.bind(name, init, body)`: `init` is evaluated at most once, when first used. */
export interface BindExpr extends Node {
  readonly kind: 'bind';
  readonly name: string;
  readonly init: Expr;
  readonly body: Expr;
}

export type Expr =
  | LiteralExpr
  | IdentExpr
  | SelectExpr
  | CallExpr
  | ListExpr
  | MapExpr
  | StructExpr
  | ComprehensionExpr
  | BindExpr;

/** The direct sub-expressions of a node, in the order they are written. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'ident':
      return [];
    case 'select':
      return [expr.operand];
    case 'call':
      return expr.target === undefined ? expr.args : [expr.target, ...expr.args];
    case 'list':
      return expr.elements;
    case 'map':
      return expr.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'struct':
      return expr.fields.map((field) => field.value);
    case 'comprehension':
      return [expr.range, expr.condition, expr.transform].filter((part) => part !== undefined);
    case 'bind':
      return [expr.init, expr.body];
  }
}
