// Calls of library functions: the overload is chosen when compiled where only one fits, else by the arguments' kinds at
// run time. Costs: what the overload's own hook says, else 1.
import type { Activation, Run } from '../activation.js';
import type { CelFunction, Overload } from '../library.js';
import type { CelType } from '../types.js';
import {
  CelDuration,
  CelError,
  CelOpaque,
  CelOptional,
  CelTimestamp,
  CelType as CelTypeValue,
  CelUint,
  type CelValue,
  isDouble,
  isInt,
  isMap,
  typeName,
} from '../values.js';
import { type Code, constantCode, settle } from './code.js';

type Matches = (value: CelValue) => boolean;

const KIND_MATCHES: Readonly<Partial<Record<CelType['kind'], Matches>>> = {
  int: isInt,
  uint: (value) => value instanceof CelUint,
  double: isDouble,
  string: (value) => typeof value === 'string',
  bytes: (value) => value instanceof Uint8Array,
  bool: (value) => typeof value === 'boolean',
  null_type: (value) => value === null,
  timestamp: (value) => value instanceof CelTimestamp,
  duration: (value) => value instanceof CelDuration,
  type: (value) => value instanceof CelTypeValue,
  list: Array.isArray,
  map: isMap,
  struct: isMap,
  optional_type: (value) => value instanceof CelOptional,
};

/** A test of whether a value is of a type's kind; undefined where any value is. */
function matcherOf(type: CelType): Matches | undefined {
  if (type.kind === 'opaque') return (value) => value instanceof CelOpaque && value.typeName === type.name;
  return KIND_MATCHES[type.kind];
}

interface Candidate {
  readonly overload: Overload;
  readonly call: CelFunction;
  readonly matchers: readonly (Matches | undefined)[];
  readonly cost: Overload['cost'];
}

/**
 * The code of a call. `name` is for the error where no overload fits; `ambiguous` tells that the checker could not
 * choose, which makes standard functions cost 1 whatever their arguments (as in cel-go, which then knows no overload).
 */
export function callCode(name: string, overloads: readonly Overload[], args: readonly Code[]): Code {
  const constants = args.map((arg) => arg.constant);
  const candidates = overloads.map((overload): Candidate => {
    const sized = overloads.length === 1 || overload.costWhenAmbiguous !== false;
    return {
      overload,
      call: overload.specialize?.(constants) ?? overload.call,
      matchers: overload.params.map(matcherOf),
      cost: sized ? overload.cost : undefined,
    };
  });
  const fixed = candidates.length > 0 && candidates.every((candidate) => candidate.cost === undefined);
  const cost = args.reduce((sum, arg) => sum + arg.cost, fixed ? 1 : 0);
  const folded = fold(candidates, constants, cost);
  if (folded !== undefined) return folded;
  const runs = args.map((arg) => arg.run);
  const only = candidates.length === 1 ? candidates[0] : undefined;
  if (only !== undefined && only.cost === undefined && runs.length <= 2) {
    const [one, two] = runs;
    if (one !== undefined)
      return { cost, run: two === undefined ? unary(name, only, one) : binary(name, only, one, two) };
  }
  return { cost, run: general(name, candidates, runs) };
}

/** A call of constants that succeeds and has a fixed cost is a constant itself; its cost stays. */
function fold(
  candidates: readonly Candidate[],
  constants: readonly (CelValue | undefined)[],
  cost: number,
): Code | undefined {
  if (constants.includes(undefined)) return undefined;
  const args = constants as readonly CelValue[];
  const candidate = candidates.find(({ matchers }) => fits(matchers, args));
  if (candidate === undefined || candidate.overload.impure === true) return undefined;
  const value = candidate.call(...args);
  if (value instanceof CelError) return undefined;
  const charged =
    candidate.cost === undefined ? cost : cost + candidate.cost(args, value, candidates.length > 1);
  return constantCode(value, candidate.overload.conversion === true ? cost - 1 : charged);
}

function fits(matchers: readonly (Matches | undefined)[], args: readonly CelValue[]): boolean {
  return matchers.every((matcher, index) => matcher === undefined || matcher(args[index] as CelValue));
}

function mismatch(activation: Activation, name: string, args: readonly CelValue[]): undefined {
  return activation.fail(`no such overload: ${name}(${args.map(typeName).join(', ')})`);
}

function unary(name: string, candidate: Candidate, run: Run): Run {
  const { call } = candidate;
  const matches = candidate.matchers[0];
  return (activation) => {
    const value = run(activation);
    if (value === undefined) return undefined;
    if (matches !== undefined && !matches(value)) return mismatch(activation, name, [value]);
    return settle(activation, call(value));
  };
}

function binary(name: string, candidate: Candidate, left: Run, right: Run): Run {
  const { call } = candidate;
  const [matchesLeft, matchesRight] = candidate.matchers;
  return (activation) => {
    const one = left(activation);
    if (one === undefined) return undefined;
    const other = right(activation);
    if (other === undefined) return undefined;
    if (
      (matchesLeft !== undefined && !matchesLeft(one)) ||
      (matchesRight !== undefined && !matchesRight(other))
    ) {
      return mismatch(activation, name, [one, other]);
    }
    return settle(activation, call(one, other));
  };
}

function general(name: string, candidates: readonly Candidate[], runs: readonly Run[]): Run {
  const fixed = candidates.every((candidate) => candidate.cost === undefined);
  const ambiguous = candidates.length > 1;
  return (activation) => {
    const args: CelValue[] = [];
    for (const run of runs) {
      const value = run(activation);
      if (value === undefined) return undefined;
      args.push(value);
    }
    for (const { matchers, call, cost } of candidates) {
      if (!fits(matchers, args)) continue;
      const result = settle(activation, call(...args));
      if (result === undefined) {
        if (!fixed) activation.cost += cost === undefined ? 1 : cost(args, null, ambiguous);
        return undefined;
      }
      if (!fixed) activation.cost += cost === undefined ? 1 : cost(args, result, ambiguous);
      return result;
    }
    return mismatch(activation, name, args);
  };
}
