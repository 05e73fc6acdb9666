// Lists and maps that are written out must be of one type, unless they are (in) the argument of `format`. Source of truth:
// cel-go's cel/validator.go (`ValidateHomogeneousAggregateLiterals`), which Kubernetes enables.
import { children, type Expr } from './ast.js';
import { type CelType, sameType } from './types.js';

export interface MixedLiteral {
  /** The first element, key or value that differs from the ones before it. */
  readonly at: Expr;
  readonly message: string;
}

type TypeOf = (expr: Expr) => CelType;

/** What is of another type than its neighbours, anywhere in an expression that checked. */
export function mixedLiterals(expr: Expr, typeOf: TypeOf): readonly MixedLiteral[] {
  if (expr.kind === 'call' && expr.function === 'format') return [];
  const found = children(expr).flatMap((child) => mixedLiterals(child, typeOf));
  const check = (parts: readonly Typed[]): void => {
    const mixed = firstMixed(parts);
    if (mixed !== undefined) found.push(mixed);
  };
  if (expr.kind === 'list') {
    check(expr.elements.map((element, index) => typed(element, expr.optional.has(index), typeOf)));
  }
  if (expr.kind === 'map') {
    check(expr.entries.map(({ key }) => typed(key, false, typeOf)));
    check(expr.entries.map(({ value, optional }) => typed(value, optional, typeOf)));
  }
  return found;
}

interface Typed {
  readonly expr: Expr;
  readonly type: CelType;
}

/** An element written `?element` counts as what its optional holds. */
function typed(expr: Expr, optional: boolean, typeOf: TypeOf): Typed {
  const type = typeOf(expr);
  return { expr, type: optional ? (type.params[0] ?? type) : type };
}

function firstMixed(parts: readonly Typed[]): MixedLiteral | undefined {
  const [first] = parts;
  const mixed = first && parts.find(({ type }) => !sameType(first.type, type));
  return mixed && { at: mixed.expr, message: `expected type '${first.type}' but found '${mixed.type}'` };
}
