// The elements a comprehension goes over, one by one, each with the field it is.
import type { ComprehensionExpr, Expr } from '../ast.js';
import { mapEntries } from '../maps.js';
import { OPERATORS } from '../operators.js';
import { CelError, type CelValue, isList, isMap } from '../values.js';
import type { Assigned, Examination } from './examination.js';
import type { ValuePath } from './explained.js';
import { chosenBranch, locate, pathOf } from './locate.js';

/** An element a comprehension goes over: its key or index, its value, and the field it is. */
export interface Element {
  readonly key: CelValue;
  readonly value: CelValue;
  readonly path: ValuePath | undefined;
}

function elementsOfValue(range: CelValue | CelError, base: ValuePath | undefined): readonly Element[] {
  const below = (key: string | number) =>
    base === undefined ? undefined : { ...base, steps: [...base.steps, key] };
  if (range instanceof CelError) return [];
  if (isList(range)) return range.map((value, index) => ({ key: index, value, path: below(index) }));
  if (!isMap(range)) return [];
  return mapEntries(range).map(([key, value]) => ({
    key,
    value,
    path: typeof key === 'string' ? below(key) : undefined,
  }));
}

/** The elements of a range with the fields they are, through filters, joined and written-out lists, and variables. */
export function elementsOf(examination: Examination, range: Expr): readonly Element[] {
  const inner = examination.variableOf(range);
  if (inner !== undefined) return elementsOf(inner, inner.root);
  const chosen = chosenBranch(examination, range);
  if (chosen !== undefined) return elementsOf(examination, chosen);
  if (range.kind === 'comprehension' && range.comprehension === 'filter' && range.condition !== undefined) {
    const { condition } = range;
    return elementsOf(examination, range.range).filter((element) => {
      examination.assign(range, assignedTo(range, element));
      return examination.evaluate(condition) === true;
    });
  }
  if (range.kind === 'call' && range.function === OPERATORS.add) {
    return range.args.flatMap((operand) => elementsOf(examination, operand));
  }
  if (range.kind === 'list' && range.optional.size === 0) {
    return range.elements.flatMap((element, index) => {
      const value = examination.evaluate(element);
      return value instanceof CelError
        ? []
        : [{ key: index, value, path: locate(examination, element)?.path }];
    });
  }
  return elementsOfValue(examination.evaluate(range), pathOf(examination, range));
}

/** What the variables of a comprehension are for an element: of a map with one variable, the key. */
export function assignedTo(expr: ComprehensionExpr, { key, value, path }: Element): readonly Assigned[] {
  if (expr.variables.length === 2)
    return [
      { value: key, path },
      { value, path },
    ];
  return [{ value: typeof key === 'number' ? value : key, path }];
}
