// `==`, `!=`, `<` and its relations, and `in`. A constant on the right is compared directly. Costs: equality and
// ordering of strings and lists by a tenth of the shorter size, `in` by the list's size unless its elements are constants.
import type { Activation, Run } from '../activation.js';
import { comparisonWork, equals, listContains, membershipKey } from '../equality.js';
import { mapGet, mapSize } from '../maps.js';
import { compare } from '../ordering.js';
import { CelDouble, CelOpaque, CelUint, type CelValue, isMap } from '../values.js';
import { type Code, traversal } from './code.js';

/** What cel-go calls the size of a value: that of strings, bytes, lists and maps, 1 for all else. */
export function sizeForCost(value: CelValue): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? mapSize(value) : 1;
}

/** Charges deep comparison and scans of long lists, which cel-go's model leaves out: a tenth a step beyond a hundred. */
export function chargeWork(activation: Activation): void {
  if (comparisonWork.steps > 100) activation.cost += traversal(comparisonWork.steps);
  comparisonWork.steps = 0;
}

/** `left == right`, or `!=` with `negated`. */
export function equalityCode(left: Code, right: Code, negated: boolean): Code {
  if (left.constant !== undefined && right.constant === undefined) return equalityCode(right, left, negated);
  const { constant } = right;
  const scalar = typeof constant !== 'object' && typeof constant !== 'bigint' && constant !== undefined;
  if (scalar || constant === null) return constantEqualityCode(left, constant, right.cost, negated);
  const runLeft = left.run;
  const runRight = right.run;
  return {
    cost: left.cost + right.cost,
    run: (activation) => {
      const one = runLeft(activation);
      if (one === undefined) return undefined;
      const other = runRight(activation);
      if (other === undefined) return undefined;
      activation.cost += equalityCost(one, other);
      if (typeof one !== 'object' && typeof one === typeof other) return (one === other) !== negated;
      if (one instanceof CelOpaque && !negated && !isSameKind(one, other))
        return activation.fail('no such overload');
      const equal = equals(one, other);
      chargeWork(activation);
      return equal !== negated;
    },
  };
}

/** Abstract values only compare with their own kind; anything else is an error upstream, except in `!=`. */
function isSameKind(one: CelOpaque, other: CelValue): boolean {
  return other instanceof CelOpaque && other.typeName === one.typeName;
}

function equalityCost(left: CelValue, right: CelValue): number {
  if (typeof left === 'string' && typeof right === 'string') {
    return traversal(Math.min(left.length, right.length));
  }
  return traversal(Math.min(sizeForCost(left), sizeForCost(right)));
}

/** The cost of comparing with the constant itself is charged ahead, and put right where the other side is shorter. */
function constantEqualityCode(left: Code, constant: CelValue, constantCost: number, negated: boolean): Code {
  const { run } = left;
  const size = sizeForCost(constant);
  const charged = traversal(size);
  const refund = (value: CelValue) => charged - traversal(Math.min(size, sizeForCost(value)));
  const numeric = typeof constant === 'number';
  const cost = left.cost + constantCost + charged;
  return {
    cost,
    run: (activation) => {
      const value = run(activation);
      if (value === constant) return !negated;
      if (value === undefined) return undefined;
      if (typeof value !== 'number') activation.cost -= refund(value);
      else if (charged > 1) activation.cost -= charged - 1;
      if (typeof value === 'object' && value instanceof CelOpaque && !negated)
        return activation.fail('no such overload');
      return (numeric && typeof value === 'object' && equals(value, constant)) !== negated;
    },
  };
}

export type Ordering = '<' | '<=' | '>' | '>=';

const HOLDS: Readonly<Record<Ordering, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * An ordering. `sized` tells that exactly one overload applies and it compares strings or bytes, whose cost is a tenth of the
 * shorter; otherwise it costs 1.
 */
export function orderingCode(operator: Ordering, left: Code, right: Code, sized: boolean): Code {
  const runLeft = left.run;
  const holds = HOLDS[operator];
  const { constant } = right;
  const cost = left.cost + right.cost + (sized ? 0 : 1);
  const general = (activation: Activation, one: CelValue | undefined, other: CelValue | undefined) => {
    if (one === undefined || other === undefined) return undefined;
    const order = compare(one, other);
    if (order === undefined)
      return activation.fail(isOrdered(one) ? 'no such overload' : `no such overload: _${operator}_`);
    if (sized) activation.cost += traversal(Math.min(sizeForCost(one), sizeForCost(other)));
    return holds(order);
  };
  if (typeof constant === 'number')
    return { cost, run: numberOrdering(operator, runLeft, constant, general) };
  const runRight = right.run;
  return {
    cost,
    run: (activation) => {
      const one = runLeft(activation);
      if (one === undefined) return undefined;
      const other = runRight(activation);
      if (typeof one === 'number' && typeof other === 'number') return holds(one - other);
      return general(activation, one, other);
    },
  };
}

/** Whether a value is of a kind that has an order; cel-go names the operator only where it has not. */
function isOrdered(value: CelValue): boolean {
  return value !== null && !Array.isArray(value) && !isMap(value) && !(value instanceof CelOpaque);
}

type General = (activation: Activation, one: CelValue | undefined, other: CelValue) => boolean | undefined;

/** Comparing a JSON number with a constant, one closure for each sign. */
function numberOrdering(operator: Ordering, run: Run, constant: number, general: General): Run {
  switch (operator) {
    case '<':
      return (activation) => {
        const value = run(activation);
        return typeof value === 'number' ? value < constant : general(activation, value, constant);
      };
    case '<=':
      return (activation) => {
        const value = run(activation);
        return typeof value === 'number' ? value <= constant : general(activation, value, constant);
      };
    case '>':
      return (activation) => {
        const value = run(activation);
        return typeof value === 'number' ? value > constant : general(activation, value, constant);
      };
    case '>=':
      return (activation) => {
        const value = run(activation);
        return typeof value === 'number' ? value >= constant : general(activation, value, constant);
      };
  }
}

/** `left in right`. `list` tells that exactly the list overload applies, whose cost is the list's size. */
export function membershipCode(left: Code, right: Code, list: boolean): Code {
  if (Array.isArray(right.constant)) {
    const fixed = constantMembership(left, right.constant);
    if (fixed !== undefined) return fixed;
  }
  const runLeft = left.run;
  const runRight = right.run;
  if (typeof left.constant === 'string' && !list) return namedMembership(left.constant, right);
  return {
    cost: left.cost + right.cost + (list ? 0 : 1),
    run: (activation) => {
      const value = runLeft(activation);
      if (value === undefined) return undefined;
      const container = runRight(activation);
      if (Array.isArray(container)) {
        if (list) activation.cost += container.length;
        const found = listContains(container, value);
        chargeWork(activation);
        return found;
      }
      if (container === undefined) return undefined;
      return isMap(container) ? mapGet(container, value) !== undefined : activation.fail('no such overload');
    },
  };
}

/** `'name' in container`, the commonest form. */
function namedMembership(name: string, container: Code): Code {
  const { run } = container;
  return {
    cost: container.cost + 1,
    run: (activation) => {
      const within = run(activation);
      if (within === undefined) return undefined;
      if (!Array.isArray(within)) {
        return isMap(within) ? mapGet(within, name) !== undefined : activation.fail('no such overload');
      }
      if (within.length > 100) activation.cost += traversal(within.length);
      return within.includes(name);
    },
  };
}

/** A list of scalar constants becomes a set; cel-go does the same and then charges nothing. */
function constantMembership(left: Code, elements: readonly CelValue[]): Code | undefined {
  const keys = elements.map((element) => (isScalar(element) ? membershipKey(element) : undefined));
  if (keys.length === 0 || keys.includes(undefined)) return undefined;
  const { run } = left;
  if (keys.length <= 4 && keys.every((key) => typeof key === 'string')) {
    // The absent ones compare with undefined, which no value is.
    const [one, two, three, four] = keys;
    return {
      cost: left.cost,
      run: (activation) => {
        const value = run(activation);
        if (value === undefined) return undefined;
        return value === one || value === two || value === three || value === four;
      },
    };
  }
  const set = new Set<unknown>(keys);
  return {
    cost: left.cost,
    run: (activation) => {
      const value = run(activation);
      if (value === undefined) return undefined;
      return set.has(typeof value === 'object' && value !== null ? membershipKey(value) : value);
    },
  };
}

function isScalar(value: CelValue): boolean {
  return typeof value !== 'object' || value instanceof CelUint || value instanceof CelDouble;
}
