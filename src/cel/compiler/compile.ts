// Turns a checked expression into closures, node by node. No code is generated: what a policy author writes is only ever
// data to this.

import { Lazy } from '../activation.js';
import { type BindExpr, type CallExpr, type ComprehensionExpr, children, type Expr } from '../ast.js';
import type { CheckedExpr, Local, ResolvedCall } from '../checker.js';
import { LOCAL_SLOTS, type Variable } from '../environment.js';
import { OPERATORS } from '../operators.js';
import { CelError, type CelValue } from '../values.js';
import { callCode } from './calls.js';
import { type Code, constantCode, type Scope, settle } from './code.js';
import { equalityCode, membershipCode, type Ordering, orderingCode } from './comparison.js';
import { comprehensionCode } from './comprehension.js';
import { hasCode } from './has.js';
import { indexCode } from './indexing.js';
import { listCode, mapCode } from './literals.js';
import { conditionalCode, logicCode, notCode } from './logic.js';
import { optionalIndexCode, optionalSelectCode } from './optional-access.js';
import { optionalMethodCode } from './optionals.js';
import { readPath, selectCode } from './select.js';
import { sizeCode, stringTestCode } from './strings.js';
import { arithmeticCode, negationCode } from './sums.js';

/** The code of a checked expression; undefined where it nests more local variables than there are slots. */
export function compileCode(checked: CheckedExpr): Code | undefined {
  const compiler = new Compiler(checked);
  const code = compiler.compile(checked.expr);
  return compiler.deepest > LOCAL_SLOTS ? undefined : code;
}

/**
 * Compiles any part of a checked expression by itself. `depthOf` tells how many local variables are visible at a node;
 * the variables themselves stand in the slots that follow from it.
 */
export function partCompiler(checked: CheckedExpr, depthOf: (expr: Expr) => number): (part: Expr) => Code {
  const compiler = new Compiler(checked);
  const place = (expr: Expr): void => {
    if (expr.kind === 'comprehension' || expr.kind === 'bind') compiler.place(expr, depthOf(expr));
    for (const child of children(expr)) place(child);
  };
  return (part) => {
    // Compiling one part places the variables within it anew.
    place(checked.expr);
    return compiler.compileAt(part, depthOf(part));
  };
}

interface Placed {
  readonly slot: number;
  readonly json: boolean;
}

const ORDERINGS: ReadonlyMap<string, Ordering> = new Map([
  [OPERATORS.less, '<'],
  [OPERATORS.lessEquals, '<='],
  [OPERATORS.greater, '>'],
  [OPERATORS.greaterEquals, '>='],
]);

const ARITHMETIC = new Map([
  [OPERATORS.add, '+'],
  [OPERATORS.subtract, '-'],
  [OPERATORS.multiply, '*'],
  [OPERATORS.divide, '/'],
  [OPERATORS.modulo, '%'],
] as const);

/** The overloads whose cost is by size, where the checker found that exactly one applies. */
const SIZED = /_(?:string|bytes)$/;

class Compiler implements Scope {
  readonly checked: CheckedExpr;
  deepest = 0;
  private depth = 0;
  private readonly placed = new Map<Local, Placed>();

  constructor(checked: CheckedExpr) {
    this.checked = checked;
  }

  /** Gives the variables of a comprehension or binding the slots from `depth` on. */
  place(expr: ComprehensionExpr | BindExpr, depth: number): void {
    this.checked.localsOf(expr).forEach((local, index) => {
      this.placed.set(local, { slot: depth + index, json: false });
    });
  }

  compileAt(expr: Expr, depth: number): Code {
    this.depth = depth;
    return this.compile(expr);
  }

  within<T>(expr: Parameters<Scope['within']>[0], json: boolean, body: (slots: readonly number[]) => T): T {
    const slots = this.checked.localsOf(expr).map((local) => {
      const slot = this.depth++;
      this.placed.set(local, { slot, json });
      return slot;
    });
    this.deepest = Math.max(this.deepest, this.depth);
    const result = body(slots);
    this.depth -= slots.length;
    return result;
  }

  compile(expr: Expr): Code {
    const reference = this.checked.referenceOf(expr);
    if (reference !== undefined) {
      if (expr.kind === 'select' && expr.test) return constantCode(true);
      if (reference.kind === 'constant') return constantCode(reference.constant.value);
      return reference.kind === 'local' ? this.local(reference) : variableCode(reference.variable);
    }
    switch (expr.kind) {
      case 'literal':
        return constantCode(expr.value);
      case 'select': {
        const operand = this.compile(expr.operand);
        if (expr.test) return hasCode(operand, expr.field);
        return selectCode(operand, expr.field, this.checked.fieldOf(expr));
      }
      case 'call':
        return this.call(expr);
      case 'list':
        return listCode(
          expr.elements.map((element) => this.compile(element)),
          expr.optional,
        );
      case 'map':
        return mapCode(
          expr.entries.map(({ key, value, optional }) => ({
            key: this.compile(key),
            value: this.compile(value),
            optional,
          })),
        );
      case 'comprehension':
        return comprehensionCode(expr, this);
      case 'bind':
        return this.bind(expr);
      case 'ident':
        return failingCode(`no such attribute(s): ${expr.name}`);
      case 'struct':
        return failingCode(`unknown type: ${expr.name}`);
    }
  }

  private local(reference: Local): Code {
    const { slot, json } = this.placed.get(reference) as Placed;
    if (json) return { run: readPath(slot, []), cost: 1, attribute: true, json, path: { slot, keys: [] } };
    return { run: readSlot(slot), cost: 1, attribute: true };
  }

  /** The bound expression runs while the body does, so its own local variables lie behind all those of the body. */
  private bind(expr: BindExpr): Code {
    return this.within(expr, false, ([slot]) => {
      const [depth, deepest] = [this.depth, this.deepest];
      this.deepest = depth;
      const body = this.compile(expr.body);
      this.depth = this.deepest;
      const init = this.compile(expr.init);
      this.depth = depth;
      this.deepest = Math.max(this.deepest, deepest);
      const { run: runInit, cost: initCost } = init;
      const { run } = body;
      // A binding declares one variable.
      const at = slot as number;
      return {
        cost: body.cost,
        run: (activation) => {
          activation.slots[at] = new Lazy(() => {
            activation.cost += initCost;
            const value = runInit(activation);
            return value !== undefined ? value : (activation.error ?? new CelError('no such attribute(s)'));
          });
          return run(activation);
        },
      };
    });
  }

  private call(expr: CallExpr): Code {
    const args = expr.args;
    switch (expr.function) {
      case OPERATORS.and:
      case OPERATORS.or:
        return logicCode(
          operandsOf(expr, expr.function).map((operand) => this.compile(operand)),
          expr.function === OPERATORS.or,
        );
      case OPERATORS.optionalSelect:
        return optionalSelectCode(
          this.compile(args[0] as Expr),
          String((args[1] as Extract<Expr, { kind: 'literal' }>).value),
          this.checked.fieldOf(expr),
          false,
        );
      default:
    }
    const resolved = this.checked.callOf(expr);
    if (resolved === undefined) return failingCode(`unknown function: ${expr.function}`);
    const codes = resolved.args.map((arg) => this.compile(arg));
    return this.operator(resolved, codes) ?? callCode(resolved.function, resolved.overloads, codes);
  }

  /** The direct code of operators and the commonest functions; undefined for all others. */
  private operator(resolved: ResolvedCall, codes: readonly Code[]): Code | undefined {
    // Operators have as many operands as their overloads.
    const [one, two, three] = codes as [Code, Code, Code];
    const name = resolved.function;
    const only = resolved.overloads.length === 1 ? (resolved.overloads[0]?.id ?? '') : '';
    if (resolved.overloads.some((overload) => !overload.standard)) return undefined;
    const ordering = ORDERINGS.get(name);
    if (ordering !== undefined) return orderingCode(ordering, one, two, SIZED.test(only));
    const arithmetic = ARITHMETIC.get(name as never);
    if (arithmetic !== undefined)
      return arithmeticCode(arithmetic, one, two, SIZED.test(only), only === 'add_list');
    switch (name) {
      case OPERATORS.conditional:
        return conditionalCode(one, two, three);
      case OPERATORS.not:
        return notCode(one);
      case OPERATORS.negate:
        return negationCode(one);
      case OPERATORS.equals:
        return equalityCode(one, two, false);
      case OPERATORS.notEquals:
        return equalityCode(one, two, true);
      case OPERATORS.in:
        return membershipCode(one, two, only === 'in_list');
      case OPERATORS.index:
        return indexCode(one, two);
      case OPERATORS.optionalIndex:
        return optionalIndexCode(one, two);
      case 'size':
        return sizeCode(one);
      default:
    }
    return two === undefined
      ? optionalMethodCode(name, one, undefined)
      : (stringTestCode(name, one, two) ?? optionalMethodCode(name, one, two));
  }
}

/** The operands of a chain of the same operator, however it nests. */
function operandsOf(expr: Expr, name: string): Expr[] {
  if (expr.kind !== 'call' || expr.function !== name) return [expr];
  return expr.args.flatMap((arg) => operandsOf(arg, name));
}

/** What an unchecked expression does where it makes no sense. */
function failingCode(message: string): Code {
  return { run: (activation) => activation.fail(message), cost: 0 };
}

function variableCode(variable: Variable): Code {
  const { slot } = variable;
  const json = variable.json ?? false;
  if (json && !variable.lazy)
    return { run: readPath(slot, []), cost: 1, attribute: true, json, path: { slot, keys: [] } };
  return { run: readSlot(slot), cost: 1, attribute: true, json };
}

function readSlot(slot: number): Code['run'] {
  return (activation) => {
    const value = activation.slots[slot];
    if (typeof value === 'object' && value instanceof Lazy) return settle(activation, value.force());
    return value === undefined ? activation.fail('no such attribute(s)') : (value as CelValue);
  };
}
