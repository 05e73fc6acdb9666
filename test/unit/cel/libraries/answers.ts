// Shared by the tests of the libraries: evaluates an expression with every library and shows the result as one line.
import * as cel from '../../../../src/cel/index.js';
import { KUBERNETES_LIBRARIES } from '../../../../src/cel/kubernetes-libraries.js';
import { encodersLibrary } from '../../../../src/cel/libraries/encoders.js';
import { mathLibrary } from '../../../../src/cel/libraries/math.js';
import { regexExtensionLibrary } from '../../../../src/cel/libraries/regex-extension.js';
import { stringsLibrary } from '../../../../src/cel/libraries/strings.js';

const variables = ['x', 'y'].map((name) => ({ name, type: cel.DYN, json: true }));
const options = { homogeneousLiterals: true, validateLiterals: true };

/** The libraries as the API server has them. */
export const kubernetes = cel.createEnvironment({ libraries: KUBERNETES_LIBRARIES, variables, options });

/** Those, and the ones only CEL's own suite asks for. */
export const everything = cel.extendEnvironment(kubernetes, {
  libraries: [stringsLibrary(4), mathLibrary(2), encodersLibrary, regexExtensionLibrary],
});

function show(value: cel.CelValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (cel.isInt(value)) return String(value);
  if (cel.isDouble(value)) return `double ${Object.is(cel.toNumber(value), -0) ? '-0' : cel.toNumber(value)}`;
  if (value instanceof cel.CelUint) return `${value.value}u`;
  if (cel.isBytes(value)) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (cel.isList(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof cel.CelOptional)
    return value.value === undefined ? 'none' : `optional ${show(value.value)}`;
  if (value instanceof cel.CelOpaque) return `${value.typeName} ${String(value)}`;
  if (cel.isMap(value)) {
    const shown = cel.mapEntries(value).map(([key, element]) => `${show(key)}: ${show(element)}`);
    return `{${shown.join(', ')}}`;
  }
  return String(cel.toJson(value));
}

export interface Answer {
  /** The value on one line, `error: <message>`, or `invalid: <messages>` of what does not compile. */
  readonly text: string;
  readonly cost: number;
}

/** What an expression gives with `x` and `y`. */
export function ask(
  source: string,
  values: Readonly<Record<string, cel.Input>> = {},
  environment: cel.Environment = everything,
): Answer {
  const compiled = cel.compile(environment, source);
  if (!compiled.ok)
    return { text: `invalid: ${compiled.problems.map(({ message }) => message).join('; ')}`, cost: 0 };
  const budget = cel.createBudget();
  const result = compiled.program.evaluate(cel.createActivation(environment, values), budget);
  const text = result instanceof cel.CelError ? `error: ${result.message}` : show(result);
  return { text, cost: budget.spent };
}

type Values = Readonly<Record<string, cel.Input>>;

/** Rows of a table: an expression, what it gives, and what `x` and `y` are, if anything. */
export function rows(
  ...table: readonly (readonly [source: string, expected: string, values?: Values])[]
): readonly (readonly [source: string, expected: string, values: Values])[] {
  return table.map(([source, expected, values = {}]) => [source, expected, values]);
}
