// The macros of the language itself. Source of truth: google/cel-spec, doc/langdef.md ("Macros"), cel-go's
// parser/macro.go, and for two variables ext/comprehensions.go.
import type { CallExpr, ComprehensionKind, Expr } from './ast.js';
import type { CoreFactory } from './factory.js';
import { type Expansion, type ExprFactory, type Macro, MacroError } from './library.js';
import { OPERATORS } from './operators.js';

const ACCUMULATORS = new Set(['__result__', '@result']);

/** The factory the parser passes is always the core's. */
const core = (factory: ExprFactory): CoreFactory => factory as CoreFactory;

const has: Macro = {
  name: 'has',
  receiver: false,
  arity: 1,
  expand: (factory, call) => {
    const operand = call.args[0] as Expr;
    if (operand.kind === 'select' && !operand.test)
      return factory.select(operand.operand, operand.field, true);
    return new MacroError('invalid argument to has() macro', operand);
  },
};

/** The name of a comprehension variable, or why it is none. */
export function variableName(
  arg: Expr | undefined,
  message = 'argument must be a simple name',
): string | MacroError {
  if (arg?.kind !== 'ident' || arg.name.startsWith('.')) return new MacroError(message, arg);
  if (ACCUMULATORS.has(arg.name))
    return new MacroError('iteration variable overwrites accumulator variable', arg);
  return arg.name;
}

/** A macro over one variable; `transformed` tells whether its last argument is a result, before it a condition. */
function oneVariable(name: string, kind: ComprehensionKind, arity: 2 | 3, transformed: boolean): Macro {
  return {
    name,
    receiver: true,
    arity,
    expand: (factory, call) => {
      const message = kind === 'map' || kind === 'filter' ? 'argument is not an identifier' : undefined;
      const variable = variableName(call.args[0], message);
      if (variable instanceof MacroError) return variable;
      return comprehension(factory, call, kind, [variable], transformed);
    },
  };
}

/** A macro over two variables: index or key, and element or value. */
function twoVariables(name: string, kind: ComprehensionKind, arity: 3 | 4, transformed: boolean): Macro {
  return {
    name,
    receiver: true,
    arity,
    expand: (factory, call) => {
      const first = variableName(call.args[0], 'argument must be a simple name');
      if (first instanceof MacroError) return first;
      const second = variableName(call.args[1], 'argument must be a simple name');
      if (second instanceof MacroError) return second;
      if (first === second) return new MacroError(`duplicate variable name: ${first}`, call.args[1]);
      return comprehension(factory, call, kind, [first, second], transformed);
    },
  };
}

function comprehension(
  factory: ExprFactory,
  call: CallExpr,
  kind: ComprehensionKind,
  variables: readonly [string] | readonly [string, string],
  transformed: boolean,
): Expansion {
  const rest = call.args.slice(variables.length);
  const transform = transformed ? rest.at(-1) : undefined;
  const condition = transformed ? (rest.length > 1 ? rest[0] : undefined) : rest[0];
  // A receiver macro is only expanded on a call with a target.
  return core(factory).comprehension(kind, call.target as Expr, variables, condition, transform);
}

/** has, all, exists, exists_one, map, filter */
export const STANDARD_MACROS: readonly Macro[] = [
  has,
  oneVariable('all', 'all', 2, false),
  oneVariable('exists', 'exists', 2, false),
  oneVariable('exists_one', 'exists_one', 2, false),
  oneVariable('existsOne', 'exists_one', 2, false),
  oneVariable('map', 'map', 2, true),
  oneVariable('map', 'map', 3, true),
  oneVariable('filter', 'filter', 2, false),
];

/** all, exists, existsOne, transformList, transformMap, transformMapEntry with index or key and value. */
export const TWO_VARIABLE_MACROS: readonly Macro[] = [
  twoVariables('all', 'all', 3, false),
  twoVariables('exists', 'exists', 3, false),
  twoVariables('exists_one', 'exists_one', 3, false),
  twoVariables('existsOne', 'exists_one', 3, false),
  twoVariables('transformList', 'transformList', 3, true),
  twoVariables('transformList', 'transformList', 4, true),
  twoVariables('transformMap', 'transformMap', 3, true),
  twoVariables('transformMap', 'transformMap', 4, true),
  twoVariables('transformMapEntry', 'transformMapEntry', 3, true),
  twoVariables('transformMapEntry', 'transformMapEntry', 4, true),
];

/** `cel.bind(name, init, body)` */
export const BIND_MACRO: Macro = {
  name: 'bind',
  receiver: true,
  arity: 3,
  expand: (factory, call) => {
    if (call.target?.kind !== 'ident' || call.target.name !== 'cel') return undefined;
    const [name, init, body] = call.args as [Expr, Expr, Expr];
    if (name.kind !== 'ident' || name.name.startsWith('.')) {
      return new MacroError('cel.bind() variable names must be simple identifiers', name);
    }
    return factory.bind(name.name, init, body);
  },
};

/** A macro on `cel`, such as `cel.index(0)`, whose arguments are small numbers that become a name. */
function blockName(name: string, arity: number, print: (numbers: readonly number[]) => string): Macro {
  return {
    name,
    receiver: true,
    arity,
    expand: (factory, call) => {
      if (call.target?.kind !== 'ident' || call.target.name !== 'cel') return undefined;
      const numbers = call.args.map((arg) =>
        arg.kind === 'literal' && typeof arg.value === 'number' ? arg.value : -1,
      );
      const wrong = call.args[numbers.findIndex((number) => number < 0)];
      if (wrong !== undefined)
        return new MacroError(`cel.${name}() requires non-negative int constant args`, wrong);
      return factory.ident(print(numbers));
    },
  };
}

/**
 * `cel.block([a, b], result)`: like nested bindings of what `cel.index(0)`, `cel.index(1)` then name. Written by optimizers,
 * not by people; see google/cel-spec's tests of it (block_ext).
 */
export const BLOCK_MACROS: readonly Macro[] = [
  {
    name: 'block',
    receiver: true,
    arity: 2,
    expand: (factory, call) => {
      if (call.target?.kind !== 'ident' || call.target.name !== 'cel') return undefined;
      const [list, result] = call.args as [Expr, Expr];
      if (list.kind !== 'list')
        return new MacroError('cel.block requires the first arg to be a list literal', list);
      return list.elements.reduceRight(
        (body: Expr, element, index) => factory.bind(`@index${index}`, element, body),
        result,
      );
    },
  },
  blockName('index', 1, ([index]) => `@index${index}`),
  blockName('iterVar', 2, ([depth, index]) => `@it:${depth}:${index}`),
  blockName('accuVar', 2, ([depth, index]) => `@ac:${depth}:${index}`),
];

/** `target.optMap(v, e)` and `target.optFlatMap(v, e)`, by cel-go's cel/library.go. */
function optionalMacro(name: 'optMap' | 'optFlatMap'): Macro {
  return {
    name,
    receiver: true,
    arity: 2,
    expand: (factory, call) => {
      const target = call.target as Expr;
      const [variable, transform] = call.args as [Expr, Expr];
      if (variable.kind !== 'ident' || variable.name.startsWith('.')) {
        return new MacroError(`${name}() variable name must be a simple identifier`, variable);
      }
      // The target is bound once, so that it is not evaluated (or charged) twice.
      const held = factory.ident(`@target${call.id}`);
      const mapped = factory.bind(variable.name, factory.receiverCall(held, 'value'), transform);
      return factory.bind(
        `@target${call.id}`,
        target,
        factory.call(
          OPERATORS.conditional,
          factory.receiverCall(held, 'hasValue'),
          name === 'optMap' ? factory.call('optional.of', mapped) : mapped,
          factory.call('optional.none'),
        ),
      );
    },
  };
}

export const OPTIONAL_MACROS: readonly Macro[] = [optionalMacro('optMap'), optionalMacro('optFlatMap')];
