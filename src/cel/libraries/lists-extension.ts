// slice, flatten, sort, sortBy, distinct, reverse and lists.range. Source of truth: cel-go's ext/lists.go (versions and costs
// there).
import { COST_EXCEEDED } from '../activation.js';
import type { Expr } from '../ast.js';
import {
  defineLibrary,
  type FunctionDeclaration,
  fn,
  type Library,
  type Macro,
  MacroError,
  overload,
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
  LIST_DYN,
  listType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.js';
import {
  type CelError,
  type CelInt,
  type CelList,
  type CelValue,
  celError,
  isInt,
  isList,
  toNumber,
  typeName,
} from '../values.js';
import { ElementSet, MAX_COMPARISONS } from './element-set.js';
import { isComparable } from './lists.js';

const LIST_T = listType(typeParam('T'));
const COMPARABLE: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES];

/** A call and a new list, the base of all costs here. */
const LIST_COST = 11;
/** Longest range made: Kubernetes' limit for one expression would not pay for more. */
const MAX_RANGE = 1_000_000;

const size = (value: CelValue | undefined) => (value !== undefined && isList(value) ? value.length : 1);

const BY_RESULT = {
  cost: (_args: readonly CelValue[], result: CelValue) => LIST_COST + size(result),
  costWhenAmbiguous: false as const,
};
const BY_DEPTH = {
  cost: ([list, depth = 1]: readonly CelValue[]) =>
    LIST_COST + Math.floor(size(list) * (isInt(depth) ? toNumber(depth) : 1)),
  costWhenAmbiguous: false as const,
};

/** The cost of comparing every element with every other. */
const bySquare = (position: number) => ({
  cost: (args: readonly CelValue[]) => {
    const list = args[position];
    const elements = list !== undefined && isList(list) ? list : [];
    const texts = typeof elements[0] === 'string' || elements[0] instanceof Uint8Array;
    return LIST_COST + Math.floor(elements.length ** 2 * (texts ? 2.1 : 2));
  },
  costWhenAmbiguous: false as const,
});

function slice(list: CelList, start: CelInt, end: CelInt): CelList | CelError {
  const problem = (reason: string) => celError(`cannot slice(${start}, ${end}), ${reason}`);
  if (start < 0 || end < 0) return problem('negative indexes not supported');
  if (start > end) return problem('start index must be less than or equal to end index');
  if (end > list.length) return problem(`list is length ${list.length}`);
  return list.slice(toNumber(start), toNumber(end));
}

function flatten(list: CelList, depth: CelInt): CelList | CelError {
  if (depth < 0) return celError('level must be non-negative');
  const flat: CelValue[] = [];
  const collect = (elements: CelList, levels: number): void => {
    for (const element of elements) {
      if (levels > 0 && isList(element)) collect(element, levels - 1);
      else flat.push(element);
    }
  };
  collect(list, toNumber(depth));
  return flat;
}

/** A list in the order of its keys, equal ones in the order they had. */
function sortByKeys(list: CelList, keys: CelList): CelList | CelError {
  const [first] = keys;
  if (first === undefined) return list;
  if (!isComparable(first)) return celError('list elements must be comparable');
  const kind = typeName(first);
  if (keys.some((key) => typeName(key) !== kind)) return celError('list elements must have the same type');
  const order = keys.map((_key, index) => index);
  // Keys of one comparable kind compare, NaN aside, which counts as equal.
  order.sort((one, other) => compare(keys[one] as CelValue, keys[other] as CelValue) || 0);
  return order.map((index) => list[index] as CelValue);
}

function distinct(list: CelList): CelList | CelError {
  const seen = new ElementSet();
  const kept: CelValue[] = [];
  for (const element of list) {
    if (seen.has(element)) continue;
    if (seen.comparisons > MAX_COMPARISONS) return celError(COST_EXCEEDED);
    seen.add(element);
    kept.push(element);
  }
  return kept;
}

function range(length: CelInt): CelList | CelError {
  if (length > MAX_RANGE) return celError(COST_EXCEEDED);
  return Array.from({ length: Math.max(0, toNumber(length)) }, (_none, index) => index);
}

const SORTABLE_KINDS: ReadonlySet<Expr['kind']> = new Set([
  'list',
  'select',
  'ident',
  'comprehension',
  'call',
  'bind',
]);

/** `list.sortBy(e, key)`: the list bound to a name, and sorted by what `map(e, key)` makes of it. */
const SORT_BY: Macro = {
  name: 'sortBy',
  receiver: true,
  arity: 2,
  expand: (factory, call) => {
    // A receiver macro has a target, and by its arity two arguments.
    const target = call.target as Expr;
    const [variable, key] = call.args as [Expr, Expr];
    if (!SORTABLE_KINDS.has(target.kind)) {
      const message =
        'sortBy can only be applied to a list, identifier, comprehension, call or select expression';
      return new MacroError(message, target);
    }
    if (variable.kind !== 'ident' || variable.name.startsWith('.')) {
      return new MacroError('argument is not an identifier', variable);
    }
    const name = `@sortBy${call.id}`;
    const keys = factory.mapOver(factory.ident(name), variable.name, key);
    return factory.bind(
      name,
      target,
      factory.receiverCall(factory.ident(name), '@sortByAssociatedKeys', keys),
    );
  },
};

const SLICING = fn('slice', receiver('list_slice', [LIST_T, INT, INT], LIST_T, slice, BY_RESULT));

const FLATTENING = fn(
  'flatten',
  receiver('list_flatten', [listType(LIST_T)], LIST_T, (list) => flatten(list, 1), BY_DEPTH),
  receiver('list_flatten_int', [LIST_DYN, INT], LIST_DYN, flatten, BY_DEPTH),
);

const ORDERING: readonly FunctionDeclaration[] = [
  fn(
    'sort',
    ...COMPARABLE.map((type) =>
      receiver(
        `list_${type.name}_sort`,
        [listType(type)],
        listType(type),
        (list) => sortByKeys(list, list),
        bySquare(0),
      ),
    ),
  ),
  fn(
    '@sortByAssociatedKeys',
    ...COMPARABLE.map((type) =>
      receiver(
        `list_${type.name}_sortByAssociatedKeys`,
        [LIST_T, listType(type)],
        LIST_T,
        sortByKeys,
        bySquare(1),
      ),
    ),
  ),
  fn('lists.range', overload('lists_range', [INT], listType(INT), range, BY_RESULT)),
  fn(
    'reverse',
    receiver('list_reverse', [LIST_T], LIST_T, (list) => [...list].reverse(), BY_RESULT),
  ),
  fn('distinct', receiver('list_distinct', [LIST_T], LIST_T, distinct, bySquare(0))),
];

/** The list library of a version: `flatten` from 1 on, sorting, `range`, `reverse` and `distinct` from 2 on. Kubernetes 1.36 has 3. */
export function listsLibrary(version: number): Library {
  return defineLibrary({
    name: 'lists',
    version,
    functions: [SLICING, ...(version >= 1 ? [FLATTENING] : []), ...(version >= 2 ? ORDERING : [])],
    macros: version >= 2 ? [SORT_BY] : [],
  });
}
