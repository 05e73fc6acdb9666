// The chart, rendered by Helm where it is at hand: valid against the API's own schemas, and without a finding by Warder's own packs.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolveConfig } from '../../../src/config.js';
import { judge } from '../../../src/engine/index.js';
import { isTestFile, readAllFiles, readText } from '../../../src/files.js';
import {
  contextFromObjects,
  field,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  syntheticReview,
} from '../../../src/kubernetes/index.js';
import { loadPolicies } from '../../../src/policy/index.js';

const root = join(import.meta.dirname, '../../..');
const chart = join(root, 'charts/warder');
const helm = [process.env.HELM, 'helm', join(homedir(), 'go/bin/helm'), '/tmp/bin/helm'].find(
  (path) => path !== undefined && spawnSync(path, ['version']).status === 0,
);
if (helm === undefined) process.stderr.write('chart: not rendered, there is no helm\n');

const render = (...more: readonly string[]) =>
  spawnSync(
    helm ?? '',
    ['template', 'warder', chart, '-n', 'policy-system', '--kube-version', '1.34', ...more],
    {
      encoding: 'utf8',
    },
  );
const CI = readdirSync(join(chart, 'ci'));
const DIGEST = ['--set', `image.digest=sha256:${'ab'.repeat(32)}`];

const objectsOf = (text: string): readonly JsonObject[] => {
  const { documents, problems } = readText('chart.yaml', text);
  expect(problems).toEqual([]);
  return documents.map(({ value }) => value).filter(isJsonObject);
};

/** The API's own schemas, by `group/version/kind`. */
function readSchemas(): Map<string, { readonly schema: JsonObject; readonly all: JsonObject }> {
  const schemas = new Map<string, { schema: JsonObject; all: JsonObject }>();
  const folder = join(root, '../shared/openapi');
  for (const file of existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []) {
    const all = field(field(JSON.parse(readFileSync(join(folder, file), 'utf8')), 'components'), 'schemas');
    if (!isJsonObject(all)) continue;
    for (const schema of Object.values(all)) {
      const kinds = field(schema, 'x-kubernetes-group-version-kind');
      for (const one of Array.isArray(kinds) ? kinds : [])
        if (isJsonObject(one) && isJsonObject(schema))
          schemas.set(`${one.group}/${one.version}/${one.kind}`, { schema, all });
    }
  }
  return schemas;
}

/** What a value has that its schema does not know, or lacks, or is of another type. */
function wrong(value: JsonValue, given: JsonObject, all: JsonObject, path: string): readonly string[] {
  const reference =
    field(given, '$ref') ?? field((field(given, 'allOf') as readonly JsonValue[] | undefined)?.[0], '$ref');
  const schema =
    typeof reference === 'string' ? (field(all, reference.split('/').pop() ?? '') as JsonObject) : given;
  const { type, properties, items, additionalProperties, required } = schema;
  if (Array.isArray(value)) {
    if (type !== undefined && type !== 'array') return [`${path}: a list, expected ${String(type)}`];
    return value.flatMap((item, index) =>
      isJsonObject(items) ? wrong(item, items, all, `${path}[${index}]`) : [],
    );
  }
  if (isJsonObject(value)) {
    if (type !== undefined && type !== 'object') return [`${path}: an object, expected ${String(type)}`];
    const lacking = (Array.isArray(required) ? required : []).filter(
      (name) => field(value, String(name)) === undefined,
    );
    const inner = Object.entries(value).flatMap(([key, item]) => {
      const known =
        field(properties, key) ?? (isJsonObject(additionalProperties) ? additionalProperties : undefined);
      if (isJsonObject(known)) return wrong(item, known, all, `${path}.${key}`);
      return isJsonObject(properties) ? [`${path}.${key}: is not known`] : [];
    });
    return [...lacking.map((name) => `${path}: lacks ${String(name)}`), ...inner];
  }
  const found = typeof value === 'number' ? (Number.isInteger(value) ? 'integer' : 'number') : typeof value;
  if (
    type === undefined ||
    type === found ||
    (type === 'number' && found === 'integer') ||
    field(schema, 'format') === 'int-or-string'
  )
    return [];
  return value === null ? [] : [`${path}: ${found}, expected ${String(type)}`];
}

(helm === undefined ? describe.skip : describe)('rendered', () => {
  const schemas = readSchemas();
  if (schemas.size === 0)
    process.stderr.write('chart: not held against the API schemas, they are not here\n');

  test.each(CI)('with %s it is valid', (values) => {
    const { stdout, stderr, status } = render('-f', join(chart, 'ci', values));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const objects = objectsOf(stdout);
    expect(objects.length).toBeGreaterThan(7);
    const problems = objects.flatMap((object) => {
      const [group, version] = String(object.apiVersion).includes('/')
        ? String(object.apiVersion).split('/')
        : ['', object.apiVersion];
      const known = schemas.get(`${group}/${version}/${object.kind}`);
      return known === undefined ? [] : wrong(object, known.schema, known.all, `${object.kind}`);
    });
    expect(problems).toEqual([]);
  });

  test.each(CI)('with %s every bundled policy is content with it', async (values) => {
    const { documents } = await readAllFiles([join(root, 'policies')], {
      accepts: (file) => !isTestFile(file),
    });
    const { set } = loadPolicies(documents, { parameters: {} });
    const objects = objectsOf(render('-f', join(chart, 'ci', values), ...DIGEST).stdout);
    const context = contextFromObjects(objects);
    const settings = { excludedNamespaces: [], controlPlaneUsers: [], forcedAction: undefined };
    const found = objects.flatMap((object) => {
      const review = syntheticReview(object, { origin: 'audit', defaultNamespace: 'policy-system' });
      const decision = judge({
        review,
        policies: set,
        context,
        settings,
        now: 0,
        decisionId: 'x',
        deadline: undefined,
      });
      return decision.violations.map(({ policy, rule, path }) => `${object.kind}: ${policy}/${rule} ${path}`);
    });
    expect(found).toEqual([]);
  });

  test.each([
    ['replicas=0', 'replicas'],
    ['certificates.mode=none', 'mode'],
    ['registration.timeoutSeconds=31', 'timeoutSeconds'],
    ['certificates.mode=existing', 'certificates.existingSecret is needed'],
    ['policies.bundled=false', 'policies: switch on bundled'],
    ['typo=1', 'typo'],
  ])('%s is refused', (setting, message) => {
    const { status, stderr } = render('--set', setting);
    expect(status).not.toBe(0);
    expect(stderr).toContain(message);
  });

  test('the server reads the configuration it is given', () => {
    const objects = objectsOf(render('-f', join(chart, 'ci/full-values.yaml')).stdout);
    const config = objects.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && String(field(metadata, 'name')).endsWith('-config'),
    );
    const [document] = readText('warder.yaml', String(field(config?.data, 'warder.yaml'))).documents;
    if (document === undefined) throw new Error('no configuration');
    const { file, value, positionOf } = document;
    const resolved = resolveConfig({
      file: { file, value: value as JsonValue, positionOf },
      environment: {},
      flags: {},
    });
    if (!resolved.ok) throw new Error(resolved.problems.join('\n'));
    expect(resolved.config).toMatchObject({
      policies: ['bundled', 'bundled/network', '/etc/warder/policies'],
      'tls.certificate': '/etc/warder/tls/tls.crt',
      'exceptions.files': ['/etc/warder/exceptions'],
    });
  });

  test('nobody may more than read what is needed', () => {
    const rightsOf = (objects: readonly JsonObject[]): readonly string[] =>
      objects
        .filter(({ kind }) => kind === 'ClusterRole')
        .flatMap(({ rules }) => rules as unknown as readonly JsonObject[])
        .flatMap(({ verbs }) => verbs as unknown as readonly string[]);
    const whole = objectsOf(render().stdout);
    expect(new Set(rightsOf(whole))).toEqual(new Set(['list', 'watch']));
    expect(JSON.stringify(whole.filter(({ kind }) => kind === 'ClusterRole'))).not.toMatch(/secrets|"\*"/);
    const bare = objectsOf(render('--set', 'cluster.watch=false,audit.enabled=false').stdout);
    expect(bare.filter(({ kind }) => /Role/.test(String(kind)))).toEqual([]);
  });
});

describe('what the chart says of metrics', () => {
  const sources = ['metrics.ts', 'governance-metrics.ts'].map((file) =>
    readFileSync(join(root, 'src/admission', file), 'utf8'),
  );
  const known = new Set(sources.join('').match(/warder_[a-z_]+/g));
  test.each(['files/alerts.yaml', 'files/dashboard.json'])('%s asks only for metrics there are', (file) => {
    const asked = readFileSync(join(chart, file), 'utf8').match(/warder_[a-z_]+/g) ?? [];
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !known.has(name.replace(/_bucket$/, '')))).toEqual([]);
  });
  test('every metric is documented', () => {
    const page = readFileSync(join(root, 'docs/server.md'), 'utf8');
    expect([...known].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });
  test('every alert has a runbook', () => {
    const alerts = [...readFileSync(join(chart, 'files/alerts.yaml'), 'utf8').matchAll(/alert: (\w+)/g)].map(
      ([, name]) => name,
    );
    const page = readFileSync(join(root, 'docs/operations.md'), 'utf8');
    expect(alerts.filter((name) => !page.includes(`### ${name}\n`))).toEqual([]);
  });
});
