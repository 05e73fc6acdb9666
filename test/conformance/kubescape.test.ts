// Kubescape's controls as they are, against what a real API server answered to the same cases: the verdict and the message.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, type Decision, judge } from '../../src/engine/index.js';
import { readAllFiles, readText } from '../../src/files.js';
import {
  contextFromObjects,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  syntheticReview,
} from '../../src/kubernetes/index.js';
import { createPolicySet, loadPolicies, type PolicySource } from '../../src/policy/index.js';

const FOLDER = join(import.meta.dirname, '../../../shared/conformance/kubescape');
const RESOURCES = join(FOLDER, 'test-resources');

interface Case {
  readonly name: string;
  readonly template: string;
  readonly expected: 'pass' | 'fail';
  readonly field_change_list?: readonly string[];
  readonly param_template?: string;
}

interface Verdict {
  readonly control: string;
  readonly case: number;
  readonly apiserver: 'pass' | 'fail';
  readonly code: number;
  readonly message: string;
}

const yamlOf = (text: string): JsonValue => readText('value.yaml', text).documents[0]?.value ?? null;
const resource = (name: string): JsonObject =>
  yamlOf(readFileSync(join(RESOURCES, name), 'utf8')) as JsonObject; // its own

/** Puts a value where a path such as `spec.containers.[0].image` says; what is missing on the way is made. */
function put(root: JsonObject, path: string, value: JsonValue): void {
  const steps = path.split('.').map((step) => (/^\[\d+\]$/.test(step) ? Number(step.slice(1, -1)) : step));
  let at = root as Record<string | number, unknown>; // a copy made for this, changed freely
  for (const [index, step] of steps.slice(0, -1).entries()) {
    at[step] ??= typeof steps[index + 1] === 'number' ? [] : {};
    at = at[step] as Record<string | number, unknown>;
  }
  at[steps.at(-1) ?? ''] = value;
}

function objectOf({ template, field_change_list: changes = [] }: Case, tried: boolean): JsonObject {
  const object = structuredClone(resource(template));
  for (const change of changes) {
    const at = change.indexOf('=');
    put(object, change.slice(0, at), yamlOf(change.slice(at + 1)));
  }
  if (!tried) return object;
  const metadata = object.metadata as JsonObject;
  // As it was tried: created in `default` under another name, since a template may be there already.
  const name = String(metadata.name).replace(/(-dry)?$/, '-dry');
  return { ...object, metadata: { ...metadata, namespace: 'default', name } };
}

/** The control's policy with a binding that denies, as it was tried. */
async function policyOf(control: string, params: string) {
  const { documents } = await readAllFiles([join(FOLDER, 'controls', control, 'policy.yaml')]);
  const [policy] = documents;
  const value = policy?.value as { readonly metadata: { readonly name: string }; readonly spec: JsonObject }; // a policy
  const { name } = value.metadata;
  const binding = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: {
      policyName: name,
      validationActions: ['Deny'],
      ...(value.spec.paramKind === undefined
        ? {}
        : { paramRef: { name: params, parameterNotFoundAction: 'Deny' } }),
    },
  };
  const source: PolicySource = {
    file: 'binding',
    value: binding,
    positionOf: () => ({ line: 1, column: 1 }),
  };
  const { set, problems } = loadPolicies([...documents, source]);
  expect(problems).toEqual([]);
  return createPolicySet(set.policies);
}

/** Decides a case as the API server was asked, or as its author wrote it. */
async function decide(control: string, one: Case, tried: boolean): Promise<Decision> {
  const template = tried ? undefined : one.param_template;
  const configuration = resource(template ?? 'default-control-configuration.yaml');
  return judge({
    review: syntheticReview(objectOf(one, tried), {
      origin: 'admission',
      userInfo: { username: 'tester', groups: [] },
    }),
    policies: await policyOf(control, String((configuration.metadata as JsonObject).name)),
    context: contextFromObjects([configuration]),
    settings: { ...DEFAULT_SETTINGS, excludedNamespaces: [] },
    now: 0,
    decisionId: 'test',
    deadline: undefined,
  });
}

const here = existsSync(FOLDER);
if (!here) process.stderr.write('kubescape: skipped, there is no ../shared/conformance/kubescape\n');
const verdicts: readonly Verdict[] = here
  ? readFileSync(join(FOLDER, 'apiserver-verdicts.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Verdict)
  : [];
const casesOf = (control: string): readonly Case[] =>
  JSON.parse(readFileSync(join(FOLDER, 'controls', control, 'tests.json'), 'utf8')) as readonly Case[];

(here ? describe : describe.skip)('Kubescape controls decide as an API server did', () => {
  const controls = here ? readdirSync(join(FOLDER, 'controls')) : [];
  test.each(controls)('%s', async (control) => {
    const different: string[] = [];
    for (const [index, one] of casesOf(control).entries()) {
      const verdict = verdicts.find((known) => known.control === control && known.case === index);
      if (verdict === undefined) continue;
      const { allowed, denial } = await decide(control, one, true);
      const key = `${control}/${index}`;
      const said = verdict.message.replace(/^.*? is forbidden: /, '');
      if (allowed !== (verdict.apiserver === 'pass'))
        different.push(`${key} ${one.name}: ${allowed ? 'allowed' : denial?.message}; ${said}`);
      else if (!allowed && !denial?.message.includes(said))
        different.push(`${key} says ${denial?.message}, not ${said}`);
      else if (!allowed && denial?.code !== verdict.code)
        different.push(`${key}: code ${denial?.code}, not ${verdict.code}`);
    }
    expect(different).toEqual([]);
  });

  test.each(controls)('%s as its authors expect', async (control) => {
    const different: string[] = [];
    for (const [index, one] of casesOf(control).entries()) {
      const { allowed, denial } = await decide(control, one, false);
      if (allowed !== (one.expected === 'pass'))
        different.push(`${control}/${index} ${one.name}: ${denial?.message ?? 'allowed'}`);
    }
    expect(different).toEqual([]);
  });

  test('all verdicts are of cases that are here', () => {
    expect(verdicts.length).toBe(controls.flatMap(casesOf).length);
    process.stdout.write(`kubescape: ${verdicts.length} cases of ${controls.length} controls\n`);
    expect(isJsonObject(resource('pod.yaml'))).toBe(true);
  });
});
