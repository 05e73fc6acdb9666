// Comprehensions, each as its own loop: cel-go's generic fold is what they mean and what they cost, not what they do.
// Every iteration is charged as the fold's loop condition and step would be, and looks at the limit.
import type { Run } from '../activation.js';
import type { ComprehensionExpr } from '../ast.js';
import { CelError, type CelValue, isMap } from '../values.js';
import { type Code, noOverload, type Scope } from './code.js';
import { iterate, iterateMap, type Loop, type Step } from './loop.js';
import { collect, collectEntries, collectMap } from './transforms.js';

/** The code of a comprehension. */
export function comprehensionCode(expr: ComprehensionExpr, scope: Scope): Code {
  const range = scope.compile(expr.range);
  const json = range.json ?? false;
  return scope.within(expr, json, (slots) => {
    const condition = expr.condition === undefined ? undefined : scope.compile(expr.condition);
    const transform = expr.transform === undefined ? undefined : scope.compile(expr.transform);
    const loop: Loop = { range: range.run, slots };
    switch (expr.comprehension) {
      case 'all':
        return { cost: range.cost + 1, run: quantifier(loop, condition as Code, false) };
      case 'exists':
        return { cost: range.cost + 1, run: quantifier(loop, condition as Code, true) };
      case 'exists_one':
        return { cost: range.cost + 2, run: existsOne(loop, condition as Code) };
      case 'filter':
        return { cost: range.cost + 1, json, run: filter(loop, condition as Code) };
      case 'map':
      case 'transformList':
        return {
          cost: range.cost + 1,
          json: transform?.json ?? false,
          run: collect(loop, condition, transform as Code),
        };
      case 'transformMap':
        return { cost: range.cost + 1, run: collectMap(loop, condition, transform as Code) };
      case 'transformMapEntry':
        return { cost: range.cost + 1, run: collectEntries(loop, condition, transform as Code) };
    }
  });
}

/**
 * `all` (decided by the first false) and `exists` (by the first true). An undecided error comes out at the end. The loop
 * over a list is written out: through `iterate` it takes half as long again.
 */
function quantifier(loop: Loop, condition: Code, decisive: boolean): Run {
  const {
    range: runRange,
    slots: [slot, second],
  } = loop as { range: Run; slots: readonly [number, number | undefined] };
  const { run } = condition;
  // The fold's condition costs 2 (`@not_strictly_false(accu)`), 3 with the negation of exists; its step 1 for the accu.
  const check = decisive ? 3 : 2;
  const cost = condition.cost + check + 1;
  return (activation) => {
    const range = runRange(activation);
    if (range === undefined) return undefined;
    let failure: CelError | undefined;
    let failed = false;
    if (Array.isArray(range)) {
      const { slots } = activation;
      const length = range.length;
      for (let index = 0; index < length; index++) {
        activation.cost += cost;
        if (activation.cost > activation.limit && activation.exhausted()) return undefined;
        if (second === undefined) {
          slots[slot] = range[index] as CelValue;
        } else {
          slots[slot] = index;
          slots[second] = range[index] as CelValue;
        }
        const value = run(activation);
        if (value === decisive) {
          if (index < length - 1) activation.cost += check;
          return decisive;
        }
        if (value !== !decisive && !failed) {
          failed = true;
          failure = value === undefined ? activation.error : new CelError('no such overload');
        }
      }
    } else {
      if (!isMap(range)) return activation.fail('no such overload');
      let found = false;
      const step: Step = (inner) => {
        const value = run(inner);
        if (value === decisive) {
          found = true;
          return false;
        }
        if (value !== !decisive && !failed) {
          failed = true;
          failure = value === undefined ? inner.error : new CelError('no such overload');
        }
        return true;
      };
      if (!iterateMap(activation, loop, range, cost, step)) return undefined;
      if (found) {
        activation.cost += check;
        return decisive;
      }
    }
    if (!failed) return !decisive;
    activation.error = failure;
    return undefined;
  };
}

function existsOne(loop: Loop, condition: Code): Run {
  const { run, cost } = condition;
  return (activation) => {
    let count = 0;
    let failed = false;
    const step: Step = (inner) => {
      const value = run(inner);
      if (value === true) {
        count++;
        inner.cost += 2;
      } else if (value === false) {
        inner.cost += 1;
      } else {
        noOverload(inner, value);
        failed = true;
        return false;
      }
      return true;
    };
    return iterate(activation, loop, cost, step) && !failed ? count === 1 : undefined;
  };
}

function filter(loop: Loop, condition: Code): Run {
  const { run, cost } = condition;
  const slot = loop.slots[0] as number;
  return (activation) => {
    const kept: CelValue[] = [];
    let failed = false;
    const step: Step = (inner) => {
      const value = run(inner);
      if (value === true) {
        kept.push(inner.slots[slot] as CelValue);
        // accu + [x]: two identifiers, a list and a call.
        inner.cost += 13;
      } else if (value === false) {
        inner.cost += 1;
      } else {
        noOverload(inner, value);
        failed = true;
        return false;
      }
      return true;
    };
    return iterate(activation, loop, cost, step) && !failed ? kept : undefined;
  };
}
