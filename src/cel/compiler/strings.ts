// The string functions of nearly every policy (startsWith, endsWith, contains, matches, size), compiled directly where
// the receiver is a string. Costs: cel-go's, by the length of the strings.
import type { Run } from '../activation.js';
import { mapSize } from '../maps.js';
import { pattern } from '../regex.js';
import { CelError, type CelValue, isMap } from '../values.js';
import { type Code, noOverload, traversal } from './code.js';

type StringTest = (text: string, argument: string) => boolean;

/** The functions and their cost by the two lengths. */
const TESTS: ReadonlyMap<string, { test: StringTest; cost: (text: number, argument: number) => number }> =
  new Map([
    ['startsWith', { test: (text: string, prefix: string) => text.startsWith(prefix), cost: traversal }],
    ['endsWith', { test: (text: string, suffix: string) => text.endsWith(suffix), cost: traversal }],
    [
      'contains',
      {
        test: (text: string, part: string) => text.includes(part),
        cost: (text: number, part: number) => traversal(text) * traversal(part),
      },
    ],
  ]);

/** cel-go's cost of searching a text for a pattern. */
export function matchCost(text: number, source: number): number {
  return traversal(1 + text) * Math.ceil(source * 0.25);
}

/** `receiver.name(argument)`; undefined for functions that are not of this file. */
export function stringTestCode(name: string, receiver: Code, argument: Code): Code | undefined {
  if (name === 'matches') return matchesCode(receiver, argument);
  const known = TESTS.get(name);
  if (known === undefined) return undefined;
  const { test, cost } = known;
  const runText = receiver.run;
  const runArgument = argument.run;
  const constant = argument.constant;
  const fixed = receiver.cost + argument.cost;
  if (typeof constant === 'string') return { cost: fixed, run: constantTest(name, runText, constant) };
  return {
    cost: fixed,
    run: (activation) => {
      const text = runText(activation);
      if (text === undefined) return undefined;
      const other = runArgument(activation);
      if (typeof text !== 'string' || typeof other !== 'string') return noOverload(activation, text, other);
      activation.cost += cost(text.length, other.length);
      return test(text, other);
    },
  };
}

function constantTest(name: string, run: Run, constant: string): Run {
  const argumentCost = traversal(constant.length);
  switch (name) {
    case 'startsWith':
      return (activation) => {
        const text = run(activation);
        if (typeof text !== 'string') return noOverload(activation, text);
        activation.cost += traversal(text.length);
        return text.startsWith(constant);
      };
    case 'endsWith':
      return (activation) => {
        const text = run(activation);
        if (typeof text !== 'string') return noOverload(activation, text);
        activation.cost += traversal(text.length);
        return text.endsWith(constant);
      };
    default:
      return (activation) => {
        const text = run(activation);
        if (typeof text !== 'string') return noOverload(activation, text);
        activation.cost += traversal(text.length) * argumentCost;
        return text.includes(constant);
      };
  }
}

function matchesCode(receiver: Code, argument: Code): Code {
  const runText = receiver.run;
  const runSource = argument.run;
  const cost = receiver.cost + argument.cost;
  const constant = typeof argument.constant === 'string' ? pattern(argument.constant) : undefined;
  if (constant !== undefined && !(constant instanceof CelError)) {
    const { test } = constant;
    const sourceCost = Math.ceil(constant.source.length * 0.25);
    return {
      cost,
      run: (activation) => {
        const text = runText(activation);
        if (typeof text !== 'string') return noOverload(activation, text);
        activation.cost += traversal(1 + text.length) * sourceCost;
        return test(text);
      },
    };
  }
  return {
    cost,
    run: (activation) => {
      const text = runText(activation);
      if (text === undefined) return undefined;
      const source = runSource(activation);
      if (typeof text !== 'string' || typeof source !== 'string') return noOverload(activation, text, source);
      activation.cost += matchCost(text.length, source.length);
      const compiled = pattern(source);
      return compiled instanceof CelError ? activation.fail(compiled.message) : compiled.test(text);
    },
  };
}

/** `size(operand)`: code points, bytes, elements or entries. */
export function sizeCode(operand: Code): Code {
  const { run } = operand;
  return {
    cost: operand.cost + 1,
    run: (activation) => {
      const value = run(activation);
      if (Array.isArray(value)) return value.length;
      if (value === undefined) return undefined;
      return sizeOf(value) ?? activation.fail('no such overload: size');
    },
  };
}

/** CEL's size of a value; undefined for kinds that have none. */
export function sizeOf(value: CelValue): number | undefined {
  if (typeof value === 'string') return codePointCount(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? mapSize(value) : undefined;
}

function codePointCount(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(index + 1);
      if (next >= 0xdc00 && next <= 0xdfff) {
        count--;
        index++;
      }
    }
  }
  return count;
}
