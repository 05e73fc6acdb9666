// The names operators have as functions and how they bind. Source of truth: cel-go, common/operators/operators.go.

export const OPERATORS = {
  conditional: '_?_:_',
  and: '_&&_',
  or: '_||_',
  not: '!_',
  negate: '-_',
  equals: '_==_',
  notEquals: '_!=_',
  less: '_<_',
  lessEquals: '_<=_',
  greater: '_>_',
  greaterEquals: '_>=_',
  in: '@in',
  add: '_+_',
  subtract: '_-_',
  multiply: '_*_',
  divide: '_/_',
  modulo: '_%_',
  index: '_[_]',
  optionalIndex: '_[?_]',
  optionalSelect: '_?._',
} as const;

export interface BinaryOperator {
  readonly symbol: string;
  /** Higher binds tighter. */
  readonly precedence: number;
}

export const CONDITIONAL_PRECEDENCE = 1;
export const UNARY_PRECEDENCE = 7;
export const MEMBER_PRECEDENCE = 8;

/** Binary operators by function name. All associate to the left. */
export const BINARY_OPERATORS: ReadonlyMap<string, BinaryOperator> = new Map([
  [OPERATORS.or, { symbol: '||', precedence: 2 }],
  [OPERATORS.and, { symbol: '&&', precedence: 3 }],
  [OPERATORS.equals, { symbol: '==', precedence: 4 }],
  [OPERATORS.notEquals, { symbol: '!=', precedence: 4 }],
  [OPERATORS.less, { symbol: '<', precedence: 4 }],
  [OPERATORS.lessEquals, { symbol: '<=', precedence: 4 }],
  [OPERATORS.greater, { symbol: '>', precedence: 4 }],
  [OPERATORS.greaterEquals, { symbol: '>=', precedence: 4 }],
  [OPERATORS.in, { symbol: 'in', precedence: 4 }],
  [OPERATORS.add, { symbol: '+', precedence: 5 }],
  [OPERATORS.subtract, { symbol: '-', precedence: 5 }],
  [OPERATORS.multiply, { symbol: '*', precedence: 6 }],
  [OPERATORS.divide, { symbol: '/', precedence: 6 }],
  [OPERATORS.modulo, { symbol: '%', precedence: 6 }],
]);

/** Function name of a binary operator by its symbol. */
export const BINARY_BY_SYMBOL: ReadonlyMap<string, string> = new Map(
  [...BINARY_OPERATORS].map(([name, operator]) => [operator.symbol, name]),
);

const DISPLAY: ReadonlyMap<string, string> = new Map([
  ...[...BINARY_OPERATORS].map(([name, operator]): [string, string] => [name, `_${operator.symbol}_`]),
  [OPERATORS.in, '_in_'],
]);

/** The name of a function as error messages give it (`@in` is `_in_`). */
export function displayName(name: string): string {
  return DISPLAY.get(name) ?? name;
}
