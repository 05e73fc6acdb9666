import { describe, expect, test } from '@jest/globals';
import { compile, printExpr, printProblem } from '../../../src/cel/index.js';
import { parse } from '../../../src/cel/parser.js';
import { environment, LIBRARIES } from './evaluate.js';

const macros = LIBRARIES.flatMap((library) => library.macros);

function printed(source: string): string {
  const parsed = parse(source, { macros });
  return parsed.ok ? printExpr(parsed.expr) : printProblem(parsed.problems[0] as never);
}

describe('printing', () => {
  test.each([
    ['a . b [ 0 ]', 'a.b[0]'],
    ['(a + b) * c', '(a + b) * c'],
    ['a + (b * c)', 'a + b * c'],
    ['a - (b - c)', 'a - (b - c)'],
    ['(a && b) && (c && d)', 'a && b && c && d'],
    ['a && (b || c)', 'a && (b || c)'],
    ['(a ? b : c) ? d : e ? f : g', '(a ? b : c) ? d : e ? f : g'],
    ['!(a == b)', '!(a == b)'],
    ['-(1)', '-(1)'],
    ['- 1', '-1'],
    ['--a', 'a'],
    ['(-a).b', '(-a).b'],
    ["r'\\d' + '''a\nb'''", '"\\\\d" + "a\\nb"'],
    ['b"\\x00\\377a"', 'b"\\x00\\xffa"'],
    ['1.0 + 1e3 + 0x10 + 5u', '1.0 + 1000.0 + 16 + 5u'],
    ['has(a.b) && a.all(x, x > 0)', 'has(a.b) && a.all(x, x > 0)'],
    ['a.?b[?0].orValue({?"k": c})', 'a.?b[?0].orValue({?"k": c})'],
    ['a.`b.c/d`', 'a.`b.c/d`'],
    ['cel.bind(x, 1, x + x)', 'cel.bind(x, 1, x + x)'],
    ['a.optMap(x, x + 1)', 'a.optMap(x, x + 1)'],
    ['.a.b{c: 1, ?d: e}', '.a.b{c: 1, ?d: e}'],
    ['[1, 2, ] + {1: 2, }', '[1, 2] + {1: 2}'],
    ['a // comment\n + b', 'a + b'],
  ])('%s', (source, expected) => expect(printed(source)).toBe(expected));
});

describe('a problem shows where it is', () => {
  test.each([
    [
      'a +',
      1,
      4,
      "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', literal, IDENTIFIER}",
    ],
    [
      'object.spec ==',
      1,
      15,
      "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', literal, IDENTIFIER}",
    ],
    [
      'object\n  .spec\n  .size(',
      3,
      9,
      "Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', literal, IDENTIFIER}",
    ],
    ["'😀' + $", 1, 7, "Syntax error: token recognition error at: '$'"],
    ["'abc", 1, 1, 'Syntax error: unterminated string literal'],
    ["'\\q'", 1, 1, 'unable to unescape string'],
    ["'\\ud800'", 1, 1, 'invalid unicode code point'],
    ['9223372036854775808', 1, 1, 'invalid int literal'],
    ['1e999', 1, 1, 'invalid double literal'],
    ['namespace', 1, 1, 'reserved identifier: namespace'],
    ['has(object)', 1, 5, 'invalid argument to has() macro'],
    ['[1].all(x.y, true)', 1, 10, 'argument must be a simple name'],
    ['object.spec + missing', 1, 15, "undeclared reference to 'missing' (in container '')"],
    ["'a' + 1", 1, 5, "found no matching overload for '_+_' applied to '(string, int)'"],
    ["'a'.matches(1)", 1, 12, "found no matching overload for 'matches' applied to 'string.(int)'"],
    [
      '1.all(x, true)',
      1,
      1,
      "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['Pod{}', 1, 4, "undeclared reference to 'Pod' (in container '')"],
    ['1 && true', 1, 1, "expected type 'bool' but found 'int'"],
  ])('%s', (source, line, column, message) => {
    const compiled = compile(environment, source);
    expect(compiled).toMatchObject({ ok: false, problems: [{ line, column, message }] });
  });

  test('with the line and a caret', () => {
    const compiled = compile(environment, 'object.a ==\n  missing');
    expect(compiled.ok ? [] : compiled.problems.map((problem) => printProblem(problem))).toEqual([
      "ERROR: <input>:2:3: undeclared reference to 'missing' (in container '')\n |   missing\n | ..^",
    ]);
  });
});

describe('limits', () => {
  test.each([
    ['nesting', `${'('.repeat(300)}1${')'.repeat(300)}`, 'expression recursion limit exceeded: 250'],
    ['lists', `${'['.repeat(5000)}`, 'expression recursion limit exceeded: 250'],
    ['a long chain', `object${'.a'.repeat(2000)}`, 'max recursion depth exceeded: 1000'],
    ['a long sum', `1${' + 1'.repeat(2000)}`, 'max recursion depth exceeded: 1000'],
    [
      'a long source',
      `'${'a'.repeat(200_000)}'`,
      'expression code point size exceeds limit: size: 200002, limit 100000',
    ],
    ['many nodes', `[${'a.optMap(b,c),'.repeat(7_000)}]`, 'expression is too large: limit 50000 nodes'],
  ])('on %s', (_name, source, message) => {
    const compiled = compile(environment, source.slice(0, 250_000));
    const found = compiled.ok ? 'compiles' : compiled.problems[0]?.message;
    expect(found).toBe(message);
  });

  test('do not stop long chains of && and ||', () => {
    expect(compile(environment, Array(3000).fill('true').join(' && '))).toMatchObject({ ok: true });
  });
});
