// `has(operand.field)`. It costs nothing in Kubernetes besides its operand.
import type { Activation, Run } from '../activation.js';
import type { CelValue } from '../values.js';
import { type Code, NONE } from './code.js';
import { type Fields, isFields, isPlainName, test } from './lookup.js';

/** The code of `has(operand.key)`. */
export function hasCode(operand: Code, key: string): Code {
  const { run, maybe } = operand;
  const cost = operand.cost + (operand.attribute ? 0 : 1);
  if (maybe !== undefined) {
    return {
      cost,
      run: (activation) => {
        const object = maybe(activation);
        return object === undefined ? undefined : object === NONE ? false : test(activation, object, key);
      },
    };
  }
  if (operand.json && isPlainName(key)) {
    return { cost, run: hasField(operand, key, true), negated: hasField(operand, key, false) };
  }
  return {
    cost,
    run: (activation) => {
      const object = run(activation);
      return object === undefined ? undefined : test(activation, object, key);
    },
  };
}

/** Whether a JSON object has a plain name, or with `present` false whether it lacks it. */
function hasField(operand: Code, key: string, present: boolean): Run {
  const { run, path } = operand;
  const checked = (activation: Activation, object: CelValue | undefined) => {
    const found = object === undefined ? undefined : test(activation, object, key);
    return found === undefined ? undefined : found === present;
  };
  const slow = (activation: Activation) => checked(activation, run(activation));
  if (path !== undefined && path.keys.length <= 1) {
    const { slot } = path;
    const only = path.keys[0];
    if (only === undefined) {
      return (activation) => {
        const object = activation.slots[slot] as Fields;
        return isFields(object) ? (object[key] !== undefined) === present : slow(activation);
      };
    }
    return (activation) => {
      const root = activation.slots[slot] as Fields;
      const object = root == null ? undefined : (root[only] as Fields);
      return isFields(object) ? (object[key] !== undefined) === present : slow(activation);
    };
  }
  return (activation) => {
    const object = run(activation) as Fields;
    return isFields(object)
      ? (object[key] !== undefined) === present
      : checked(activation, object as CelValue | undefined);
  };
}
