// Shared by the tests of cel: evaluates an expression in an environment with the usual variables.
import * as cel from '../../../src/cel/index.js';

export const LIBRARIES = [
  cel.standardLibrary,
  cel.optionalLibrary,
  cel.bindingsLibrary,
  cel.twoVariableComprehensions,
];

export const environment = cel.createEnvironment({
  libraries: LIBRARIES,
  variables: [
    { name: 'object', type: cel.DYN, json: true },
    { name: 'value', type: cel.DYN },
  ],
});

export interface Evaluated {
  readonly result: cel.CelValue | cel.CelError;
  readonly cost: number;
}

/** The result of an expression that must compile. */
export function evaluate(
  source: string,
  values: Readonly<Record<string, cel.Input>> = {},
  budget: cel.Budget = cel.createBudget(),
  within: cel.Environment = environment,
): Evaluated {
  const compiled = cel.compile(within, source);
  if (!compiled.ok) throw new Error(compiled.problems.map((problem) => cel.printProblem(problem)).join('\n'));
  const before = budget.spent;
  const result = compiled.program.evaluate(cel.createActivation(within, values), budget);
  return { result, cost: budget.spent - before };
}

/** The result as JSON, or `error: <message>`. */
export function answer(source: string, values: Readonly<Record<string, cel.Input>> = {}): cel.Json {
  const { result } = evaluate(source, values);
  return result instanceof cel.CelError ? `error: ${result.message}` : cel.toJson(result);
}

/** The messages of an expression that must not compile. */
export function problems(source: string, within: cel.Environment = environment): readonly string[] {
  const compiled = cel.compile(within, source);
  return compiled.ok ? [] : compiled.problems.map(({ message }) => message);
}
