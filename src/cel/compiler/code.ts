// What a sub-expression compiles to: a closure, and what is known of it that the code around it can use.
import type { Activation, Run } from '../activation.js';
import type { BindExpr, ComprehensionExpr, Expr } from '../ast.js';
import type { CheckedExpr } from '../checker.js';
import { CelError, type CelValue, isJsonObject } from '../values.js';

export interface Code {
  readonly run: Run;
  /**
   * Cost of running it that does not depend on the data. Whoever runs it charges it, so that a chain of strict
   * operations adds to the cost once (measured: a fifth of the time of a typical expression).
   */
  readonly cost: number;
  /** For a bool: the opposite of `run`, where that is as cheap. */
  readonly negated?: Run;
  /** Its value, where it is a constant. */
  readonly constant?: CelValue;
  /** Whether cel-go plans it as an attribute, whose root is not charged as an index or a branch of a conditional. */
  readonly attribute?: boolean;
  /** Whether its value is JSON throughout. */
  readonly json?: boolean;
  /** Where it is a chain of constant fields below a variable of JSON. */
  readonly path?: JsonPath;
  /** For an optional: like `run` but without making one; `NONE` stands for the empty optional. */
  readonly maybe?: (activation: Activation) => CelValue | typeof NONE | undefined;
}

export interface JsonPath {
  readonly slot: number;
  readonly keys: readonly string[];
}

/** Stands for an empty optional in `Code.maybe`. */
export const NONE: unique symbol = Symbol('none');

/** What compiling a node needs of the expression around it. */
export interface Scope {
  readonly checked: CheckedExpr;
  compile(expr: Expr): Code;
  /** Gives the variables of a comprehension or binding their slots while `body` compiles. */
  within<T>(expr: ComprehensionExpr | BindExpr, json: boolean, body: (slots: readonly number[]) => T): T;
}

/** A constant as code: no cost, as cel-go charges none. */
export function constantCode(value: CelValue, cost = 0): Code {
  return { run: () => value, cost, constant: value, json: isJson(value) };
}

/** Whether a value is JSON throughout. */
export function isJson(value: CelValue): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'bigint')) return true;
  if (Array.isArray(value)) return (value as readonly CelValue[]).every(isJson);
  return isJsonObject(value) && Object.values(value).every(isJson);
}

/** Turns the result of a library function into a result of compiled code. */
export function settle(activation: Activation, result: CelValue | CelError): CelValue | undefined {
  if (typeof result === 'object' && result instanceof CelError) {
    activation.error = result;
    return undefined;
  }
  return result;
}

/** The error of a strict operation whose operand may have failed or be of a wrong type. */
export function noOverload(activation: Activation, ...operands: (CelValue | undefined)[]): undefined {
  return operands.includes(undefined) ? undefined : activation.fail('no such overload');
}

/** The cost of traversing something of a size, by a tenth each (cel-go's StringTraversalCostFactor). */
export function traversal(size: number): number {
  return Math.ceil(size * 0.1);
}
