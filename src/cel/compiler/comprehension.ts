// Comprehensions, each as its own loop: cel-go's generic fold is what they mean and what they cost, not what they do.
// Every iteration is charged as the fold's loop condition and step would be, and looks at the limit.
import type { Activation, Run } from '../activation.js';
import type { ComprehensionExpr } from '../ast.js';
import { mapSize } from '../maps.js';
import { CelError, type CelMapValue, type CelValue } from '../values.js';
import { type Code, noOverload, type Scope } from './code.js';
import { iterate, iterateFrom, type Loop, type Step } from './loop.js';
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

/** What a quantifier's loops share: `all` is decided by the first false, `exists` by the first true. */
interface Quantifier {
  readonly loop: Loop;
  readonly condition: Run;
  readonly decisive: boolean;
  /** Cost of a step: the fold's condition, its accumulator, and the predicate. */
  readonly cost: number;
  /** Cost of the fold's condition alone, once more where the loop ends early: 2, or 3 with the negation of exists. */
  readonly check: number;
}

function quantifier(loop: Loop, condition: Code, decisive: boolean): Run {
  const check = decisive ? 3 : 2;
  const parts: Quantifier = {
    loop,
    condition: condition.run,
    decisive,
    check,
    cost: condition.cost + check + 1,
  };
  const { range: runRange, slots } = loop;
  const [slot] = slots;
  if (slot === undefined || slots.length > 1) {
    return (activation) => {
      const range = runRange(activation);
      return range === undefined ? undefined : quantify(activation, parts, range, 0);
    };
  }
  const { condition: run, cost } = parts;
  // The loop over a list is written out: through `quantify` it takes half as long again.
  return (activation) => {
    const range = runRange(activation);
    if (!Array.isArray(range)) return range === undefined ? undefined : quantify(activation, parts, range, 0);
    const local = activation.slots;
    const { length } = range;
    for (let index = 0; index < length; index++) {
      activation.cost += cost;
      if (activation.cost > activation.limit && activation.exhausted()) return undefined;
      local[slot] = range[index] as CelValue;
      const value = run(activation);
      if (value === decisive) {
        if (index < length - 1) activation.cost += check;
        return decisive;
      }
      if (value !== !decisive)
        return quantify(activation, parts, range, index + 1, failureOf(activation, value));
    }
    return !decisive;
  };
}

function failureOf(activation: Activation, value: CelValue | undefined): CelError {
  if (value !== undefined) return new CelError('no such overload');
  return activation.error ?? new CelError('no such attribute(s)');
}

/** A quantifier over any range from a position on; the first error comes out at the end if nothing decides. */
function quantify(
  activation: Activation,
  { loop, condition, decisive, cost, check }: Quantifier,
  range: CelValue,
  start: number,
  failure?: CelError,
): boolean | undefined {
  let error = failure;
  let decidedAt = -1;
  let position = start - 1;
  const step: Step = (inner) => {
    position++;
    const value = condition(inner);
    if (value === decisive) decidedAt = position;
    else if (value !== !decisive) error ??= failureOf(inner, value);
    return decidedAt === -1;
  };
  if (!iterateFrom(activation, loop, range, cost, step, start)) return undefined;
  if (decidedAt !== -1) {
    if (decidedAt < sizeOfRange(range) - 1) activation.cost += check;
    return decisive;
  }
  if (error === undefined) return !decisive;
  activation.error = error;
  return undefined;
}

function sizeOfRange(range: CelValue): number {
  return Array.isArray(range) ? range.length : mapSize(range as CelMapValue);
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
