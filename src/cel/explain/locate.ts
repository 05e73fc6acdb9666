// Which field a part of an expression speaks about: through selections, indexes, optionals and functions of one value.
import { children, type Expr } from '../ast.js';
import { OPERATORS } from '../operators.js';
import { CelError, CelOptional, type CelValue } from '../values.js';
import type { Examination } from './examination.js';
import type { ValuePath } from './explained.js';

/** A field, and the part of the expression whose value it is. */
export interface Located {
  readonly path: ValuePath;
  /** Undefined for "unset". */
  readonly value: CelValue | undefined;
}

const CHAIN: readonly string[] = [OPERATORS.index, OPERATORS.optionalIndex, OPERATORS.optionalSelect];
/** Functions that take what an optional holds; the second argument stands in for nothing. */
const UNWRAP: readonly string[] = ['orValue', 'or', 'value'];

const isUnwrap = (expr: Expr): boolean => expr.kind === 'call' && UNWRAP.includes(expr.function);

/** What an expression gives, optionals opened; undefined where it is unset or an error. */
function openedValue(examination: Examination, expr: Expr): CelValue | undefined {
  const value = examination.evaluate(expr);
  if (value instanceof CelError) return undefined;
  return value instanceof CelOptional ? value.value : value;
}

function step(
  examination: Examination,
  operand: Expr,
  key: string | number | undefined,
): ValuePath | undefined {
  const base = pathOf(examination, operand);
  return base === undefined || key === undefined ? undefined : { ...base, steps: [...base.steps, key] };
}

function keyOf(examination: Examination, expr: Expr): string | number | undefined {
  const key = examination.evaluate(expr);
  return typeof key === 'string' || typeof key === 'number' ? key : undefined;
}

/** The branch a conditional takes; undefined for other parts, and where its condition is an error. */
export function chosenBranch(examination: Examination, expr: Expr): Expr | undefined {
  if (expr.kind !== 'call' || expr.function !== OPERATORS.conditional) return undefined;
  const [condition, yes, no] = expr.args;
  const holds = condition === undefined ? undefined : examination.evaluate(condition);
  if (typeof holds !== 'boolean') return undefined;
  return holds ? yes : no;
}

/** The field whose value an expression is, unchanged: selections, indexes, optionals and what stands in for them. */
export function pathOf(examination: Examination, expr: Expr): ValuePath | undefined {
  const known = examination.nameOf(expr);
  if (known !== undefined) return known;
  const inner = examination.variableOf(expr);
  if (inner !== undefined) return pathOf(inner, inner.root);
  const chosen = chosenBranch(examination, expr);
  if (chosen !== undefined) return pathOf(examination, chosen);
  if (expr.kind === 'call' && expr.target !== undefined && UNWRAP.includes(expr.function)) {
    const [fallback] = expr.args;
    const isThere = openedValue(examination, expr.target) !== undefined;
    const shown = isThere || fallback === undefined ? expr.target : fallback;
    return pathOf(examination, shown);
  }
  if (expr.kind === 'select' && !expr.test) return step(examination, expr.operand, expr.field);
  if (expr.kind !== 'call' || !CHAIN.includes(expr.function)) return undefined;
  const [operand, key] = expr.args;
  if (operand === undefined || key === undefined) return undefined;
  return step(examination, operand, keyOf(examination, key));
}

/** The field a part speaks about, and what is there; undefined where it speaks about none. */
export function locate(examination: Examination, expr: Expr): Located | undefined {
  const inner = examination.variableOf(expr);
  if (inner !== undefined) return locate(inner, inner.root);
  const path = isUnwrap(expr) ? undefined : pathOf(examination, expr);
  if (path !== undefined) return { path, value: openedValue(examination, expr) };
  if (expr.kind === 'call') return locateCall(examination, expr);
  if (expr.kind === 'comprehension') return locate(examination, expr.range);
  if (expr.kind === 'select') return locate(examination, expr.operand);
  if (expr.kind === 'list') return firstOf(examination, expr.elements);
  return undefined;
}

function firstOf(examination: Examination, parts: readonly Expr[]): Located | undefined {
  for (const part of parts) {
    const found = locate(examination, part);
    if (found !== undefined) return found;
  }
  return undefined;
}

function locateCall(examination: Examination, expr: Extract<Expr, { kind: 'call' }>): Located | undefined {
  const { target, args } = expr;
  if (expr.function === OPERATORS.conditional) {
    const [condition, yes, no] = args;
    if (condition === undefined || yes === undefined || no === undefined) return undefined;
    const chosen = examination.evaluate(condition) === true ? yes : no;
    return locate(examination, chosen) ?? locate(examination, condition);
  }
  if (target !== undefined && UNWRAP.includes(expr.function)) {
    const own = locate(examination, target);
    if (own?.value !== undefined) return own;
    return firstOf(examination, args) ?? own;
  }
  return firstOf(examination, target === undefined ? args : [target, ...args]);
}

/** Variables that say what is asked for rather than what is judged. */
const DEMANDS: readonly string[] = ['params', 'namespaceObject', 'request'];

/** The first field of what is judged that an expression mentions, however deep. */
export function subjectIn(examination: Examination, expr: Expr): Located | undefined {
  // What a comprehension goes over is not known here, only what it compares with.
  if (expr.kind === 'comprehension') examination.assign(expr, []);
  const located = locate(examination, expr);
  if (located !== undefined && !DEMANDS.includes(located.path.variable)) return located;
  for (const child of children(expr)) {
    const found = subjectIn(examination, child);
    if (found !== undefined) return found;
  }
  return undefined;
}
