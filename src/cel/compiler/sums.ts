// `+ - * / %` and negation. JSON numbers that are safe integers stay JavaScript numbers; all else goes the exact way.
import type { Activation, Run } from '../activation.js';
import { type ArithmeticOperator, calculate, negate } from '../arithmetic.js';
import { CelOpaque, type CelValue, isMap } from '../values.js';
import { type Code, noOverload, settle, traversal } from './code.js';
import { sizeForCost } from './comparison.js';

/** On safe integers: the result if it is a safe integer too, else NaN, and the exact way is taken. */
const SAFE: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => (right === 0 ? Number.NaN : Math.trunc(left / right)),
  '%': (left, right) => (right === 0 ? Number.NaN : left % right),
};

/**
 * An arithmetic operator. `sized` tells that exactly one overload applies and it joins strings or bytes, `lists` that it joins
 * lists.
 */
export function arithmeticCode(
  operator: ArithmeticOperator,
  left: Code,
  right: Code,
  sized: boolean,
  lists: boolean,
): Code {
  const runLeft = left.run;
  const runRight = right.run;
  const safe = SAFE[operator];
  const exact = (activation: Activation, one: CelValue | undefined, other: CelValue | undefined) => {
    if (one === undefined || other === undefined) return undefined;
    if (sized) activation.cost += traversal(sizeForCost(one) + sizeForCost(other));
    chargeCopy(activation, one, other);
    const result = settle(activation, calculate(operator, one, other));
    if (result === undefined && !hasArithmetic(one))
      return activation.fail(`no such overload: _${operator}_`);
    return result;
  };
  const run: Run = (activation) => {
    const one = runLeft(activation);
    if (one === undefined) return undefined;
    const other = runRight(activation);
    if (
      typeof one === 'number' &&
      typeof other === 'number' &&
      Number.isSafeInteger(one) &&
      Number.isSafeInteger(other)
    ) {
      const result = safe(one, other);
      // Adding zero turns the -0 of `-4 % 2` into the int it is.
      if (Number.isSafeInteger(result)) return result + 0;
    }
    return exact(activation, one, other);
  };
  // Lists of JSON join to JSON; a sum of JSON numbers may be a double, which is no JSON here.
  const json = lists && (left.json ?? false) && (right.json ?? false);
  return { run, cost: left.cost + right.cost + (sized ? 0 : 1), json };
}

/** Whether a value is of a kind that operators exist for at all; cel-go names the operator only where it is not. */
function hasArithmetic(value: CelValue): boolean {
  return value !== null && typeof value !== 'boolean' && !(value instanceof CelOpaque) && !isMap(value);
}

/** Joining long lists copies them, which cel-go does not: a tenth an element beyond a hundred keeps memory bounded. */
function chargeCopy(activation: Activation, left: CelValue, right: CelValue): void {
  if (!Array.isArray(left) || !Array.isArray(right)) return;
  const size = left.length + right.length;
  if (size > 100) activation.cost += traversal(size);
}

/** `-operand` */
export function negationCode(operand: Code): Code {
  const { run } = operand;
  return {
    cost: operand.cost + 1,
    run: (activation) => {
      const value = run(activation);
      return value === undefined ? noOverload(activation, value) : settle(activation, negate(value));
    },
  };
}
