// Builds the nodes of a macro's expansion: new ids, and the position of the macro's call.
import type { CallExpr, ComprehensionExpr, ComprehensionKind, Expr, MapEntry } from './ast.js';
import type { ExprFactory } from './library.js';

/** A node without its identity and position. */
export type Made<T extends Expr> = T extends Expr ? Omit<T, 'id' | 'start' | 'end' | 'at' | 'macro'> : never;

/** What the core's own macros build with, beyond what libraries may. */
export interface CoreFactory extends ExprFactory {
  comprehension(
    kind: ComprehensionKind,
    range: Expr,
    variables: readonly [string] | readonly [string, string],
    condition: Expr | undefined,
    transform: Expr | undefined,
  ): ComprehensionExpr;
}

/** A factory whose nodes stand where `call` stands. */
export function factoryAt(call: CallExpr, nextId: () => number): CoreFactory {
  const { start, end, at } = call;
  const place = () => ({ id: nextId(), start, end, at });
  const factory: CoreFactory = {
    literal(value) {
      if (value === null) return { ...place(), kind: 'literal', type: 'null', value };
      if (typeof value === 'number') return { ...place(), kind: 'literal', type: 'int', value };
      return { ...place(), kind: 'literal', type: typeof value === 'string' ? 'string' : 'bool', value };
    },
    ident: (name) => ({ ...place(), kind: 'ident', name }),
    select: (operand, field, test = false) => ({ ...place(), kind: 'select', operand, field, test }),
    call: (name, ...args) => ({ ...place(), kind: 'call', function: name, args }),
    receiverCall: (target, name, ...args) => ({ ...place(), kind: 'call', function: name, target, args }),
    list: (...elements) => ({ ...place(), kind: 'list', elements, optional: new Set() }),
    map: (...entries: MapEntry[]) => ({ ...place(), kind: 'map', entries }),
    mapOver: (range, variable, transform) =>
      factory.comprehension('map', range, [variable], undefined, transform),
    bind: (name, init, body) => ({ ...place(), kind: 'bind', name, init, body }),
    comprehension: (comprehension, range, variables, condition, transform) => ({
      ...place(),
      kind: 'comprehension',
      comprehension,
      range,
      variables,
      ...(condition === undefined ? {} : { condition }),
      ...(transform === undefined ? {} : { transform }),
    }),
  };
  return factory;
}
