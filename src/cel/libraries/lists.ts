// Kubernetes' own functions over lists: isSorted, sum, min, max, indexOf, lastIndexOf. Source of truth: k8s.io/apiserver
// pkg/cel/library/lists.go; costs in cost.go.
import { calculate } from '../arithmetic.js';
import { equals } from '../equality.js';
import {
  type CallResult,
  defineLibrary,
  type FunctionDeclaration,
  fn,
  type Library,
  receiver,
} from '../library.js';
import { compare } from '../ordering.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.js';
import {
  CelDouble,
  CelDuration,
  CelError,
  type CelList,
  CelTimestamp,
  CelUint,
  type CelValue,
  celError,
  isDouble,
  isInt,
  makeDouble,
  makeUint,
} from '../values.js';
import { noOverload, traversalCost } from './list-costs.js';

const A = typeParam('A');

const COMPARABLE: readonly (readonly [name: string, type: CelType])[] = [
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['bool', BOOL],
  ['duration', DURATION],
  ['timestamp', TIMESTAMP],
  ['string', STRING],
  ['bytes', BYTES],
];

const SUMMABLE: readonly (readonly [name: string, type: CelType, zero: CelValue])[] = [
  ['int', INT, 0],
  ['uint', UINT, makeUint(0)],
  ['double', DOUBLE, makeDouble(0)],
  ['duration', DURATION, new CelDuration(0n)],
];

const traversed = { cost: ([list]: readonly CelValue[]) => traversalCost(list) };

/** Whether a value is of a kind that has an order. */
export function isComparable(value: CelValue): boolean {
  return (
    typeof value !== 'object' ||
    [CelUint, CelDouble, CelDuration, CelTimestamp, Uint8Array].some((kind) => value instanceof kind)
  );
}

/** The error of a list that does not begin with a comparable element: as in cel-go, its overload is chosen by that. */
function unfit(name: string, list: CelList): CelError | undefined {
  const [first] = list;
  return first === undefined || isComparable(first) ? undefined : celError(noOverload(name, [list]));
}

/** As upstream, elements that cannot be compared with their neighbour count as in order. */
function isSorted(list: CelList): boolean | CelError {
  const error = unfit('isSorted', list);
  if (error !== undefined) return error;
  for (const [index, element] of list.entries()) {
    if (!isComparable(element)) return celError('no such overload');
    const before = list[index - 1];
    if (before !== undefined && (compare(before, element) ?? 0) > 0) return false;
  }
  return true;
}

/** The element that a comparison prefers: `sign` 1 for the greatest, -1 for the least; of equal ones the first. */
function best(name: 'min' | 'max', sign: 1 | -1, list: CelList): CallResult {
  const error = unfit(name, list);
  if (error !== undefined) return error;
  let found: CelValue | undefined;
  for (const element of list) {
    if (!isComparable(element)) return celError('no such overload');
    if (found === undefined || (compare(element, found) ?? 0) * sign > 0) found = element;
  }
  return found ?? celError(`${name} called on empty list`);
}

/** What a list is summed from: the zero of its first element's kind, since of a dynamic list no more is known. */
function zeroFor(element: CelValue | undefined, declared: CelValue): CelValue | undefined {
  if (element === undefined) return declared;
  if (isInt(element)) return 0;
  if (element instanceof CelUint) return makeUint(0);
  if (isDouble(element)) return makeDouble(0);
  return element instanceof CelDuration ? new CelDuration(0n) : undefined;
}

function sum(list: CelList, declared: CelValue): CallResult {
  const zero = zeroFor(list[0], declared);
  if (zero === undefined) return celError(noOverload('sum', [list]));
  let total = zero;
  for (const element of list) {
    const next = calculate('+', total, element);
    if (next instanceof CelError) return next;
    total = next;
  }
  return total;
}

const LISTS: readonly FunctionDeclaration[] = [
  fn(
    'isSorted',
    ...COMPARABLE.map(([name, type]) =>
      receiver(`list_${name}_is_sorted_bool`, [listType(type)], BOOL, isSorted, traversed),
    ),
  ),
  fn(
    'sum',
    ...SUMMABLE.map(([name, type, zero]) =>
      receiver(`list_${name}_sum_${name}`, [listType(type)], type, (list) => sum(list, zero), traversed),
    ),
  ),
  fn(
    'max',
    ...COMPARABLE.map(([name, type]) =>
      receiver(`list_${name}_max_${name}`, [listType(type)], type, (list) => best('max', 1, list), traversed),
    ),
  ),
  fn(
    'min',
    ...COMPARABLE.map(([name, type]) =>
      receiver(
        `list_${name}_min_${name}`,
        [listType(type)],
        type,
        (list) => best('min', -1, list),
        traversed,
      ),
    ),
  ),
  fn(
    'indexOf',
    receiver(
      'list_a_index_of_int',
      [listType(A), A],
      INT,
      (list, item) => list.findIndex((element) => equals(element, item)),
      traversed,
    ),
  ),
  fn(
    'lastIndexOf',
    receiver(
      'list_a_last_index_of_int',
      [listType(A), A],
      INT,
      (list, item) => list.findLastIndex((element) => equals(element, item)),
      traversed,
    ),
  ),
];

export const kubernetesListsLibrary: Library = defineLibrary({ name: 'kubernetes.lists', functions: LISTS });
