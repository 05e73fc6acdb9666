// `&&`, `||`, `!` and `?:`. The first two are commutative over errors: an operand that decides wins over an error of
// the other (google/cel-spec, doc/langdef.md, "Logical Operators").
import type { Activation, Run } from '../activation.js';
import { CelError, type CelValue } from '../values.js';
import { type Code, constantCode, noOverload } from './code.js';

/** `a && b && ...` where `decisive` is false, `a || b || ...` where it is true. */
export function logicCode(operands: readonly Code[], decisive: boolean): Code {
  const last = operands.findIndex(({ constant }) => constant === decisive);
  const needed = (last === -1 ? operands : operands.slice(0, last + 1)).filter(
    ({ constant }, index, all) => constant !== !decisive || (all.length === 1 && index === 0),
  );
  const [one, two, three] = needed;
  if (one === undefined) return constantCode(!decisive);
  if (two === undefined) return typeof one.constant === 'boolean' ? one : strictBool(one);
  if (three === undefined) return pair(one, two, decisive);
  // Two closures for three operands would take a sixth longer; chains beyond three nest.
  if (needed.length === 3) return triple(one, two, three, decisive);
  const middle = Math.ceil(needed.length / 2);
  return pair(
    logicCode(needed.slice(0, middle), decisive),
    logicCode(needed.slice(middle), decisive),
    decisive,
  );
}

/** What is left of a chain whose other operands are constants without say; it must still be a bool. */
function strictBool({ run, cost }: Code): Code {
  return {
    cost,
    run: (activation) => {
      const value = run(activation);
      return typeof value === 'boolean' ? value : noOverload(activation, value);
    },
  };
}

function pair(left: Code, right: Code, decisive: boolean): Code {
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

function triple(first: Code, second: Code, third: Code, decisive: boolean): Code {
  const runFirst = first.run;
  const runSecond = second.run;
  const runThird = third.run;
  const secondCost = second.cost;
  const thirdCost = third.cost;
  const rest = pair(second, third, decisive).run;
  return {
    cost: first.cost,
    run: (activation) => {
      const one = runFirst(activation);
      if (one === decisive) return decisive;
      activation.cost += secondCost;
      if (one !== !decisive) return absorb(activation, one, rest, decisive);
      const two = runSecond(activation);
      if (two === decisive) return decisive;
      activation.cost += thirdCost;
      if (two !== !decisive) return absorb(activation, two, runThird, decisive);
      const three = runThird(activation);
      return typeof three === 'boolean' ? three : noOverload(activation, three);
    },
  };
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
