// Why an expression is false: a slow second pass over the syntax tree that follows what decided the result down to the
// smallest parts. Nothing of it runs while expressions hold.
import type { Activation, Budget } from '../activation.js';
import type { CallExpr, ComprehensionExpr, Expr } from '../ast.js';
import { mapEntries } from '../maps.js';
import { OPERATORS } from '../operators.js';
import { printExpr } from '../print.js';
import type { Program } from '../program.js';
import { CelError, type CelValue, isMap } from '../values.js';
import { assignedTo, elementsOf } from './elements.js';
import { type Examination, examine, type VariablePrograms } from './examination.js';
import type { ExplainedPart } from './explained.js';
import { type Located, locate, pathOf, subjectIn } from './locate.js';
import { comparisonPhrase, isComparison, testPhrase } from './phrase.js';

export interface ExplainOptions {
  /** Programs of lazily evaluated variables, so that an explanation reaches into them. */
  readonly variables?: VariablePrograms;
  /** Most parts given. */
  readonly limit?: number;
}

/** Collects parts; `wanted` is what the part should have been, and is not. */
type Blame = (examination: Examination, expr: Expr, wanted: boolean) => readonly ExplainedPart[];

/** Whether a part is as wanted; an error is never. */
const isAsWanted = (examination: Examination, expr: Expr, wanted: boolean): boolean =>
  examination.evaluate(expr) === wanted;

function leaf(examination: Examination, expr: Expr, about: Expr, expected: string): ExplainedPart {
  const located = locate(examination, about);
  return { path: located?.path, found: located?.value, expected, source: printExpr(expr) };
}

/** Both operands of what must hold together, or one of several: those that are to blame. */
function blameOperands(
  examination: Examination,
  operands: readonly Expr[],
  wanted: boolean,
): readonly ExplainedPart[] {
  return operands
    .filter((operand) => !isAsWanted(examination, operand, wanted))
    .flatMap((operand) => blame(examination, operand, wanted));
}

function blameConditional(
  examination: Examination,
  { args }: CallExpr,
  wanted: boolean,
): readonly ExplainedPart[] {
  const [condition, yes, no] = args;
  if (condition === undefined || yes === undefined || no === undefined) return [];
  const holds = examination.evaluate(condition) === true;
  const chosen = holds ? yes : no;
  // `c ? x : false` is false because of c, where the branch is a constant.
  if (chosen.kind === 'literal') return blame(examination, condition, !holds);
  return blame(examination, chosen, wanted);
}

function blameComparison(
  examination: Examination,
  expr: CallExpr,
  wanted: boolean,
): readonly ExplainedPart[] {
  const [left, right] = expr.args;
  if (left === undefined || right === undefined) return [];
  const mirrored = locate(examination, left) === undefined && expr.function !== OPERATORS.in;
  const [subject, other] = mirrored ? [right, left] : [left, right];
  const value = examination.evaluate(other);
  const isMembership = expr.function === OPERATORS.in;
  if (isMembership && isMap(value as CelValue)) return [membershipInMap(examination, expr, wanted)];
  if (isMembership && locate(examination, left) === undefined) {
    const located = locate(examination, right);
    const expected = `${wanted ? '' : 'not '}to contain ${printExpr(left)}`;
    return [{ path: located?.path, found: located?.value, expected, source: printExpr(expr) }];
  }
  const expected =
    value instanceof CelError
      ? `${wanted ? '' : 'not '}${printExpr(expr)}`
      : comparisonPhrase(expr.function, value, wanted, mirrored);
  return [leaf(examination, expr, subject, expected)];
}

/** `'app' in object.metadata.labels`: the key is the field. */
function membershipInMap(examination: Examination, expr: CallExpr, wanted: boolean): ExplainedPart {
  const [key, map] = expr.args as readonly [Expr, Expr]; // a membership has two
  const base = pathOf(examination, map);
  const name = examination.evaluate(key);
  const source = printExpr(expr);
  const expected = wanted ? 'set' : 'unset';
  if (base === undefined || typeof name !== 'string')
    return leaf(examination, expr, map, `${wanted ? '' : 'not '}${source}`);
  const value = examination.evaluate(map);
  const found = isMap(value as CelValue)
    ? mapEntries(value as never).find(([candidate]) => candidate === name)?.[1]
    : undefined; // a map: isMap
  return { path: { ...base, steps: [...base.steps, name] }, found, expected, source };
}

function blamePresence(
  examination: Examination,
  expr: Extract<Expr, { kind: 'select' }>,
  wanted: boolean,
): readonly ExplainedPart[] {
  const base = pathOf(examination, expr.operand);
  const source = printExpr(expr);
  if (base === undefined)
    return [{ path: undefined, found: undefined, expected: `${wanted ? '' : 'not '}${source}`, source }];
  const holder = examination.evaluate(expr.operand);
  const found =
    holder instanceof CelError || !isMap(holder)
      ? undefined
      : mapEntries(holder).find(([key]) => key === expr.field)?.[1];
  return [
    {
      path: { ...base, steps: [...base.steps, expr.field] },
      found,
      expected: wanted ? 'set' : 'unset',
      source,
    },
  ];
}

/** Parts for every element for which the condition is `holds`, and should be the contrary. */
function blameElements(
  examination: Examination,
  expr: ComprehensionExpr,
  holds: boolean,
): readonly ExplainedPart[] {
  const { condition } = expr;
  if (condition === undefined) return [];
  const parts: ExplainedPart[] = [];
  for (const element of elementsOf(examination, expr.range)) {
    examination.assign(expr, assignedTo(expr, element));
    if (isAsWanted(examination, condition, !holds)) continue;
    const found = blame(examination, condition, !holds);
    // A condition about something else than the element still concerns that element.
    parts.push(
      ...found.map((part) =>
        part.path === undefined ? { ...part, path: element.path, found: element.value } : part,
      ),
    );
  }
  return parts;
}

/** `every c with …`, for a comprehension as a whole. */
function quantifierPhrase(expr: ComprehensionExpr, wanted: boolean): string {
  const words: Partial<Record<ComprehensionExpr['comprehension'], string>> = {
    all: 'every',
    exists: 'some',
    exists_one: 'exactly one',
  };
  const word = words[expr.comprehension];
  if (word === undefined || expr.condition === undefined) return `${wanted ? '' : 'not '}${printExpr(expr)}`;
  return `${wanted ? '' : 'not '}${word} ${expr.variables[0]} with ${printExpr(expr.condition)}`;
}

/** Where no element is right, the field that all of them are compared with is the one at fault: a list is what is allowed. */
function comparedWith(examination: Examination, expr: ComprehensionExpr): Located | undefined {
  if (expr.condition === undefined) return undefined;
  const [any] = elementsOf(examination, expr.range);
  if (any !== undefined) examination.assign(expr, assignedTo(expr, { ...any, path: undefined }));
  return subjectIn(examination, expr.condition);
}

function blameComprehension(
  examination: Examination,
  expr: ComprehensionExpr,
  wanted: boolean,
): readonly ExplainedPart[] {
  const { comprehension } = expr;
  if (comprehension === 'all' && wanted) return blameElements(examination, expr, false);
  if (comprehension === 'exists' && !wanted) return blameElements(examination, expr, true);
  const compared = comprehension === 'exists' ? comparedWith(examination, expr) : undefined;
  // With one element and nothing it is compared with, what it lacks says more than that none is right.
  if (
    comprehension === 'exists' &&
    compared === undefined &&
    elementsOf(examination, expr.range).length === 1
  ) {
    return blameElements(examination, expr, false);
  }
  const located = compared ?? subjectIn(examination, expr.range) ?? locate(examination, expr.range);
  return [
    {
      path: located?.path,
      found: located?.value,
      expected: quantifierPhrase(expr, wanted),
      source: printExpr(expr),
    },
  ];
}

function blameCall(examination: Examination, expr: CallExpr, wanted: boolean): readonly ExplainedPart[] {
  switch (expr.function) {
    case OPERATORS.and:
    case OPERATORS.or:
      return blameOperands(examination, expr.args, wanted);
    case OPERATORS.not:
      return expr.args.flatMap((operand) => blame(examination, operand, !wanted));
    case OPERATORS.conditional:
      return blameConditional(examination, expr, wanted);
    default:
  }
  if (isComparison(expr.function)) return blameComparison(examination, expr, wanted);
  const [argument] = expr.args;
  const value = argument === undefined ? undefined : examination.evaluate(argument);
  const phrase =
    expr.target === undefined || value instanceof CelError
      ? undefined
      : testPhrase(expr.function, value, wanted);
  const isOptional = expr.function === 'orValue' || expr.function === 'hasValue' || expr.function === 'value';
  return [
    leaf(
      examination,
      expr,
      phrase === undefined ? expr : (expr.target ?? expr),
      phrase ?? (isOptional ? String(wanted) : `${wanted ? '' : 'not '}${printExpr(expr)}`),
    ),
  ];
}

const blame: Blame = (examination, expr, wanted) => {
  const inner = examination.variableOf(expr);
  if (inner !== undefined) return blame(inner, inner.root, wanted);
  switch (expr.kind) {
    case 'call':
      return blameCall(examination, expr, wanted);
    case 'comprehension':
      return blameComprehension(examination, expr, wanted);
    case 'bind': {
      const value = examination.evaluate(expr.init);
      if (!(value instanceof CelError))
        examination.assign(expr, [{ value, path: pathOf(examination, expr.init) }]);
      return blame(examination, expr.body, wanted);
    }
    case 'select':
      if (expr.test) return blamePresence(examination, expr, wanted);
      return [leaf(examination, expr, expr, String(wanted))];
    default:
      return [leaf(examination, expr, expr, String(wanted))];
  }
};

/** One part a field and expectation. */
function distinct(parts: readonly ExplainedPart[]): readonly ExplainedPart[] {
  const seen = new Set<string>();
  return parts.filter(({ path, expected, source }) => {
    const key = JSON.stringify([path ?? source, expected]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const DEFAULT_LIMIT = 10;

/** Fields that say what an object is. `object.kind != 'Pod' || …` is a condition: nobody mends it by another kind. */
const IDENTITY: readonly string[] = [
  'kind',
  'apiVersion',
  'metadata/name',
  'metadata/namespace',
  'metadata/generateName',
];

const isIdentity = ({ path }: ExplainedPart): boolean =>
  path !== undefined &&
  (path.variable === 'request' || (path.variable === 'object' && IDENTITY.includes(path.steps.join('/'))));

/** The parts somebody can mend; all of them where there is none. */
function mendable(parts: readonly ExplainedPart[]): readonly ExplainedPart[] {
  const others = parts.filter((part) => part.path !== undefined && !isIdentity(part));
  return others.length === 0 ? parts : parts.filter((part) => !isIdentity(part));
}

/**
 * Why a program that gave false did, over the activation it was evaluated with: the smallest failing parts, through `&&`,
 * `||`, `!`, conditionals, comparisons, `in`, `has`, comprehensions, bindings, optionals and lazy variables. Empty where
 * nothing can be said. Fields that say what the object is or who asks are left out where another field is to blame. What it
 * evaluates is charged to the budget.
 */
export function explain(
  program: Program,
  activation: Activation,
  budget: Budget,
  { variables = new Map(), limit = DEFAULT_LIMIT }: ExplainOptions = {},
): readonly ExplainedPart[] {
  const parts = blame(examine(program, activation, budget, variables), program.ast, true);
  return mendable(distinct(parts)).slice(0, limit);
}
