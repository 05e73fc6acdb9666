// `math.greatest` and `math.least`, rounding, signs, square roots; the bit operations are in `math-bits.ts`. Source of truth:
// cel-go's ext/math.go (versions there).
import type { CallExpr, Expr } from '../ast.js';
import {
  type CallResult,
  defineLibrary,
  type FunctionDeclaration,
  fn,
  type Library,
  type Macro,
  MacroError,
  overload,
} from '../library.js';
import { compare } from '../ordering.js';
import { BOOL, type CelType, DOUBLE, DYN, INT, listType, UINT } from '../types.js';
import {
  type CelDoubleValue,
  type CelInt,
  type CelList,
  CelUint,
  type CelValue,
  celError,
  isDouble,
  makeDouble,
  makeIntChecked,
  makeUint,
  toBigInt,
  toNumber,
} from '../values.js';
import { BIT_FUNCTIONS } from './math-bits.js';

const NUMBERS: readonly CelType[] = [INT, UINT, DOUBLE];

function isNumeric(expr: Expr): boolean {
  if (expr.kind === 'literal') return ['int', 'uint', 'double'].includes(expr.type);
  return expr.kind !== 'list' && expr.kind !== 'map' && expr.kind !== 'struct';
}

function isNumericList(expr: Expr): boolean {
  return expr.kind === 'list' && expr.elements.length > 0 && expr.elements.every(isNumeric);
}

/** `math.greatest(a, b, ...)`: a call of one list, or of one or two numbers. */
function extremeMacro(name: 'greatest' | 'least', target: string): Macro {
  const title = `math.${name}()`;
  return {
    name,
    receiver: true,
    arity: 'any',
    expand: (factory, call: CallExpr) => {
      if (call.target?.kind !== 'ident' || call.target.name !== 'math') return undefined;
      const [first] = call.args;
      if (first === undefined) return new MacroError(`${title} requires at least one argument`, call.target);
      if (call.args.length === 1) {
        return isNumericList(first) || isNumeric(first)
          ? factory.call(target, first)
          : new MacroError(`${title} invalid single argument value`, first);
      }
      const wrong = call.args.find((arg) => !isNumeric(arg));
      if (wrong !== undefined)
        return new MacroError(`${title} simple literal arguments must be numeric`, wrong);
      return call.args.length === 2
        ? factory.call(target, ...call.args)
        : factory.call(target, factory.list(...call.args));
    },
  };
}

/** `math.@max` and `math.@min`, what the macros call. */
function extreme(verb: 'max' | 'min', sign: 1 | -1): FunctionDeclaration {
  const name = `math.@${verb}`;
  const better = (one: CelValue, other: CelValue): CallResult => {
    const order = compare(other, one);
    if (order === undefined) return celError(`no such overload: ${name}`);
    if (Number.isNaN(order)) return celError(`NaN values cannot be ordered: ${name}`);
    return order * sign > 0 ? other : one;
  };
  const best = (list: CelList): CallResult => {
    const [first, ...rest] = list;
    if (first === undefined) return celError(`${name}(list) argument must not be empty`);
    let found = first;
    for (const value of rest) {
      const order = compare(value, found);
      if (order === undefined || Number.isNaN(order)) return celError(`no such overload: ${name}`);
      if (order * sign > 0) found = value;
    }
    return typeof found === 'number' ||
      typeof found === 'bigint' ||
      isDouble(found) ||
      found instanceof CelUint
      ? found
      : celError(`no such overload: ${name}`);
  };
  return fn(
    name,
    ...NUMBERS.map((type) => overload(`math_@${verb}_${type.name}`, [type], type, (value) => value)),
    ...NUMBERS.flatMap((left) =>
      NUMBERS.map((right) =>
        overload(
          `math_@${verb}_${left.name}_${right.name}`,
          [left, right],
          left === right ? left : DYN,
          better,
        ),
      ),
    ),
    ...NUMBERS.map((type) => overload(`math_@${verb}_list_${type.name}`, [listType(type)], type, best)),
  );
}

function onDouble(name: string, compute: (value: number) => number): FunctionDeclaration {
  return fn(
    `math.${name}`,
    overload(`math_${name}_double`, [DOUBLE], DOUBLE, (value) => makeDouble(compute(toNumber(value)))),
  );
}

function ofDouble(name: string, test: (value: number) => boolean): FunctionDeclaration {
  return fn(
    `math.${name}`,
    overload(`math_${name}_double`, [DOUBLE], BOOL, (value) => test(toNumber(value))),
  );
}

/** Half away from zero, as Go rounds. */
function round(value: number): number {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
}

const absolute = (value: CelInt) => makeIntChecked(value < 0 ? -BigInt(value) : BigInt(value));
const signOfDouble = (value: CelDoubleValue) => {
  const number = toNumber(value);
  return Number.isNaN(number) ? value : makeDouble(number > 0 ? 1 : number < 0 ? -1 : 0);
};
const squareRoot = (value: CelInt | CelUint | CelDoubleValue) => makeDouble(Math.sqrt(toNumber(value)));

const VERSION_1: readonly FunctionDeclaration[] = [
  onDouble('ceil', Math.ceil),
  onDouble('floor', Math.floor),
  onDouble('round', round),
  onDouble('trunc', Math.trunc),
  ofDouble('isInf', (value) => value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY),
  ofDouble('isNaN', Number.isNaN),
  ofDouble('isFinite', Number.isFinite),
  fn(
    'math.abs',
    overload('math_abs_double', [DOUBLE], DOUBLE, (value) => makeDouble(Math.abs(toNumber(value)))),
    overload('math_abs_int', [INT], INT, absolute),
    overload('math_abs_uint', [UINT], UINT, (value) => value),
  ),
  fn(
    'math.sign',
    overload('math_sign_double', [DOUBLE], DOUBLE, signOfDouble),
    overload('math_sign_int', [INT], INT, (value) => (value > 0 ? 1 : value < 0 ? -1 : 0)),
    overload('math_sign_uint', [UINT], UINT, (value) => makeUint(toBigInt(value) === 0n ? 0 : 1)),
  ),
  ...BIT_FUNCTIONS,
];

const VERSION_2: readonly FunctionDeclaration[] = [
  fn(
    'math.sqrt',
    ...NUMBERS.map((type) =>
      overload(
        `math_sqrt_${type.name}`,
        [type as CelType<CelInt | CelUint | CelDoubleValue>],
        DOUBLE,
        squareRoot,
      ),
    ),
  ),
];

/** The math library of a version: rounding and bits from 1 on, `sqrt` from 2 on. Kubernetes has none of it. */
export function mathLibrary(version: number): Library {
  return defineLibrary({
    name: 'math',
    version,
    functions: [
      extreme('max', 1),
      extreme('min', -1),
      ...(version >= 1 ? VERSION_1 : []),
      ...(version >= 2 ? VERSION_2 : []),
    ],
    macros: [extremeMacro('greatest', 'math.@max'), extremeMacro('least', 'math.@min')],
  });
}
