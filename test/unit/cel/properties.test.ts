// Properties that hold for any expression and any object, tested with random ones.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as cel from '../../../src/cel/index.js';
import { parse } from '../../../src/cel/parser.js';
import { environment, LIBRARIES } from './evaluate.js';

const macros = LIBRARIES.flatMap((library) => library.macros);
const NAMES = ['object', 'value', 'x', 'y', 'a', 'spec', 'constructor', '__proto__', 'length', 'list'];

/** Sources of well-formed expressions; many fail to check, all of them parse. */
const sources: fc.Arbitrary<string> = fc.letrec<{ expr: string; name: string; literal: string }>((tie) => ({
  name: fc.constantFrom(...NAMES),
  literal: fc.oneof(
    fc.constantFrom(
      '0',
      '1',
      '-1',
      '9223372036854775807',
      '1u',
      '0.5',
      '1e300',
      'true',
      'false',
      'null',
      "b'\\xff'",
    ),
    fc.string({ maxLength: 5, unit: 'grapheme' }).map((text) => cel.printExpr(literal(text))),
  ),
  expr: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    tie('literal'),
    tie('name'),
    fc.tuple(tie('expr'), tie('name')).map(([operand, field]) => `(${operand}).${field}`),
    fc.tuple(tie('expr'), tie('name')).map(([operand, field]) => `has((${operand}).${field})`),
    fc.tuple(tie('expr'), tie('name')).map(([operand, field]) => `(${operand}).?${field}`),
    fc.tuple(tie('expr'), tie('expr')).map(([operand, index]) => `(${operand})[${index}]`),
    fc.tuple(tie('expr'), tie('expr')).map(([operand, other]) => `(${operand}).orValue(${other})`),
    fc
      .tuple(
        tie('expr'),
        fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', 'in', '&&', '||'),
        tie('expr'),
      )
      .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
    fc
      .tuple(fc.constantFrom('!', '-', 'size', 'string', 'int', 'dyn', 'type'), tie('expr'))
      .map(([name, arg]) => `${name}(${arg})`),
    fc
      .tuple(tie('expr'), tie('expr'), tie('expr'))
      .map(([one, two, three]) => `(${one}) ? (${two}) : (${three})`),
    fc
      .tuple(
        tie('expr'),
        fc.constantFrom('all', 'exists', 'exists_one', 'map', 'filter'),
        fc.constantFrom('x', 'y'),
        tie('expr'),
      )
      .map(([range, name, variable, body]) => `(${range}).${name}(${variable}, ${body})`),
    fc
      .tuple(tie('expr'), fc.constantFrom('all', 'transformList', 'transformMap'), tie('expr'))
      .map(([range, name, body]) => `(${range}).${name}(x, y, ${body})`),
    fc
      .tuple(tie('expr'), fc.constantFrom('startsWith', 'contains', 'matches'), tie('expr'))
      .map(([text, name, arg]) => `(${text}).${name}(${arg})`),
    fc.array(tie('expr'), { maxLength: 3 }).map((elements) => `[${elements.join(', ')}]`),
    fc
      .array(fc.tuple(tie('expr'), tie('expr')), { maxLength: 3 })
      .map((entries) => `{${entries.map((entry) => entry.join(': ')).join(', ')}}`),
    fc.tuple(tie('expr'), tie('expr')).map(([init, body]) => `cel.bind(y, ${init}, ${body})`),
  ),
})).expr;

function literal(value: string): cel.LiteralExpr {
  return { kind: 'literal', type: 'string', value, id: 0, start: 0, end: 0, at: 0 };
}

const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, 1, -1, 0.5, 2 ** 53, 1e300, '', 'a', '😀'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value as fc.Arbitrary<cel.CelValue>;

/** A tree without identities and positions. */
function shape(expr: cel.Expr): string {
  return JSON.stringify(expr, (key, value) => {
    if (['id', 'start', 'end', 'at', 'macro'].includes(key)) return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof cel.CelDouble) return Object.is(value.value, -0) ? '-0' : String(value.value);
    return value;
  });
}

describe('any well-formed expression', () => {
  test('prints as a source of the same tree', () => {
    fc.assert(
      fc.property(sources, (source) => {
        const parsed = parse(source, { macros });
        if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
        const again = parse(cel.printExpr(parsed.expr), { macros });
        expect(again.ok && shape(again.expr)).toBe(shape(parsed.expr));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['checked', false],
    ['unchecked', true],
  ])('evaluates %s to a value or an error, within its budget, and changes nothing', (_name, unchecked) => {
    const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
    let evaluated = 0;
    fc.assert(
      fc.property(sources, json, json, (source, object, value) => {
        const compiled = cel.compile(environment, source, { unchecked });
        if (!compiled.ok) return;
        evaluated++;
        const before = JSON.stringify([object, value]);
        const budget = cel.createBudget({ limit: 20_000, expressionLimit: 10_000 });
        const result = compiled.program.evaluate(
          cel.createActivation(environment, { object, value }),
          budget,
        );
        expect(result).not.toBe(undefined);
        if (!(result instanceof cel.CelError)) {
          expect(budget.spent).toBeLessThanOrEqual(10_000);
          expect(cel.typeName(result)).toMatch(/^[a-zA-Z.0-9_]+$/);
          expect(JSON.stringify(cel.toJson(result))).not.toBe(undefined);
        }
        expect(JSON.stringify([object, value])).toBe(before);
      }),
      { numRuns: 3000 },
    );
    expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(prototype);
    expect(evaluated).toBeGreaterThan(300);
  });

  test('gives the same result whether its variables are JSON by declaration or read with every check', () => {
    const guarded = cel.createEnvironment({
      libraries: LIBRARIES,
      variables: [
        { name: 'object', type: cel.DYN },
        { name: 'value', type: cel.DYN },
      ],
    });
    fc.assert(
      fc.property(sources, json, (source, object) => {
        const results = [environment, guarded].map((each) => {
          const compiled = cel.compile(each, source, { unchecked: true });
          if (!compiled.ok) return 'does not compile';
          const budget = cel.createBudget({ expressionLimit: 10_000 });
          const result = compiled.program.evaluate(cel.createActivation(each, { object }), budget);
          return [
            result instanceof cel.CelError ? result.message : JSON.stringify(cel.toJson(result)),
            budget.spent,
          ];
        });
        expect(results[0]).toEqual(results[1]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('any text', () => {
  test('compiles or is refused, and nothing else', () => {
    const fragments = fc.array(
      fc.oneof(
        fc.constantFrom(
          '(',
          ')',
          '[',
          ']',
          '{',
          '}',
          '.',
          '?',
          ':',
          ',',
          '&&',
          '||',
          '-',
          '!',
          "'",
          '"""',
          'r"',
          '`',
          '\\',
          '0x',
          '1e',
          'in ',
          'has(',
          '.all(x,',
          '//',
          '\n',
        ),
        fc.constantFrom(...NAMES),
        fc.string({ unit: 'binary', maxLength: 3 }),
      ),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fragments, (parts) => {
        const compiled = cel.compile(environment, parts.join(''));
        if (!compiled.ok) {
          expect(compiled.problems.length).toBeGreaterThan(0);
          for (const problem of compiled.problems) expect(cel.printProblem(problem)).toContain('\n | ');
        }
      }),
      { numRuns: 3000 },
    );
  });
});
