// Lists as sets: contains, equivalent, intersects. Source of truth: cel-go's ext/sets.go.
import { COST_EXCEEDED } from '../activation.js';
import { defineLibrary, fn, type Library, overload } from '../library.js';
import { BOOL, listType, typeParam } from '../types.js';
import { type CelError, type CelList, type CelValue, celError, isList } from '../values.js';
import { ElementSet, MAX_COMPARISONS } from './element-set.js';

const LIST_T = listType(typeParam('T'));

/** Answers by looking up each element of one list in the other; refuses what would take forever. */
function lookUp(
  list: CelList,
  elements: CelList,
  decide: (found: boolean) => boolean | undefined,
  otherwise: boolean,
): boolean | CelError {
  const set = new ElementSet(list);
  for (const element of elements) {
    const decided = decide(set.has(element));
    if (decided !== undefined) return decided;
    if (set.comparisons > MAX_COMPARISONS) return celError(COST_EXCEEDED);
  }
  return otherwise;
}

function contains(list: CelList, sublist: CelList): boolean | CelError {
  return lookUp(list, sublist, (found) => (found ? undefined : false), true);
}

function intersects(one: CelList, other: CelList): boolean | CelError {
  return lookUp(other, one, (found) => (found ? true : undefined), false);
}

function equivalent(one: CelList, other: CelList): boolean | CelError {
  const there = contains(one, other);
  return there === true ? contains(other, one) : there;
}

const size = (value: CelValue | undefined) => (value !== undefined && isList(value) ? value.length : 1);
const product = (factor: number) => ({
  cost: ([one, other]: readonly CelValue[]) => 1 + size(one) * size(other) * factor,
});

export const setsLibrary: Library = defineLibrary({
  name: 'sets',
  functions: [
    fn('sets.contains', overload('list_sets_contains_list', [LIST_T, LIST_T], BOOL, contains, product(1))),
    fn(
      'sets.equivalent',
      overload('list_sets_equivalent_list', [LIST_T, LIST_T], BOOL, equivalent, product(2)),
    ),
    fn(
      'sets.intersects',
      overload('list_sets_intersects_list', [LIST_T, LIST_T], BOOL, intersects, product(1)),
    ),
  ],
});
