// How every expression of cel-spec's suites parses and checks, against what cel-go makes of it: the syntax tree after macro
// expansion, the parse errors, the type, and Warder's own promise that printing a tree gives a source of the same tree.
import { tests as checking } from '@bufbuild/cel-spec/testdata/checking.js';
import { tests as comprehensions } from '@bufbuild/cel-spec/testdata/comprehension.js';
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import { tests as parsing } from '@bufbuild/cel-spec/testdata/parsing.js';
import { describe, expect, test } from '@jest/globals';
import * as cel from '../../src/cel/index.js';
import { STANDARD_MACROS } from '../../src/cel/macros.js';
import { parse } from '../../src/cel/parser.js';
import { debugString, NotComparable, normalizeDebug } from './cel-debug.js';
import { NeedsProtobuf, prepare, specCases } from './cel-spec.js';

const LIBRARIES = [
  cel.standardLibrary,
  cel.optionalLibrary,
  cel.bindingsLibrary,
  cel.twoVariableComprehensions,
];
const macros = LIBRARIES.flatMap((library) => library.macros);
/** The macros cel-go had when it wrote down the trees. */
const treeMacros = STANDARD_MACROS;

/** Cases where cel-go itself differs from the specification, which Warder follows. */
const MISSES: ReadonlyMap<string, string> = new Map([
  [
    'type_deductions/legacy_nullable_types/null_assignable_to_abstract_parameter_candidate',
    'cel-go deduces null, the case itself demands optional_type(int)',
  ],
]);

describe.each([
  ['conformance', conformance],
  ['comprehension', comprehensions],
  ['parsing', parsing],
  ['checking', checking],
])('the %s suite of cel-spec', (_name, suite) => {
  const cases = specCases(suite);

  test('parses to the trees of cel-go', () => {
    const wrong: string[] = [];
    let compared = 0;
    let different = 0;
    for (const { name, test: spec } of cases) {
      if (spec.ast === undefined || MISSES.has(name)) continue;
      const parsed = parse(spec.original.expr, { macros: treeMacros });
      if (!parsed.ok) {
        wrong.push(`${name}: ${parsed.problems[0]?.message}`);
        continue;
      }
      try {
        compared++;
        const found = debugString(parsed.expr);
        const expected = normalizeDebug(spec.ast);
        if (found !== expected)
          wrong.push(`${name}: ${spec.original.expr}\n  gives    ${found}\n  expected ${expected}`);
      } catch (error) {
        if (!(error instanceof NotComparable)) throw error;
        different++;
      }
    }
    console.log(
      `${cases.length} cases, ${compared - different} trees compared, ${different} not comparable as text`,
    );
    expect(wrong).toEqual([]);
  });

  test('refuses what cel-go refuses as a syntax error', () => {
    const accepted = cases
      .filter(
        ({ test: spec }) =>
          spec.ast === undefined && /Syntax error|reserved identifier/.test(spec.error ?? ''),
      )
      .filter(({ test: spec }) => parse(spec.original.expr, { macros }).ok)
      .map(({ name }) => name)
      .filter((name) => !MISSES.has(name));
    expect(accepted).toEqual([]);
  });

  test('gives the types of cel-go', () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const { name, test: spec } of cases) {
      if (spec.type === undefined) continue;
      try {
        const { environment } = prepare(spec.original, LIBRARIES);
        const compiled = cel.compile(environment, spec.original.expr);
        // Names and functions the suite's own environment had are not in its data.
        if (!compiled.ok && compiled.problems.every(({ message }) => message.startsWith('undeclared')))
          continue;
        compared++;
        const found = compiled.ok
          ? String(compiled.program.resultType)
          : String(compiled.problems[0]?.message);
        if (found !== spec.type && !MISSES.has(name)) wrong.push(`${name}: ${found}, expected ${spec.type}`);
      } catch (error) {
        if (!(error instanceof NeedsProtobuf)) throw error;
      }
    }
    console.log(`${compared} types compared`);
    expect(wrong).toEqual([]);
  });

  test('prints every tree as a source of the same tree', () => {
    for (const { test: spec } of cases) {
      const parsed = parse(spec.original.expr, { macros });
      if (!parsed.ok) continue;
      const printed = cel.printExpr(parsed.expr);
      const again = parse(printed, { macros });
      expect({ printed, tree: again.ok && shape(again.expr) }).toEqual({ printed, tree: shape(parsed.expr) });
    }
  });
});

/** A tree without identities and positions. */
function shape(expr: unknown): string {
  return JSON.stringify(expr, (key, value) => {
    if (['id', 'start', 'end', 'at', 'macro'].includes(key)) return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Set) return [...value];
    if (value instanceof cel.CelDouble) return Object.is(value.value, -0) ? '-0' : String(value.value);
    return typeof value === 'string' ? value.replace(/^@target\d+$/, '@target') : value;
  });
}
