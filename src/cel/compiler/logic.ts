// `&&`, `||`, `!` and `?:`. The first two are commutative over errors: an operand that decides wins over an error of
// the other (google/cel-spec, doc/langdef.md, "Logical Operators").
import type { Activation, Run } from '../activation.js';
import { CelError, type CelValue } from '../values.js';
import { type Code, constantCode, noOverload } from './code.js';

/** `left && right` where `decisive` is false, `left || right` where it is true. */
export function logicCode(left: Code, right: Code, decisive: boolean): Code {
  if (left.constant === decisive) return left;
  if (left.constant === !decisive && typeof right.constant === 'boolean') return right;
  const runLeft = left.run;
  const runRight = right.run;
  const rightCost = right.cost;
  const run: Run = decisive
    ? (activation) => {
        const one = runLeft(activation);
        if (one === true) return true;
        activation.cost += rightCost;
        if (one !== false) return absorb(activation, one, runRight, true);
        const other = runRight(activation);
        return typeof other === 'boolean' ? other : noOverload(activation, other);
      }
    : (activation) => {
        const one = runLeft(activation);
        if (one === false) return false;
        activation.cost += rightCost;
        if (one !== true) return absorb(activation, one, runRight, false);
        const other = runRight(activation);
        return typeof other === 'boolean' ? other : noOverload(activation, other);
      };
  return { run, cost: left.cost };
}

/** The right side after a left one that is no bool: it decides, or the left side's error stands. */
function absorb(
  activation: Activation,
  left: CelValue | undefined,
  right: Run,
  decisive: boolean,
): boolean | undefined {
  const error = left === undefined ? activation.error : new CelError('no such overload');
  if (right(activation) === decisive) return decisive;
  activation.error = error;
  return undefined;
}

/** `!operand` */
export function notCode(operand: Code): Code {
  if (typeof operand.constant === 'boolean') return constantCode(!operand.constant, operand.cost + 1);
  const { run, negated } = operand;
  if (negated !== undefined) return { cost: operand.cost + 1, run: negated, negated: run };
  return {
    cost: operand.cost + 1,
    run: (activation) => {
      const value = run(activation);
      return typeof value === 'boolean' ? !value : noOverload(activation, value);
    },
  };
}

/** `condition ? whenTrue : whenFalse`; a branch that is a plain attribute does not pay for its root. */
export function conditionalCode(condition: Code, whenTrue: Code, whenFalse: Code): Code {
  const runCondition = condition.run;
  const runTrue = whenTrue.run;
  const runFalse = whenFalse.run;
  const trueCost = whenTrue.cost - (whenTrue.attribute ? 1 : 0);
  const falseCost = whenFalse.cost - (whenFalse.attribute ? 1 : 0);
  const code: Code = {
    cost: condition.cost,
    json: (whenTrue.json ?? false) && (whenFalse.json ?? false),
    run: (activation) => {
      const chosen = runCondition(activation);
      if (chosen === true) {
        activation.cost += trueCost;
        return runTrue(activation);
      }
      if (chosen !== false) return noOverload(activation, chosen);
      activation.cost += falseCost;
      return runFalse(activation);
    },
  };
  return code;
}
