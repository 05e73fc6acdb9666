// Operators as typed overloads. The compiler has its own code for them; `call` here serves constants and explanations.
// Source of truth: cel-go's common/stdlib/stdlib.go (names and ids).
import { type ArithmeticOperator, calculate, negate } from '../arithmetic.js';
import { equals, listContains } from '../equality.js';
import { type CallResult, type FunctionDeclaration, fn, type Overload, overload } from '../library.js';
import { mapGet } from '../maps.js';
import { OPERATORS } from '../operators.js';
import { compare } from '../ordering.js';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listType,
  mapType,
  optionalType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.js';
import { type CelValue, celError } from '../values.js';

const A = typeParam('A');
const B = typeParam('B');
const LIST_A = listType(A);
const MAP_AB = mapType(A, B);

type Signature = readonly [id: string, left: CelType, right: CelType, result: CelType];

function binary(
  name: string,
  call: (left: CelValue, right: CelValue) => CallResult,
  signatures: readonly Signature[],
) {
  return fn(
    name,
    ...signatures.map(([id, left, right, result]) => overload(id, [left, right], result, call)),
  );
}

function arithmetic(
  name: string,
  operator: ArithmeticOperator,
  signatures: readonly Signature[],
): FunctionDeclaration {
  return binary(name, (left, right) => calculate(operator, left, right), signatures);
}

function numeric(verb: string, types: readonly CelType[] = [INT, UINT, DOUBLE]): Signature[] {
  return types.map((type) => [`${verb}_${suffix(type)}`, type, type, type]);
}

function suffix(type: CelType): string {
  return (
    { int: 'int64', uint: 'uint64' }[type.name] ??
    (type.kind === 'timestamp' || type.kind === 'duration' ? type.kind : type.name)
  );
}

const NUMBERS = [INT, UINT, DOUBLE];

function ordering(name: string, verb: string, holds: (order: number) => boolean): FunctionDeclaration {
  const same = [BOOL, INT, UINT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION].map(
    (type): Signature => [`${verb}_${suffix(type)}`, type, type, BOOL],
  );
  const mixed = NUMBERS.flatMap((left) =>
    NUMBERS.filter((right) => right !== left).map(
      (right): Signature => [`${verb}_${suffix(left)}_${suffix(right)}`, left, right, BOOL],
    ),
  );
  const call = (left: CelValue, right: CelValue) => {
    const order = compare(left, right);
    return order === undefined ? celError('no such overload') : holds(order);
  };
  return binary(name, call, [...same, ...mixed]);
}

const unreachable = (): CallResult => celError('no such overload');

/** An operator that only the compiler can run, as it does not evaluate all its operands. */
function typed(name: string, ...overloads: readonly Overload[]): FunctionDeclaration {
  return fn(name, ...overloads);
}

export const OPERATOR_FUNCTIONS: readonly FunctionDeclaration[] = [
  typed(OPERATORS.conditional, overload('conditional', [BOOL, A, A], A, unreachable)),
  typed(
    OPERATORS.and,
    overload('logical_and', [BOOL, BOOL], BOOL, (left, right) => left && right),
  ),
  typed(
    OPERATORS.or,
    overload('logical_or', [BOOL, BOOL], BOOL, (left, right) => left || right),
  ),
  fn(
    OPERATORS.not,
    overload('logical_not', [BOOL], BOOL, (value) => !value),
  ),
  fn(OPERATORS.equals, overload('equals', [A, A], BOOL, equals)),
  fn(
    OPERATORS.notEquals,
    overload('not_equals', [A, A], BOOL, (left, right) => !equals(left, right)),
  ),
  ordering(OPERATORS.less, 'less', (order) => order < 0),
  ordering(OPERATORS.lessEquals, 'less_equals', (order) => order <= 0),
  ordering(OPERATORS.greater, 'greater', (order) => order > 0),
  ordering(OPERATORS.greaterEquals, 'greater_equals', (order) => order >= 0),
  fn(
    OPERATORS.in,
    overload('in_list', [A, LIST_A], BOOL, (value, list) => listContains(list, value)),
    overload('in_map', [A, MAP_AB], BOOL, (key, map) => mapGet(map, key) !== undefined),
  ),
  arithmetic(OPERATORS.add, '+', [
    ...numeric('add'),
    ['add_string', STRING, STRING, STRING],
    ['add_bytes', BYTES, BYTES, BYTES],
    ['add_list', LIST_A, LIST_A, LIST_A],
    ['add_timestamp_duration', TIMESTAMP, DURATION, TIMESTAMP],
    ['add_duration_timestamp', DURATION, TIMESTAMP, TIMESTAMP],
    ['add_duration_duration', DURATION, DURATION, DURATION],
  ]),
  arithmetic(OPERATORS.subtract, '-', [
    ...numeric('subtract'),
    ['subtract_timestamp_timestamp', TIMESTAMP, TIMESTAMP, DURATION],
    ['subtract_timestamp_duration', TIMESTAMP, DURATION, TIMESTAMP],
    ['subtract_duration_duration', DURATION, DURATION, DURATION],
  ]),
  arithmetic(OPERATORS.multiply, '*', numeric('multiply')),
  arithmetic(OPERATORS.divide, '/', numeric('divide')),
  arithmetic(OPERATORS.modulo, '%', numeric('modulo', [INT, UINT])),
  fn(
    OPERATORS.negate,
    overload('negate_int64', [INT], INT, negate),
    overload('negate_double', [DOUBLE], DOUBLE, negate),
  ),
  typed(
    OPERATORS.index,
    overload('index_list', [LIST_A, INT], A, unreachable),
    overload('index_map', [MAP_AB, A], B, unreachable),
    overload('optional_list_index_int', [optionalType(LIST_A), INT], optionalType(A), unreachable),
    overload('optional_map_index_value', [optionalType(MAP_AB), A], optionalType(B), unreachable),
  ),
  typed(
    OPERATORS.optionalIndex,
    overload('list_optindex_optional_int', [LIST_A, INT], optionalType(A), unreachable),
    overload(
      'optional_list_optindex_optional_int',
      [optionalType(LIST_A), INT],
      optionalType(A),
      unreachable,
    ),
    overload('map_optindex_optional_value', [MAP_AB, A], optionalType(B), unreachable),
    overload('optional_map_optindex_optional_value', [optionalType(MAP_AB), A], optionalType(B), unreachable),
  ),
];
