// One program under examination: its parts can be evaluated, and its names stand for fields of the variables.
import type { Activation, Budget } from '../activation.js';
import type { BindExpr, ComprehensionExpr, Expr } from '../ast.js';
import { createProbe } from '../probe.js';
import type { Program } from '../program.js';
import type { CelError, CelValue } from '../values.js';
import type { ValuePath } from './explained.js';

/** A value given to a local variable, and the field it is, where it is one. */
export interface Assigned {
  readonly value: CelValue;
  readonly path: ValuePath | undefined;
}

export interface Examination {
  readonly root: Expr;
  evaluate(expr: Expr): CelValue | CelError;
  /** The field a name stands for: a declared variable itself, or the element a local variable is. */
  nameOf(expr: Expr): ValuePath | undefined;
  /** The examination of a lazily evaluated variable's own expression; undefined for other parts. */
  variableOf(expr: Expr): Examination | undefined;
  /** Gives the variables of a comprehension or binding their values until they are given others. */
  assign(scope: ComprehensionExpr | BindExpr, values: readonly Assigned[]): void;
}

/** Programs of lazily evaluated variables by their whole name, such as `variables.limit`. */
export type VariablePrograms = ReadonlyMap<string, Program>;

const MAX_DEPTH = 16;

/** Takes a program apart over the activation it was evaluated with. */
export function examine(
  program: Program,
  activation: Activation,
  budget: Budget,
  variables: VariablePrograms,
  depth = 0,
): Examination {
  const probe = createProbe(program, activation, budget);
  const { checked } = program;
  const locals = new Map<string, ValuePath | undefined>();
  return {
    root: program.ast,
    evaluate: (expr) => probe.evaluate(expr),
    nameOf(expr) {
      if (expr.kind !== 'ident' && expr.kind !== 'select') return undefined;
      const reference = checked.referenceOf(expr);
      if (reference?.kind === 'local') return locals.get(reference.name);
      if (reference?.kind !== 'variable' || variables.has(reference.variable.name)) return undefined;
      return { variable: reference.variable.name, steps: [] };
    },
    variableOf(expr) {
      if ((expr.kind !== 'ident' && expr.kind !== 'select') || depth >= MAX_DEPTH) return undefined;
      const reference = checked.referenceOf(expr);
      if (reference?.kind !== 'variable') return undefined;
      const inner = variables.get(reference.variable.name);
      return inner === undefined ? undefined : examine(inner, activation, budget, variables, depth + 1);
    },
    assign(scope, values) {
      const names = scope.kind === 'bind' ? [scope.name] : scope.variables;
      for (const [index, name] of names.entries()) locals.set(name, values[index]?.path);
      probe.assign(
        scope,
        values.map(({ value }) => value),
      );
    },
  };
}
