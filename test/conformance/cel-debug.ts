// A syntax tree in the notation of cel-go's debug.ToDebugString, by which the cel-spec suite says how every expression
// parses. Comprehensions become the folds cel-go makes of them; the suite's own printer writes them.
import type { Expr as SpecExpr } from '@bufbuild/cel-spec/cel/expr/syntax_pb.js';
import { toDebugString } from '@bufbuild/cel-spec/testdata/to-debug-string.js';
import type { ComprehensionExpr, Expr, LiteralExpr } from '../../src/cel/ast.js';
import { toBigInt, toNumber } from '../../src/cel/values.js';

/** Thrown for trees that the suite's notation cannot show. */
export class NotComparable extends Error {}

/** The suite's text without layout and adornments (`^#*expr.Constant_Int64Value#`). */
export function normalizeDebug(text: string): string {
  return text.replaceAll(/\^#\*expr\.[A-Za-z0-9_]+#/g, '').replaceAll(/\s+/g, '');
}

/** The tree of an expression, normalised. */
export function debugString(expr: Expr): string {
  // The printer reads nothing of a message but the fields made here.
  return normalizeDebug(toDebugString(convert(expr) as unknown as SpecExpr));
}

type Plain = {
  readonly $typeName: string;
  readonly exprKind: { readonly case: string; readonly value: unknown };
};

function node(kind: string, value: unknown): Plain {
  return { $typeName: 'cel.expr.Expr', exprKind: { case: kind, value } };
}

const ident = (name: string) => node('identExpr', { name });
const call = (name: string, ...args: readonly Plain[]) => node('callExpr', { function: name, args });
const constant = (kind: string, value: unknown) => node('constExpr', { constantKind: { case: kind, value } });

function convert(expr: Expr): Plain {
  switch (expr.kind) {
    case 'literal':
      return literal(expr);
    case 'ident':
      return ident(expr.name);
    case 'select':
      return node('selectExpr', { operand: convert(expr.operand), field: expr.field, testOnly: expr.test });
    case 'call': {
      const target = expr.target === undefined ? {} : { target: convert(expr.target) };
      return node('callExpr', { function: expr.function, args: expr.args.map(convert), ...target });
    }
    case 'list':
      return node('listExpr', { elements: expr.elements.map(convert) });
    case 'map': {
      const entries = expr.entries.map(({ key, value, optional }) => ({
        $typeName: 'cel.expr.Expr.CreateStruct.Entry',
        keyKind: { case: 'mapKey', value: convert(key) },
        value: convert(value),
        optionalEntry: optional,
      }));
      return node('structExpr', { messageName: '', entries });
    }
    case 'struct': {
      const entries = expr.fields.map(({ name, value, optional }) => ({
        $typeName: 'cel.expr.Expr.CreateStruct.Entry',
        keyKind: { case: 'fieldKey', value: name },
        value: convert(value),
        optionalEntry: optional,
      }));
      return node('structExpr', { messageName: expr.name, entries });
    }
    case 'bind':
      throw new NotComparable('the suite was written without cel.bind');
    case 'comprehension':
      return comprehension(expr);
  }
}

function literal({ value, type }: LiteralExpr): Plain {
  switch (type) {
    case 'null':
      return constant('nullValue', null);
    case 'bool':
      return constant('boolValue', value);
    case 'string':
      return constant('stringValue', value);
    case 'bytes':
      return constant('bytesValue', value);
    case 'int':
      return constant('int64Value', value);
    case 'uint':
      return constant('uint64Value', toBigInt(value as Parameters<typeof toBigInt>[0]));
    case 'double':
      return constant('doubleValue', toNumber(value as Parameters<typeof toNumber>[0]));
  }
}

function comprehension(expr: ComprehensionExpr): Plain {
  if (expr.variables.length === 2) throw new NotComparable('the notation has no second variable');
  const [iterVar] = expr.variables;
  const accu = ident('@result');
  const condition = expr.condition === undefined ? undefined : convert(expr.condition);
  const fold = (accuInit: Plain, loopCondition: Plain, loopStep: Plain, result = accu) =>
    node('comprehensionExpr', {
      iterVar,
      iterRange: convert(expr.range),
      accuVar: '@result',
      accuInit,
      loopCondition,
      loopStep,
      result,
    });
  const always = constant('boolValue', true);
  // all, exists, exists_one and filter have a condition.
  const predicate = condition ?? always;
  switch (expr.comprehension) {
    case 'all':
      return fold(always, call('@not_strictly_false', accu), call('_&&_', accu, predicate));
    case 'exists':
      return fold(
        constant('boolValue', false),
        call('@not_strictly_false', call('!_', accu)),
        call('_||_', accu, predicate),
      );
    case 'exists_one': {
      const one = constant('int64Value', 1n);
      const step = call('_?_:_', predicate, call('_+_', accu, one), accu);
      return fold(constant('int64Value', 0n), always, step, call('_==_', accu, one));
    }
    default: {
      const added = expr.comprehension === 'filter' ? ident(iterVar) : convert(expr.transform as Expr);
      const step = call('_+_', accu, node('listExpr', { elements: [added] }));
      const list = node('listExpr', { elements: [] });
      return fold(list, always, condition === undefined ? step : call('_?_:_', condition, step, accu));
    }
  }
}
