// The cases of Kubernetes' own tests of its CEL libraries (k8s.io/apiserver pkg/cel/library), through the real parser, checker and
// compiler in the environment of ValidatingAdmissionPolicies.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as cel from '../../src/cel/index.js';

interface Expectation {
  readonly value?: Readonly<Record<string, unknown>>;
  /** Patterns, as upstream's tests have them. */
  readonly error?: string;
  readonly compile_error?: readonly string[];
}

interface Case {
  readonly id: string;
  readonly lib: string;
  readonly expr: string;
  readonly bindings: Readonly<Record<string, cel.Input>>;
  readonly self_schema: unknown;
  readonly expect: Expectation;
}

const FILE = '../shared/conformance/cel-kubernetes/cases.ndjson';
const found = existsSync(FILE);
if (!found) console.log('Kubernetes CEL cases are absent; their test is skipped');
const lines = found ? readFileSync(FILE, 'utf8').trimEnd().split('\n') : [];
const cases = lines.map((line) => JSON.parse(line) as Case); // the shape the file documents

const OPAQUE_KINDS: ReadonlyMap<string, string> = new Map([
  ['kubernetes.Quantity', 'quantity'],
  ['kubernetes.URL', 'url'],
  ['kubernetes.Semver', 'semver'],
  ['net.IP', 'ip'],
  ['net.CIDR', 'cidr'],
]);

/** A value in the notation of the cases. */
function notation(value: cel.CelValue): unknown {
  if (value === null) return { null: true };
  if (typeof value === 'boolean') return { bool: value };
  if (typeof value === 'string') return { string: value };
  if (cel.isInt(value)) return { int: String(value) };
  if (cel.isDouble(value)) return { double: String(cel.toNumber(value)) };
  if (value instanceof cel.CelUint) return { uint: String(value.value) };
  if (cel.isBytes(value)) return { bytes: Buffer.from(value).toString('base64') };
  if (cel.isList(value)) return { list: value.map(notation) };
  if (value instanceof cel.CelOptional)
    return value.value === undefined ? { optional_none: true } : { optional_of: notation(value.value) };
  if (value instanceof cel.CelOpaque)
    return { [OPAQUE_KINDS.get(value.typeName) ?? value.typeName]: String(value) };
  if (cel.isMap(value))
    return { map: cel.mapEntries(value).map(([key, element]) => [notation(key), notation(element)]) };
  return { other: cel.typeName(value) };
}

function environmentFor({ bindings }: Case): cel.Environment {
  return cel.extendEnvironment(cel.validatingAdmissionEnvironment(), {
    variables: Object.keys(bindings).map((name) => ({ name, type: cel.DYN, json: true })),
  });
}

function run(each: Case): void {
  const environment = environmentFor(each);
  const compiled = cel.compile(environment, each.expr);
  if (!compiled.ok) {
    const messages = compiled.problems.map(({ message }) => message);
    const patterns = each.expect.compile_error ?? [];
    expect(patterns).not.toHaveLength(0);
    for (const pattern of patterns) {
      expect(messages).toContainEqual(expect.stringMatching(new RegExp(pattern)));
    }
    return;
  }
  expect(each.expect.compile_error).toBeUndefined();
  const activation = cel.createActivation(environment, each.bindings);
  const result = compiled.program.evaluate(activation, cel.createBudget());
  if (result instanceof cel.CelError) {
    // The patterns quote brackets as they are, so a message may also simply begin with one.
    const { error = '(no error)' } = each.expect;
    const begins = result.message.startsWith(error.replace(/\.\*$/, ''));
    if (!begins) expect(result.message).toMatch(new RegExp(error));
    return;
  }
  expect(notation(result)).toEqual(each.expect.value);
}

(found ? describe : describe.skip)('the library tests of Kubernetes', () => {
  const counts = new Map<string, number>();
  for (const { lib } of cases) counts.set(lib, (counts.get(lib) ?? 0) + 1);
  if (found) console.log([...counts].map(([lib, count]) => `${lib} ${count}`).join(', '));
  test('there are cases', () => expect(cases.length).toBeGreaterThan(100));
  test.each(cases.map((each): [string, Case] => [each.id, each]))('%s', (_id, each) => run(each));
});
