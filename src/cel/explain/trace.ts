// What every part of an expression came to: the whole tree, for people who ask. Nothing of it runs otherwise.
import type { Activation, Budget } from '../activation.js';
import { children, type Expr } from '../ast.js';
import { OPERATORS } from '../operators.js';
import { printExpr } from '../print.js';
import type { Program } from '../program.js';
import { CelError, type CelValue } from '../values.js';
import { assignedTo, elementsOf } from './elements.js';
import { type Examination, examine, type VariablePrograms } from './examination.js';
import type { ValuePath } from './explained.js';
import { pathOf } from './locate.js';

/** One part of an expression with its value. */
export interface TraceNode {
  /** The part as the expression writes it; for an element of a comprehension, which one. */
  readonly source: string;
  readonly value: CelValue | CelError;
  /** The field whose value it is, unchanged; undefined for what is computed. */
  readonly path: ValuePath | undefined;
  readonly children: readonly TraceNode[];
}

export interface TraceOptions {
  /** Programs of lazily evaluated variables by their whole name; each becomes a child of the part that names it. */
  readonly variables?: VariablePrograms;
  /** Most nodes given; the rest is left out. Default 400. */
  readonly limit?: number;
}

const MAX_NODES = 400;
const MAX_ELEMENTS = 20;

/** Counts the nodes made, so that no expression over a large object gives a tree nobody reads. */
interface Growth {
  left: number;
}

/** A selection or index on something that is a field itself: its operand says nothing more. */
const isField = (examination: Examination, expr: Expr): boolean => pathOf(examination, expr) !== undefined;

function branches(examination: Examination, expr: Expr): readonly Expr[] {
  if (expr.kind === 'select' || isField(examination, expr)) return [];
  if (expr.kind !== 'call' || expr.function !== OPERATORS.conditional) return children(expr);
  const [condition, yes, no] = expr.args;
  if (condition === undefined) return [];
  const chosen = examination.evaluate(condition) === true ? yes : no;
  return chosen === undefined ? [condition] : [condition, chosen];
}

function elementNodes(
  examination: Examination,
  expr: Extract<Expr, { kind: 'comprehension' }>,
  growth: Growth,
): readonly TraceNode[] {
  const body = expr.condition ?? expr.transform;
  if (body === undefined) return [];
  return elementsOf(examination, expr.range)
    .slice(0, MAX_ELEMENTS)
    .map((element) => {
      examination.assign(expr, assignedTo(expr, element));
      const node = nodeOf(examination, body, growth);
      const key = typeof element.key === 'string' ? `'${element.key}'` : String(element.key);
      return { ...node, source: `${expr.variables[0]} = [${key}]: ${node.source}` };
    });
}

function childNodes(examination: Examination, expr: Expr, growth: Growth): readonly TraceNode[] {
  const inner = examination.variableOf(expr);
  if (inner !== undefined) return [nodeOf(inner, inner.root, growth)];
  if (expr.kind === 'comprehension')
    return [nodeOf(examination, expr.range, growth), ...elementNodes(examination, expr, growth)];
  if (expr.kind === 'bind') {
    const value = examination.evaluate(expr.init);
    if (!(value instanceof CelError))
      examination.assign(expr, [{ value, path: pathOf(examination, expr.init) }]);
    return [nodeOf(examination, expr.init, growth), nodeOf(examination, expr.body, growth)];
  }
  return branches(examination, expr)
    .filter((part) => part.kind !== 'literal')
    .map((part) => nodeOf(examination, part, growth));
}

function nodeOf(examination: Examination, expr: Expr, growth: Growth): TraceNode {
  growth.left--;
  const node = {
    source: printExpr(expr),
    value: examination.evaluate(expr),
    path: pathOf(examination, expr),
  };
  return { ...node, children: growth.left <= 0 ? [] : childNodes(examination, expr, growth) };
}

/**
 * The value of every part of a program, over the activation it was evaluated with: operands, the elements of
 * comprehensions, the branch a conditional took, the expressions of lazy variables. Parts that a short cut left out
 * are evaluated as well. What it evaluates is charged to the budget; parts past its end are errors.
 */
export function trace(
  program: Program,
  activation: Activation,
  budget: Budget,
  { variables = new Map(), limit = MAX_NODES }: TraceOptions = {},
): TraceNode {
  return nodeOf(examine(program, activation, budget, variables), program.ast, { left: limit });
}
