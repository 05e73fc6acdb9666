import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../src/kubernetes/index.js';
import { parseImage } from '../../../../src/policy/dialects/kyverno/libraries.js';
import { type Judged, judgeText, loadText } from './judging.js';

const policy = (
  expression: string,
  spec = '',
  head = 'kind: ValidatingPolicy\nmetadata: { name: p }',
): string => `
apiVersion: policies.kyverno.io/v1
${head}
spec:
  matchConstraints:
    resourceRules:
      - { apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods] }
${spec}
  validations:
    - expression: ${JSON.stringify(expression)}
      message: broken
`;
const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};
const workload = (kind: string, apiVersion: string, spec: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'web', namespace: 'shop' },
  spec,
});
const template = { template: { spec: pod.spec } };
const allowed = (yaml: string, judged: Partial<Judged> = {}): boolean =>
  judgeText(yaml, { object: pod, ...judged }).allowed;

describe('autogen', () => {
  const named = "object.spec.containers.all(c, c.name != 'c')";
  test.each<[string, JsonObject]>([
    ['Deployment', workload('Deployment', 'apps/v1', template)],
    ['Job', workload('Job', 'batch/v1', template)],
    ['CronJob', workload('CronJob', 'batch/v1', { jobTemplate: { spec: template } })],
  ])('a policy about pods is about a %s, at its own path', (_kind, object) => {
    const { denial } = judgeText(policy(named), { object });
    expect(denial?.message).toMatch(/template\.spec\.containers\[0\]\.name/);
  });
  test('only of the controllers that are named', () => {
    const spec = '  autogen: { podControllers: { controllers: [jobs] } }';
    expect(allowed(policy(named, spec), { object: workload('Deployment', 'apps/v1', template) })).toBe(true);
    expect(allowed(policy(named, spec), { object: workload('Job', 'batch/v1', template) })).toBe(false);
    const none = '  autogen: { podControllers: { controllers: [] } }';
    expect(allowed(policy(named, none), { object: workload('Job', 'batch/v1', template) })).toBe(true);
    expect(allowed(policy(named, none))).toBe(false);
  });
});

describe('libraries', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace: 'shop' },
    type: 'Opaque',
  };
  test.each<[string, boolean]>([
    ["resource.Get('v1', 'secrets', 'shop', 's').type == 'Opaque'", true],
    ["resource.Get('v1', 'secrets', 'shop', 'none').type == 'Opaque'", false],
    ["resource.List('v1', 'secrets', 'shop').items.size() == 1", true],
    ["resource.List('v1', 'secrets', 'other').items.size() == 0", true],
    [
      "image('nginx').registry() == 'index.docker.io' && image('nginx').repository() == 'library/nginx'",
      true,
    ],
    ["image('ghcr.io/a/b:1').identifier() == '1' && !image('ghcr.io/a/b:1').containsDigest()", true],
    ["isImage('NOT AN IMAGE')", false],
    ["parseServiceAccount('system:serviceaccount:shop:web').Name == 'web'", true],
    ["parseServiceAccount('alice').Name == ''", true],
    ['json.unmarshal(\'{"a": [1]}\').a[0] == 1', true],
    ["json.unmarshal('{').a == 1", false],
    ["yaml.parse('a: {b: 2}').a.b == 2", true],
    ["yaml.parse('a: [').a == 1", false],
    ["time.now() == timestamp('1970-01-01T00:00:00Z')", true],
    ["sha256('a') == 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'", true],
  ])('%s', (expression, expected) =>
    expect(allowed(policy(expression), { context: [secret] })).toBe(expected));

  test.each<[string, object | undefined]>([
    ['nginx', { registry: 'index.docker.io', repository: 'library/nginx', tag: 'latest', digest: '' }],
    ['docker.io/a/b:1', { registry: 'index.docker.io', repository: 'a/b', tag: '1', digest: '' }],
    ['localhost:5000/xy', { registry: 'localhost:5000', repository: 'xy', tag: 'latest', digest: '' }],
    [
      `q.io/ab@sha256:${'0'.repeat(64)}`,
      { registry: 'q.io', repository: 'ab', tag: '', digest: `sha256:${'0'.repeat(64)}` },
    ],
    ['q.io/ab@sha256:short', undefined],
    ['UPPER/case', undefined],
    ['a:', undefined],
    ['', undefined],
  ])('an image reference %s', (text, expected) => {
    const parsed = parseImage(text);
    if (expected === undefined) expect(parsed).toBe(undefined);
    else expect(parsed).toMatchObject(expected);
  });
});

test('a namespaced policy is about its namespace', () => {
  const head = 'kind: NamespacedValidatingPolicy\nmetadata: { name: p, namespace: shop }';
  expect(allowed(policy('false', '', head))).toBe(false);
  expect(
    allowed(policy('false', '', head), { object: { ...pod, metadata: { name: 'web', namespace: 'other' } } }),
  ).toBe(true);
});

test('actions are as given, and Deny where none is', () => {
  expect(allowed(policy('false', '  validationActions: [Warn]'))).toBe(true);
  expect(allowed(policy('false', '  evaluation: { admission: { enabled: false } }'))).toBe(true);
});

test.each([
  [
    'what needs the network',
    policy("image.GetMetadata('a').config != null"),
    'image.GetMetadata needs the network',
  ],
  ['JSON mode', policy('true', '  evaluation: { mode: JSON }'), 'JSON is not supported'],
  ['a function nobody knows', policy("nobody.Knows('x')"), "undeclared reference to 'nobody'"],
])('refused by name: %s', (_name, yaml, text) => expect(loadText(yaml).problems.join('\n')).toContain(text));
