// Comprehensions, each as its own loop: cel-go's generic fold is what they mean and what they cost, not what they do.
// Every iteration is charged as the fold's loop condition and step would be, and looks at the limit.
import type { Activation, Run } from '../activation.js';
import type { ComprehensionExpr } from '../ast.js';
import { canonicalKey, makeMap, mapEntries, mapKeys } from '../maps.js';
import { CelError, type CelKey, type CelMapValue, type CelValue, isMap } from '../values.js';
import { type Code, noOverload, type Scope } from './code.js';
import { isKey } from './literals.js';
import { printKey } from './select.js';

/** Gives the loop variables their values for one step. */
interface Loop {
  readonly range: Run;
  readonly slots: readonly number[];
}

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

/** What a step tells the loop: go on, or end it with what the step has made. */
type Step = (activation: Activation) => boolean;

/**
 * Runs a step for every element, key or pair of the range. False where it could not go through: the range failed, is
 * no list or map, or the limit is reached.
 */
function iterate(activation: Activation, loop: Loop, cost: number, step: Step): boolean {
  const range = loop.range(activation);
  if (range === undefined) return false;
  const { slots } = activation;
  const [first, second] = loop.slots as [number, number | undefined];
  if (Array.isArray(range)) {
    for (let index = 0; index < range.length; index++) {
      activation.cost += cost;
      if (activation.cost > activation.limit && activation.exhausted()) return false;
      if (second === undefined) {
        slots[first] = range[index] as CelValue;
      } else {
        slots[first] = index;
        slots[second] = range[index] as CelValue;
      }
      if (!step(activation)) break;
    }
    return true;
  }
  if (!isMap(range)) {
    activation.fail('no such overload');
    return false;
  }
  return iterateMap(activation, loop, range, cost, step);
}

function iterateMap(
  activation: Activation,
  loop: Loop,
  range: CelMapValue,
  cost: number,
  step: Step,
): boolean {
  const { slots } = activation;
  const [first, second] = loop.slots as [number, number | undefined];
  const entries = second === undefined ? mapKeys(range).map((key): [CelKey] => [key]) : mapEntries(range);
  for (const [key, value] of entries) {
    activation.cost += cost;
    if (activation.cost > activation.limit && activation.exhausted()) return false;
    slots[first] = key;
    if (second !== undefined) slots[second] = value;
    if (!step(activation)) break;
  }
  return true;
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

/** The condition of a transforming comprehension: whether to transform, undefined on an error. */
function kept(condition: Code | undefined): (activation: Activation) => boolean | undefined {
  if (condition === undefined) return () => true;
  const { run } = condition;
  return (activation) => {
    const value = run(activation);
    if (typeof value === 'boolean') {
      if (!value) activation.cost += 1;
      return value;
    }
    return noOverload(activation, value);
  };
}

function collect(loop: Loop, condition: Code | undefined, transform: Code): Run {
  const { run } = transform;
  const keep = kept(condition);
  // accu + [transform]: the accumulator, a call, and a list unless the transform is a constant.
  const added = transform.cost + 2 + (transform.constant === undefined ? 10 : 0);
  const cost = condition?.cost ?? 0;
  return (activation) => {
    const made: CelValue[] = [];
    let failed = false;
    const step: Step = (inner) => {
      const wanted = keep(inner);
      if (wanted === true) {
        inner.cost += added;
        const value = run(inner);
        if (value !== undefined) made.push(value);
        else failed = true;
      } else if (wanted === undefined) {
        failed = true;
      }
      return !failed;
    };
    return iterate(activation, loop, cost, step) && !failed ? made : undefined;
  };
}

function collectMap(loop: Loop, condition: Code | undefined, transform: Code): Run {
  const { run } = transform;
  const keep = kept(condition);
  const slot = loop.slots[0] as number;
  const added = transform.cost + 3;
  return (activation) => {
    const made: [CelKey, CelValue][] = [];
    let failed = false;
    const step: Step = (inner) => {
      const wanted = keep(inner);
      if (wanted === true) {
        inner.cost += added;
        const key = inner.slots[slot] as CelKey;
        const value = run(inner);
        if (value !== undefined) made.push([key, value]);
        else failed = true;
      } else if (wanted === undefined) {
        failed = true;
      }
      return !failed;
    };
    return iterate(activation, loop, condition?.cost ?? 0, step) && !failed ? makeMap(made) : undefined;
  };
}

function collectEntries(loop: Loop, condition: Code | undefined, transform: Code): Run {
  const { run } = transform;
  const keep = kept(condition);
  const added = transform.cost + 2;
  return (activation) => {
    const made: [CelKey, CelValue][] = [];
    const keys = new Set<unknown>();
    let failed = false;
    const add = (inner: Activation, entries: CelMapValue): boolean => {
      for (const [key, value] of mapEntries(entries)) {
        const canonical = canonicalKey(key);
        if (!isKey(key) || keys.has(canonical)) {
          inner.fail(`insert failed: key ${printKey(key)} already exists`);
          return false;
        }
        keys.add(canonical);
        made.push([key, value]);
      }
      return true;
    };
    const step: Step = (inner) => {
      const wanted = keep(inner);
      if (wanted === true) {
        inner.cost += added;
        const value = run(inner);
        if (value === undefined) failed = true;
        else if (!isMap(value)) failed = inner.fail('no such overload') === undefined;
        else failed = !add(inner, value);
      } else if (wanted === undefined) {
        failed = true;
      }
      return !failed;
    };
    return iterate(activation, loop, condition?.cost ?? 0, step) && !failed ? makeMap(made) : undefined;
  };
}
