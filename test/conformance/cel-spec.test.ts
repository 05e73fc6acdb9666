// The Common Expression Language's own conformance suite, through the real parser, checker and compiler. A miss that is not
// listed fails, and so does a listed one that passes.

import { tests as comprehensions } from '@bufbuild/cel-spec/testdata/comprehension.js';
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import type { SerializedIncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { describe, expect, test } from '@jest/globals';
import * as cel from '../../src/cel/index.js';
import { blockLibrary } from '../../src/cel/libraries/bindings.js';
import { encodersLibrary } from '../../src/cel/libraries/encoders.js';
import { listsLibrary } from '../../src/cel/libraries/lists-extension.js';
import { mathLibrary } from '../../src/cel/libraries/math.js';
import { stringsLibrary } from '../../src/cel/libraries/strings.js';
import { NeedsProtobuf, prepare, type SpecCase, show, specCases } from './cel-spec.js';

const LIBRARIES = [
  cel.standardLibrary,
  cel.optionalLibrary,
  cel.bindingsLibrary,
  blockLibrary,
  cel.twoVariableComprehensions,
  stringsLibrary(4),
  listsLibrary(3),
  mathLibrary(2),
  encodersLibrary,
];

/** Sections about functions that no API server has. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([['proto2_ext', 'protobuf extensions']]);

/** Known misses by name, with the reason. docs/cel.md has the same list. */
const MISSES: ReadonlyMap<string, string> = new Map([
  ['string_ext/value_errors/indexof_out_of_range', 'an offset beyond the text finds nothing, as in cel-go'],
  [
    'string_ext/value_errors/lastindexof_out_of_range',
    'an offset beyond the text finds nothing, as in cel-go',
  ],
]);

interface Count {
  run: number;
  passed: number;
  leftOut: Map<string, number>;
}

type Outcome =
  | { readonly leftOut: string }
  | { readonly expected: string; readonly found: string; readonly passed: boolean };

function runCase({ section, test: spec }: SpecCase): Outcome {
  const reason = LEFT_OUT.get(section);
  if (reason !== undefined) return { leftOut: reason };
  try {
    const { environment, bindings, unchecked, checkOnly, expected } = prepare(spec.original, LIBRARIES);
    const compiled = cel.compile(environment, spec.original.expr, { unchecked });
    const wanted =
      expected === 'error' ? 'error' : 'type' in expected ? String(expected.type) : show(expected.value);
    if (
      !compiled.ok &&
      compiled.problems.every(({ message }) => message.startsWith("undeclared reference to 'm'"))
    ) {
      return { leftOut: 'a variable the data lacks' };
    }
    if (!compiled.ok) {
      const found = `error: ${compiled.problems.map(({ message }) => message).join('; ')}`;
      return { expected: wanted, found, passed: expected === 'error' };
    }
    const found =
      checkOnly || (expected !== 'error' && 'type' in expected)
        ? String(compiled.program.resultType)
        : show(compiled.program.evaluate(cel.createActivation(environment, bindings), cel.createBudget()));
    return {
      expected: wanted,
      found,
      passed: expected === 'error' ? found.startsWith('error:') : found === wanted,
    };
  } catch (error) {
    if (error instanceof NeedsProtobuf) return { leftOut: 'protobuf messages' };
    throw error;
  }
}

/** cel-go's tests of two-variable comprehensions: first those that must be true, then those that must not compile. */
const trueComprehensions = { ...comprehensions, tests: comprehensions.tests?.slice(0, 51) ?? [] };

describe.each<[string, SerializedIncrementalTestSuite]>([
  ['conformance', conformance],
  ['comprehension', trueComprehensions],
])('the %s suite of cel-spec', (_name, suite) => {
  const counts = new Map<string, Count>();
  const unexpected: string[] = [];
  const stale: string[] = [];
  for (const each of specCases(suite)) {
    const count = counts.get(each.section) ?? { run: 0, passed: 0, leftOut: new Map() };
    counts.set(each.section, count);
    const outcome = runCase(each);
    if ('leftOut' in outcome) {
      count.leftOut.set(outcome.leftOut, (count.leftOut.get(outcome.leftOut) ?? 0) + 1);
      continue;
    }
    count.run++;
    if (outcome.passed) {
      count.passed++;
      if (MISSES.has(each.name)) stale.push(each.name);
    } else if (!MISSES.has(each.name)) {
      unexpected.push(
        `${each.name}: ${each.test.original.expr} gives ${outcome.found}, expected ${outcome.expected}`,
      );
    }
  }
  const lines = [...counts].map(([section, { run, passed, leftOut }]) => {
    const rest = [...leftOut].map(([reason, number]) => `${number} left out (${reason})`).join(', ');
    return `${section.padEnd(18)} run ${String(run).padStart(4)}  passed ${String(passed).padStart(4)}  ${rest}`;
  });
  const sum = (pick: (count: Count) => number) =>
    [...counts.values()].reduce((total, count) => total + pick(count), 0);
  const [run, passed] = [sum((count) => count.run), sum((count) => count.passed)];
  console.log(
    `${lines.join('\n')}\n${'all'.padEnd(18)} run ${run}  passed ${passed} (${((100 * passed) / run).toFixed(2)} %)`,
  );

  test('has no miss but the listed ones', () => expect(unexpected).toEqual([]));
  test('has no listed miss that passes', () => expect(stale).toEqual([]));
  test('passes at least 99 % of every section', () => {
    for (const [section, count] of counts) {
      if (count.run > 0)
        expect({ section, share: count.passed / count.run >= 0.99 }).toEqual({ section, share: true });
    }
  });
});

test.each(
  comprehensions.tests?.slice(51, 70).map(({ original }) => original.expr) ?? [],
)('the comprehension %s does not compile', (source) => {
  const environment = cel.createEnvironment({ libraries: LIBRARIES });
  expect(cel.compile(environment, source).ok).toBe(false);
});
