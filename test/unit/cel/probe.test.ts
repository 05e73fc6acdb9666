import { expect, test } from '@jest/globals';
import * as cel from '../../../src/cel/index.js';
import { environment } from './evaluate.js';

const object = { items: [{ n: 1 }, { n: 5 }], limit: 3 };

function probe(source: string) {
  const compiled = cel.compile(environment, source);
  if (!compiled.ok) throw new Error('does not compile');
  const activation = cel.createActivation(environment, { object });
  return {
    ast: compiled.program.ast,
    parts: cel.createProbe(compiled.program, activation, cel.createBudget()),
  };
}

test('the parts of a comprehension are evaluated for the element assigned', () => {
  const { ast, parts } = probe('object.items.all(i, [object.limit].all(l, i.n < l))');
  if (ast.kind !== 'comprehension' || ast.condition?.kind !== 'comprehension')
    throw new Error('not two comprehensions');
  expect(parts.evaluate(ast)).toBe(false);
  expect(parts.evaluate(ast.range)).toEqual(object.items);
  const inner = ast.condition;
  for (const [element, expected] of [
    [object.items[0], true],
    [object.items[1], false],
  ] as const) {
    parts.assign(ast, [element]);
    expect(parts.evaluate(inner)).toBe(expected);
    parts.assign(inner, [3]);
    expect(parts.evaluate(inner.condition as cel.Expr)).toBe(expected);
  }
});

test('a binding is assigned like a variable, lazily or not', () => {
  const { ast, parts } = probe('cel.bind(x, object.limit, object.items.exists(i, i.n == x + 2))');
  if (ast.kind !== 'bind') throw new Error('not a binding');
  parts.assign(ast, [new cel.Lazy(() => parts.evaluate(ast.init))]);
  expect(parts.evaluate(ast.body)).toBe(true);
  parts.assign(ast, [7]);
  expect(parts.evaluate(ast.body)).toBe(false);
});

test('a failing part is its error', () => {
  const { ast, parts } = probe('object.missing == 1 || true');
  if (ast.kind !== 'call') throw new Error('not a call');
  expect(parts.evaluate(ast)).toBe(true);
  expect(parts.evaluate(ast.args[0] as cel.Expr)).toMatchObject({ message: 'no such key: missing' });
});
