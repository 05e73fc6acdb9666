// `operand[index]`. A constant string on JSON is a field selection. The index costs 1 besides itself, and its root nothing where
// it is a plain attribute.
import type { CelValue } from '../values.js';
import type { Code } from './code.js';
import { elementAt } from './lookup.js';
import { indexCost, optionalIndexCode } from './optional-access.js';
import { selectCode } from './select.js';

/** The code of `operand[index]`; an optional operand gives an optional. */
export function indexCode(operand: Code, index: Code): Code {
  const key = index.constant;
  if (operand.maybe !== undefined) return optionalIndexCode(operand, index);
  if (typeof key === 'string' && operand.json) return selectCode(operand, key, undefined);
  const cost = indexCost(operand, index);
  const { run } = operand;
  const json = operand.json ?? false;
  if (typeof key === 'number') {
    return {
      cost,
      attribute: true,
      json,
      run: (activation) => {
        const container = run(activation);
        if (Array.isArray(container)) {
          return (container[key] as CelValue | undefined) ?? elementAt(activation, container, key);
        }
        return container === undefined ? undefined : elementAt(activation, container, key);
      },
    };
  }
  const runIndex = index.run;
  return {
    cost,
    attribute: true,
    json,
    run: (activation) => {
      const container = run(activation);
      if (container === undefined) return undefined;
      const at = runIndex(activation);
      return at === undefined ? undefined : elementAt(activation, container, at);
    },
  };
}
