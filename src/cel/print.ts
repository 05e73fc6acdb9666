// Writes a syntax tree as source that parses back to the same tree. Macros print as they were called.
import type { CallExpr, Expr, LiteralExpr } from './ast.js';
import { printNumber } from './number-literals.js';
import {
  BINARY_OPERATORS,
  CONDITIONAL_PRECEDENCE,
  MEMBER_PRECEDENCE,
  OPERATORS,
  UNARY_PRECEDENCE,
} from './operators.js';
import { encodeBytes, encodeString } from './string-literals.js';
import { CelDouble, type CelDoubleValue, type CelInt, CelUint } from './values.js';

/** The source of an expression. */
export function printExpr(expr: Expr): string {
  return print(expr, 0);
}

/** Prints, in parentheses where the expression binds less tightly than its place demands. */
function print(expr: Expr, minimum: number): string {
  const [text, precedence] = printBare(expr.macro ?? expr);
  return precedence < minimum ? `(${text})` : text;
}

type Printed = readonly [text: string, precedence: number];

function printBare(expr: Expr): Printed {
  switch (expr.kind) {
    case 'literal':
      return printLiteral(expr);
    case 'ident':
      return [expr.name, MEMBER_PRECEDENCE];
    case 'select': {
      const operand = print(expr.operand, MEMBER_PRECEDENCE);
      const access = `${operand}.${printField(expr.field)}`;
      return [expr.test ? `has(${access})` : access, MEMBER_PRECEDENCE];
    }
    case 'call':
      return printCall(expr);
    case 'list': {
      const elements = expr.elements.map(
        (element, index) => `${expr.optional.has(index) ? '?' : ''}${print(element, 0)}`,
      );
      return [`[${elements.join(', ')}]`, MEMBER_PRECEDENCE];
    }
    case 'map': {
      const entries = expr.entries.map(
        ({ key, value, optional }) => `${optional ? '?' : ''}${print(key, 0)}: ${print(value, 0)}`,
      );
      return [`{${entries.join(', ')}}`, MEMBER_PRECEDENCE];
    }
    case 'struct': {
      const fields = expr.fields.map(
        ({ name, value, optional }) => `${optional ? '?' : ''}${printField(name)}: ${print(value, 0)}`,
      );
      return [`${expr.name}{${fields.join(', ')}}`, MEMBER_PRECEDENCE];
    }
    case 'comprehension': {
      const args = [expr.condition, expr.transform]
        .filter((part) => part !== undefined)
        .map((part) => print(part, 0));
      const range = print(expr.range, MEMBER_PRECEDENCE);
      return [
        `${range}.${expr.comprehension}(${[...expr.variables, ...args].join(', ')})`,
        MEMBER_PRECEDENCE,
      ];
    }
    case 'bind':
      return [`cel.bind(${expr.name}, ${print(expr.init, 0)}, ${print(expr.body, 0)})`, MEMBER_PRECEDENCE];
  }
}

function printLiteral({ value, type }: LiteralExpr): Printed {
  if (typeof value === 'string') return [encodeString(value), MEMBER_PRECEDENCE];
  if (value instanceof Uint8Array) return [encodeBytes(value), MEMBER_PRECEDENCE];
  if (value === null || typeof value === 'boolean') return [String(value), MEMBER_PRECEDENCE];
  const numeric: CelInt | CelDoubleValue | CelUint =
    value instanceof CelDouble || value instanceof CelUint ? value : value;
  const text = printNumber(numeric, type === 'uint' || type === 'double' ? type : 'int');
  // A literal's own sign is part of it, but not before a selection or another sign.
  return [text, MEMBER_PRECEDENCE];
}

function printField(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !['true', 'false', 'null', 'in'].includes(name)
    ? name
    : `\`${name}\``;
}

function printCall(expr: CallExpr): Printed {
  const [one, two, three] = expr.args;
  const binary = BINARY_OPERATORS.get(expr.function);
  if (binary !== undefined && one !== undefined && two !== undefined) {
    const { symbol, precedence } = binary;
    if (symbol === '&&' || symbol === '||') return printLogical(expr, symbol, precedence);
    return [`${print(one, precedence)} ${symbol} ${print(two, precedence + 1)}`, precedence];
  }
  switch (expr.function) {
    case OPERATORS.conditional: {
      const operand = CONDITIONAL_PRECEDENCE + 1;
      const text = `${print(one as Expr, operand)} ? ${print(two as Expr, operand)} : ${print(three as Expr, CONDITIONAL_PRECEDENCE)}`;
      return [text, CONDITIONAL_PRECEDENCE];
    }
    case OPERATORS.not:
      return [`!${print(one as Expr, MEMBER_PRECEDENCE)}`, UNARY_PRECEDENCE];
    case OPERATORS.negate: {
      const operand = print(one as Expr, MEMBER_PRECEDENCE);
      // Before a number the sign would become part of the literal.
      return [/^[\d.-]/.test(operand) ? `-(${operand})` : `-${operand}`, UNARY_PRECEDENCE];
    }
    case OPERATORS.index:
      return [`${print(one as Expr, MEMBER_PRECEDENCE)}[${print(two as Expr, 0)}]`, MEMBER_PRECEDENCE];
    case OPERATORS.optionalIndex:
      return [`${print(one as Expr, MEMBER_PRECEDENCE)}[?${print(two as Expr, 0)}]`, MEMBER_PRECEDENCE];
    case OPERATORS.optionalSelect: {
      const field = two?.kind === 'literal' ? String(two.value) : '';
      return [`${print(one as Expr, MEMBER_PRECEDENCE)}.?${printField(field)}`, MEMBER_PRECEDENCE];
    }
    default: {
      const args = expr.args.map((arg) => print(arg, 0)).join(', ');
      const target = expr.target === undefined ? '' : `${print(expr.target, MEMBER_PRECEDENCE)}.`;
      return [`${target}${expr.function}(${args})`, MEMBER_PRECEDENCE];
    }
  }
}

/**
 * A chain prints without parentheses only where it parses back to the same tree: the parser balances chains, so a tree
 * of another shape needs them around the operands that are chains themselves.
 */
function printLogical(expr: CallExpr, symbol: string, precedence: number): Printed {
  const operands = chain(expr, expr.function);
  if (isBalanced(expr, expr.function, operands.length)) {
    return [operands.map((operand) => print(operand, precedence + 1)).join(` ${symbol} `), precedence];
  }
  return [expr.args.map((arg) => print(arg, precedence + 1)).join(` ${symbol} `), precedence];
}

function chain(expr: Expr, name: string): Expr[] {
  if (expr.kind !== 'call' || expr.macro !== undefined || expr.function !== name) return [expr];
  return expr.args.flatMap((arg) => chain(arg, name));
}

function isBalanced(expr: Expr, name: string, size: number): boolean {
  if (size === 1) return true;
  if (expr.kind !== 'call') return false;
  const left = Math.floor((size - 1) / 2) + 1;
  const [one, two] = expr.args as [Expr, Expr];
  return (
    chain(one, name).length === left &&
    chain(two, name).length === size - left &&
    isBalanced(one, name, left) &&
    isBalanced(two, name, size - left)
  );
}
