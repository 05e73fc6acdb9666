// Evaluates the parts of a checked expression one by one, for explanations: the same closures as the whole, so that what a
// part gives always agrees with what the expression gave. Slow, and for use after the fact.
import type { Activation, Budget, Input } from './activation.js';
import type { BindExpr, ComprehensionExpr, Expr } from './ast.js';
import { children } from './ast.js';
import { partCompiler } from './compiler/compile.js';
import type { Program } from './program.js';
import type { CelError, CelValue } from './values.js';

/** An expression taken apart over one activation. */
export interface Probe {
  /** The value or error of a part. The variables of the comprehensions and bindings around it must have been assigned. */
  evaluate(part: Expr): CelValue | CelError;
  /** Gives the variables of a comprehension or binding their values, in the order it declares them. */
  assign(scope: ComprehensionExpr | BindExpr, values: readonly Input[]): void;
}

/** A probe of a program; what it evaluates is charged to the budget. */
export function createProbe(program: Program, activation: Activation, budget: Budget): Probe {
  const depths = new Map<Expr, number>();
  measure(program.ast, 0, depths);
  const compilePart = partCompiler(program.checked, (expr) => depths.get(expr) ?? 0);
  return {
    evaluate: (part) => {
      const { run, cost } = compilePart(part);
      return activation.evaluate(run, cost, budget);
    },
    assign: (scope, values) => {
      const first = depths.get(scope) ?? 0;
      values.forEach((value, index) => {
        activation.slots[first + index] = value;
      });
    },
  };
}

/** How many local variables are visible at each node: their slots are numbered from the outside in. */
function measure(expr: Expr, depth: number, depths: Map<Expr, number>): void {
  depths.set(expr, depth);
  if (expr.kind === 'comprehension') {
    measure(expr.range, depth, depths);
    for (const part of [expr.condition, expr.transform]) {
      if (part !== undefined) measure(part, depth + expr.variables.length, depths);
    }
  } else if (expr.kind === 'bind') {
    measure(expr.init, depth, depths);
    measure(expr.body, depth + 1, depths);
  } else {
    for (const child of children(expr)) measure(child, depth, depths);
  }
}
