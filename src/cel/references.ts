// Which variables an expression reads, and which paths below them as far as they are written out: for indexing,
// documentation and deciding what an expression needs.
import { children, type Expr } from './ast.js';
import type { CheckedExpr } from './checker.js';
import { OPERATORS } from './operators.js';

/** One path an expression reads: `object.spec.containers` is `{variable: 'object', path: ['spec', 'containers']}`. */
export interface VariableReference {
  readonly variable: string;
  /** Constant fields and string keys below the variable, as far as the expression writes them out. */
  readonly path: readonly string[];
}

/** The longest paths read, without duplicates, in the order of the source. */
export function variableReferences(checked: CheckedExpr): readonly VariableReference[] {
  const found = new Map<string, VariableReference>();
  const visit = (expr: Expr): void => {
    const reference = pathOf(checked, expr);
    if (reference !== undefined) found.set([reference.variable, ...reference.path].join('\0'), reference);
    // Below a path only its indexes are left to look at.
    for (let at = expr; ; at = operandOf(at) as Expr) {
      const operand = operandOf(at);
      if (reference === undefined || operand === undefined) {
        if (reference === undefined) for (const child of children(at)) visit(child);
        return;
      }
    }
  };
  visit(checked.expr);
  return [...found.values()];
}

function operandOf(expr: Expr): Expr | undefined {
  if (expr.kind === 'select') return expr.operand;
  return expr.kind === 'call' && keyOf(expr) !== undefined ? expr.args[0] : undefined;
}

/** The constant key of `a['k']`, `a[?'k']` and `a.?k`. */
function keyOf(expr: Expr): string | undefined {
  if (expr.kind === 'select') return expr.field;
  if (expr.kind !== 'call') return undefined;
  const keyed: readonly string[] = [OPERATORS.index, OPERATORS.optionalIndex, OPERATORS.optionalSelect];
  const key = keyed.includes(expr.function) ? expr.args[1] : undefined;
  return key?.kind === 'literal' && typeof key.value === 'string' ? key.value : undefined;
}

function pathOf(checked: CheckedExpr, expr: Expr): VariableReference | undefined {
  const keys: string[] = [];
  for (let at: Expr | undefined = expr; at !== undefined; at = operandOf(at)) {
    const reference = checked.referenceOf(at);
    if (reference?.kind === 'variable') return { variable: reference.variable.name, path: keys.reverse() };
    if (reference !== undefined) return undefined;
    const key = keyOf(at);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return undefined;
}
