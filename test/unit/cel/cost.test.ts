// Costs are Kubernetes': cel-go's interpreter/runtimecost.go with k8s.io/apiserver's options (optimized evaluation, has() free).
import { describe, expect, test } from '@jest/globals';
import * as cel from '../../../src/cel/index.js';
import { environment, evaluate } from './evaluate.js';

const object = {
  n: 3,
  name: 'a'.repeat(25),
  list: [1, 2, 3],
  names: ['server', 'sidecar'],
  nested: { deep: { deeper: true } },
  flag: true,
  off: false,
};

describe('an evaluation costs what Kubernetes charges', () => {
  test.each<[string, number, string]>([
    ["'text'", 0, 'constants are free'],
    ['object', 1, 'a variable'],
    ['object.n', 2, 'and one for every field'],
    ["object['n']", 2, 'or key'],
    ["object['n' + '']", 3, 'of a computed key, with its computation'],
    ['object.list[0]', 3, 'or index'],
    ['object.list[object.n - 2]', 6, 'of a computed index'],
    ['has(object.nested)', 1, 'has() itself is free'],
    ['has(object.nested.deep)', 2, 'of its operand it is not'],
    [
      'has((object.flag ? object.list : object.names).first) || true',
      4,
      'and it is evaluated once, even where it is no map',
    ],
    ['object.?nested.?deep', 3, 'an optional selection costs as a plain one'],
    ["object.?nested.orValue('')", 2, 'orValue is free'],
    ['[1, 2, 3]', 0, 'a list of constants is a constant'],
    ['[object.n, 2]', 12, 'another costs ten'],
    ['{"a": object.n}', 32, 'a map thirty'],
    ['object.n + 1', 3, 'an operator one'],
    ['object.n < 5', 3, 'a comparison'],
    ['object.n == 5', 3, 'an equality'],
    ["object.name == 'b'", 3, 'of strings by the shorter'],
    [`object.name == '${'b'.repeat(30)}'`, 5, 'by a tenth'],
    [`object.name != '${'b'.repeat(12)}'`, 4, 'rounded up'],
    ["object.name == ''", 2, 'an empty one is free'],
    ['object.flag && object.off && object.flag', 4, '&& stops at the first false'],
    ['object.flag || object.off', 2, '|| at the first true'],
    ['!object.flag', 3, 'a negation one'],
    ['object.flag ? object.n : object.name', 3, 'of a conditional only the branch taken, without its root'],
    ["object.name.startsWith('a')", 5, 'a tenth of the text'],
    ["object.name.contains('aaaaaaaaaaaa')", 8, 'times a tenth of what is searched'],
    ["object.name.matches('^a+$')", 5, 'a pattern by a quarter of its length'],
    ["'123'.matches('[0-9]')", 2, 'of a constant too'],
    ['object.name in ["x", "y"]', 2, 'membership in constants is free'],
    ['object.n in [1, object.n]', 16, 'in a typed list by its size'],
    ['object.n in object.list', 5, 'and one where nobody knows the type'],
    ['size(object.name)', 3, 'size one'],
    ['object.list.all(x, true)', 12, 'all: three a step and one'],
    ['object.list.all(x, x > 0)', 18, 'and what the condition costs'],
    ['object.list.all(x, x > 1)', 10, 'and two where it stops early'],
    ['object.list.exists(x, x == 3)', 21, 'exists four a step'],
    ['object.list.exists(x, x == 1)', 12, 'and three where it stops'],
    ['object.list.map(x, x)', 42, 'map thirteen'],
    ['object.list.filter(x, x > 1)', 36, 'filter by what it keeps'],
    ['object.list.exists_one(x, x == 1)', 14, 'exists_one'],
    ['cel.bind(x, object.n, x + x)', 5, 'a binding once'],
    ['cel.bind(x, object.n, true)', 0, 'or not at all'],
    ["int('3') + object.n", 3, 'a conversion of a constant is free'],
    ['string(object.n)', 3, 'another is one'],
  ])('%s: %i (%s)', (source, cost) => {
    expect(evaluate(source, { object }).cost).toBe(cost);
  });
});

describe('a budget', () => {
  const list = { list: Array.from({ length: 2000 }, (_, index) => index) };
  const nested = 'object.list.all(x, object.list.all(y, x + y >= 0))';

  test('breaks off one expression at its limit', () => {
    const budget = cel.createBudget();
    const { result, cost } = evaluate(nested, { object: list }, budget);
    expect(result).toMatchObject({ message: 'operation cancelled: actual cost limit exceeded' });
    expect(cost).toBeGreaterThan(1_000_000);
    expect(cost).toBeLessThan(1_000_100);
  });

  test('cannot be escaped through an absorbed error', () => {
    const { result } = evaluate(`${nested} || true`, { object: list });
    expect(result).toMatchObject({ message: 'operation cancelled: actual cost limit exceeded' });
  });

  test('breaks off all expressions together at its own', () => {
    const budget = cel.createBudget({ limit: 50_000 });
    const compiled = cel.compile(environment, 'object.list.all(x, x >= 0)');
    if (!compiled.ok) throw new Error('does not compile');
    const activation = cel.createActivation(environment, { object: list });
    const results = Array.from({ length: 6 }, () => compiled.program.evaluate(activation, budget));
    expect(results.map((result) => (result instanceof cel.CelError ? result.message : result))).toEqual([
      true,
      true,
      true,
      true,
      cel.BUDGET_EXCEEDED,
      cel.BUDGET_EXCEEDED,
    ]);
  });

  test('breaks off at the deadline', () => {
    let now = 0;
    const deadline = { now: () => (now += 10), at: 100 };
    const { result, cost } = evaluate(nested, { object: list }, cel.createBudget({ deadline }));
    expect(result).toMatchObject({ message: 'operation interrupted' });
    expect(cost).toBeLessThan(20_000);
  });

  test('bounds what Kubernetes charges too little for: long concatenations, scans and deep comparisons', () => {
    const huge = { list: Array.from({ length: 100_000 }, (_, index) => `item ${index}`) };
    for (const source of [
      'object.list.map(x, object.list + object.list).size() > 0',
      "object.list.all(x, !('none' in object.list))",
      'object.list.all(x, object == value)',
    ]) {
      const start = process.hrtime.bigint();
      const { result } = evaluate(source, { object: huge, value: structuredClone(huge) });
      expect(result).toMatchObject({ message: 'operation cancelled: actual cost limit exceeded' });
      // A runaway takes minutes here; the bound is a hundredfold of what it takes.
      expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(30);
    }
  });
});
