// Explanations of the expressions other people wrote, over objects other people wrote: the trace agrees with the verdict, and
// what is false has a reason, nearly always a field.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  type CelValue,
  compile,
  createActivation,
  createBudget,
  DYN,
  explain,
  extendEnvironment,
  Lazy,
  type Program,
  trace,
  validatingAdmissionEnvironment,
} from '../../src/cel/index.js';
import { readAllFiles } from '../../src/files.js';
import { field, isJsonObject, type JsonObject, type JsonValue } from '../../src/kubernetes/index.js';

const FOLDER = join(import.meta.dirname, '../../../shared/conformance');
const SETS = ['kubescape', 'kyverno', 'gatekeeper'].map((name) => join(FOLDER, name));

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** Objects that hold `validations`, wherever in a document they stand: policies and the sources of templates. */
function validators(value: JsonValue): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(validators);
  if (!isJsonObject(value)) return [];
  const below = Object.values(value).flatMap(validators);
  return Array.isArray(value.validations) ? [value, ...below] : below;
}

interface Compiled {
  readonly validations: readonly Program[];
  readonly variables: ReadonlyMap<string, Program>;
  readonly environment: ReturnType<typeof validatingAdmissionEnvironment>;
}

/** The expressions of one policy; those of libraries that only one product has are left out. */
function compilePolicy(policy: JsonObject): Compiled {
  let environment = validatingAdmissionEnvironment();
  const variables = new Map<string, Program>();
  for (const variable of listOf(policy.variables)) {
    const name = `variables.${textOf(field(variable, 'name'))}`;
    const compiled = compile(environment, textOf(field(variable, 'expression')));
    if (compiled.ok) variables.set(name, compiled.program);
    environment = extendEnvironment(environment, { variables: [{ name, type: DYN, lazy: true }] });
  }
  const validations = listOf(policy.validations).flatMap((validation) => {
    const compiled = compile(environment, textOf(field(validation, 'expression')));
    return compiled.ok ? [compiled.program] : [];
  });
  return { validations, variables, environment };
}

const here = SETS.every((folder) => existsSync(folder));
const suite = here ? describe : describe.skip;
if (!here) process.stderr.write('explain: skipped, there is no ../shared/conformance\n');

suite('explanations of other people’s expressions', () => {
  test('agree with the verdict, and name a field', async () => {
    const { documents } = await readAllFiles(SETS);
    const values = documents.map(({ value }) => value);
    const policies = values.flatMap(validators).map(compilePolicy);
    const objects = values.filter(
      (value): value is JsonObject =>
        isJsonObject(value) && isJsonObject(value.metadata) && isJsonObject(value.spec),
    );
    const counts = { evaluated: 0, false: 0, explained: 0, located: 0, disagreed: 0 };
    for (const { validations, variables, environment } of policies) {
      for (const object of objects) {
        const activation = createActivation(environment, {
          object: object as CelValue,
          oldObject: null,
          params: {},
          request: { operation: 'CREATE' },
          namespaceObject: null,
        });
        const budget = createBudget();
        for (const [name, program] of variables)
          activation.set(name, new Lazy(() => program.evaluate(activation, budget)));
        for (const program of validations) {
          const verdict = program.evaluate(activation, budget);
          counts.evaluated++;
          if (verdict !== false || program.ast.kind === 'literal') continue;
          counts.false++;
          const parts = explain(program, activation, createBudget(), { variables });
          if (parts.length > 0) counts.explained++;
          if (parts.some(({ path }) => path?.variable === 'object')) counts.located++;
          if (trace(program, activation, createBudget(), { variables }).value !== false) counts.disagreed++;
        }
      }
    }
    process.stdout.write(
      `explain: ${counts.evaluated} evaluations of ${policies.length} policies, ${counts.false} false: ${counts.explained} explained, ${counts.located} with a field of the object\n`,
    );
    expect(counts.false).toBeGreaterThan(500);
    expect(counts.disagreed).toBe(0);
    expect(counts.explained).toBe(counts.false);
    expect(counts.located / counts.false).toBeGreaterThan(0.95);
  }, 120_000);
});
