// Comprehensions that make a list or a map: map, transformList, transformMap and transformMapEntry, with or without a condition.
import type { Activation, Run } from '../activation.js';
import { canonicalKey, makeMap, mapEntries } from '../maps.js';
import { type CelKey, type CelMapValue, type CelValue, isMap } from '../values.js';
import { type Code, noOverload } from './code.js';
import { isKey } from './literals.js';
import { printKey } from './lookup.js';
import { iterate, type Loop, type Step } from './loop.js';

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

export function collect(loop: Loop, condition: Code | undefined, transform: Code): Run {
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

export function collectMap(loop: Loop, condition: Code | undefined, transform: Code): Run {
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

export function collectEntries(loop: Loop, condition: Code | undefined, transform: Code): Run {
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
