// `operand.?field` and `operand[?index]`, and selection below an optional, without making optionals on the way.
import type { Run } from '../activation.js';
import type { FieldDeclaration } from '../structs.js';
import { CelOptional } from '../values.js';
import { type Code, NONE, settle } from './code.js';
import {
  BAD_INDEX,
  badIndex,
  element,
  type Fields,
  isFields,
  isPlainName,
  lookup,
  mustHoldMap,
} from './lookup.js';

/** The code of `operand.?key`, or with `plain` of `operand.key` on an optional. */
export function optionalSelectCode(
  operand: Code,
  key: string,
  field: FieldDeclaration | undefined,
  plain: boolean,
): Code {
  const cost = operand.cost + (operand.attribute ? 1 : 2);
  const source = operand.maybe ?? unwrapping(operand.run);
  const direct = (operand.json ?? false) && isPlainName(key);
  const convert = field?.convert;
  const maybe: NonNullable<Code['maybe']> = (activation) => {
    const object = source(activation);
    if (object === undefined || object === NONE) return object;
    if (direct && isFields(object as Fields)) {
      const found = (object as NonNullable<Fields>)[key];
      if (found !== undefined) return convert === undefined ? found : settle(activation, convert(found));
      return NONE;
    }
    const value = lookup(object, key);
    if (value === BAD_INDEX) return activation.fail(badIndex(key));
    if (value === undefined) {
      return plain && mustHoldMap(activation, object) ? activation.fail(`no such key: ${key}`) : NONE;
    }
    return convert === undefined ? value : settle(activation, convert(value));
  };
  return {
    run: wrapping(maybe),
    maybe,
    cost,
    attribute: true,
    json: (operand.json ?? false) && convert === undefined,
  };
}

/** Like `a.?b` for any index, `operand[?index]`. */
export function optionalIndexCode(operand: Code, index: Code): Code {
  const source = operand.maybe ?? unwrapping(operand.run);
  const runIndex = index.run;
  const maybe: NonNullable<Code['maybe']> = (activation) => {
    const container = source(activation);
    if (container === undefined) return undefined;
    const at = runIndex(activation);
    if (at === undefined || container === NONE) return at === undefined ? undefined : NONE;
    const found = element(container, at);
    return found === BAD_INDEX ? activation.fail(badIndex(at)) : found === undefined ? NONE : found;
  };
  return {
    run: wrapping(maybe),
    maybe,
    cost: indexCost(operand, index),
    attribute: true,
    json: operand.json ?? false,
  };
}

export function indexCost(operand: Code, index: Code): number {
  return operand.cost + (operand.attribute ? 0 : 1) + index.cost + 1 - (index.attribute ? 1 : 0);
}

/** An optional's content without the optional; a plain value counts as its own content. */
export function unwrapping(run: Run): NonNullable<Code['maybe']> {
  return (activation) => {
    const value = run(activation);
    return value instanceof CelOptional ? (value.value ?? NONE) : value;
  };
}

export function wrapping(maybe: NonNullable<Code['maybe']>): Run {
  return (activation) => {
    const value = maybe(activation);
    if (value === undefined) return undefined;
    return value === NONE ? CelOptional.none : new CelOptional(value);
  };
}
