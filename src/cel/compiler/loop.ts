// The loop all comprehensions but the two quantifiers share: over the elements of a list or the entries of a map, charged and
// limited at every step.
import type { Activation, Run } from '../activation.js';
import { mapEntries, mapKeys } from '../maps.js';
import { type CelKey, type CelMapValue, type CelValue, isMap } from '../values.js';

/** Gives the loop variables their values for one step. */
export interface Loop {
  readonly range: Run;
  readonly slots: readonly number[];
}

/** What a step tells the loop: go on, or end it with what the step has made. */
export type Step = (activation: Activation) => boolean;

/**
 * Runs a step for every element, key or pair of the range. False where it could not go through: the range failed, is
 * no list or map, or the limit is reached.
 */
export function iterate(activation: Activation, loop: Loop, cost: number, step: Step): boolean {
  const range = loop.range(activation);
  return range !== undefined && iterateFrom(activation, loop, range, cost, step, 0);
}

/** `iterate` over a range at hand, from a position of a list on. */
export function iterateFrom(
  activation: Activation,
  loop: Loop,
  range: CelValue,
  cost: number,
  step: Step,
  start: number,
): boolean {
  const { slots } = activation;
  const [first, second] = loop.slots as [number, number | undefined];
  if (!Array.isArray(range)) {
    if (isMap(range)) return iterateMap(activation, loop, range, cost, step);
    activation.fail('no such overload');
    return false;
  }
  for (let index = start; index < range.length; index++) {
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
