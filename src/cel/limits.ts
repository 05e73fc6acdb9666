// What an expression may measure before it is refused, so that hostile text costs little. The first two are cel-go's
// defaults (parser/options.go), which the API server uses; the others keep the tree walks below within the stack.

export interface ParseLimits {
  /** Longest source, in code points. */
  readonly sourceLength: number;
  /** Deepest nesting of expressions within each other's parentheses, brackets and arguments. */
  readonly recursion: number;
  /** Deepest syntax tree, chains of operators and selections included. */
  readonly depth: number;
  /** Most nodes after macro expansion. */
  readonly nodes: number;
}

export const PARSE_LIMITS: ParseLimits = {
  sourceLength: 100_000,
  recursion: 250,
  depth: 1_000,
  nodes: 50_000,
};
