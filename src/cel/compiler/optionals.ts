// The methods of optionals, without making the optional where the receiver is `a.?b` or `a[?b]`. cel-go charges
// nothing for `or` and `orValue`, and evaluates their argument only when needed.
import { type Code, NONE } from './code.js';
import { unwrapping, wrapping } from './optional-access.js';

/** `receiver.name(argument)`; undefined for functions that are not of this file. */
export function optionalMethodCode(
  name: string,
  receiver: Code,
  argument: Code | undefined,
): Code | undefined {
  if (argument === undefined) {
    if (name === 'hasValue') return hasValueCode(receiver);
    return undefined;
  }
  if (name === 'orValue') return orValueCode(receiver, argument);
  return name === 'or' ? orCode(receiver, argument) : undefined;
}

function hasValueCode(receiver: Code): Code | undefined {
  const { maybe } = receiver;
  if (maybe === undefined) return undefined;
  return {
    cost: receiver.cost + 1,
    run: (activation) => {
      const value = maybe(activation);
      return value === undefined ? undefined : value !== NONE;
    },
  };
}

function orValueCode(receiver: Code, argument: Code): Code {
  const source = receiver.maybe ?? unwrapping(receiver.run);
  const { run, cost } = argument;
  const json = (receiver.json ?? false) && (argument.json ?? false);
  const { constant } = argument;
  if (constant !== undefined) {
    return {
      cost: receiver.cost,
      json,
      run: (activation) => {
        const value = source(activation);
        return value === NONE ? constant : value;
      },
    };
  }
  return {
    cost: receiver.cost,
    json,
    run: (activation) => {
      const value = source(activation);
      if (value !== NONE) return value;
      activation.cost += cost;
      return run(activation);
    },
  };
}

function orCode(receiver: Code, argument: Code): Code {
  const source = receiver.maybe ?? unwrapping(receiver.run);
  const other = argument.maybe ?? unwrapping(argument.run);
  const { cost } = argument;
  const maybe: NonNullable<Code['maybe']> = (activation) => {
    const value = source(activation);
    if (value !== NONE) return value;
    activation.cost += cost;
    return other(activation);
  };
  return {
    cost: receiver.cost,
    json: (receiver.json ?? false) && (argument.json ?? false),
    maybe,
    run: wrapping(maybe),
  };
}
