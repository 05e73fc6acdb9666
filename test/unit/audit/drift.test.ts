import { describe, expect, test } from '@jest/globals';
import { type DesiredObject, findDrift, indexLive } from '../../../src/audit/index.js';
import { formatFieldPath, type JsonObject, type JsonValue } from '../../../src/kubernetes/index.js';

const OPTIONS = { defaultNamespace: 'shop', excludedNamespaces: ['kube-system'], unmanaged: true };

const stated = (object: JsonObject, folders: readonly string[] = []): DesiredObject => ({
  object,
  file: 'desired.yaml',
  line: 1,
  folders,
});

/** Findings as `kind path` of one object stated and one that is there. */
function driftOf(desired: JsonObject, live: JsonObject, more: readonly JsonObject[] = []): readonly string[] {
  const { drifts } = findDrift([stated(desired)], indexLive([live, ...more]), {
    ...OPTIONS,
    unmanaged: false,
  });
  return drifts.map(({ kind, path }) => `${kind} ${formatFieldPath(path)}`.trim());
}

const deployment = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
});
const podSpec = (spec: JsonObject): JsonObject => deployment({ template: { spec } });
const container = (fields: JsonObject): JsonObject => podSpec({ containers: [{ name: 'c', ...fields }] });
const any = (kind: string, apiVersion: string, fields: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', namespace: 'shop' },
  ...fields,
});

describe('what is no difference', () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      'defaults of the API server',
      container({ image: 'a' }),
      container({ image: 'a', imagePullPolicy: 'Always', resources: {} }),
    ],
    [
      'amounts written otherwise',
      container({ resources: { limits: { cpu: '1000m', memory: '1Gi' } } }),
      container({ resources: { limits: { cpu: '1', memory: '1024Mi' } } }),
    ],
    [
      'numbers for amounts',
      container({ resources: { limits: { cpu: 1 } } }),
      container({ resources: { limits: { cpu: '1' } } }),
    ],
    [
      'what says nothing',
      podSpec({ hostNetwork: false, volumes: [], securityContext: {}, nodeSelector: null }),
      podSpec({}),
    ],
    [
      'creationTimestamp: null and status',
      { ...deployment({}, { creationTimestamp: null }), status: {} },
      { ...deployment({}), status: { replicas: 1 } },
    ],
    [
      'the order of environment and ports',
      container({
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      }),
      container({
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      }),
    ],
    [
      'a protocol that is filled in',
      any('Service', 'v1', { spec: { ports: [{ port: 80 }] } }),
      any('Service', 'v1', { spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] } }),
    ],
    [
      'a set in another order',
      any('Service', 'v1', { metadata: { name: 'x', namespace: 'shop', finalizers: ['a', 'b'] } }),
      any('Service', 'v1', { metadata: { name: 'x', namespace: 'shop', finalizers: ['b', 'a'] } }),
    ],
    [
      'stringData in a Secret',
      any('Secret', 'v1', { stringData: { a: 'x' } }),
      any('Secret', 'v1', { data: { a: 'eA==' } }),
    ],
    [
      'line breaks in base64',
      any('Secret', 'v1', { data: { a: 'e\nA==\n' } }),
      any('Secret', 'v1', { data: { a: 'eA==' } }),
    ],
    ['another API version', { ...any('CronJob', 'batch/v1beta1', {}) }, any('CronJob', 'batch/v1', {})],
    [
      'rules that are aggregated',
      any('ClusterRole', 'rbac.authorization.k8s.io/v1', {
        metadata: { name: 'x' },
        aggregationRule: {},
        rules: [{ verbs: ['get'] }],
      }),
      any('ClusterRole', 'rbac.authorization.k8s.io/v1', {
        metadata: { name: 'x' },
        aggregationRule: {},
        rules: [{ verbs: ['list'] }],
      }),
    ],
    [
      'lists of unknown kinds by name',
      any('Thing', 'x.io/v1', { spec: { parts: [{ name: 'a' }, { name: 'b' }] } }),
      any('Thing', 'x.io/v1', { spec: { parts: [{ name: 'b', more: 1 }, { name: 'a' }] } }),
    ],
    [
      'the key __proto__',
      JSON.parse(
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","namespace":"shop"},"data":{"__proto__":"a"}}',
      ),
      JSON.parse(
        '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x","namespace":"shop"},"data":{"__proto__":"a"}}',
      ),
    ],
  ])('%s', (_, desired, live) => expect(driftOf(desired, live)).toEqual([]));
});

describe('what is one', () => {
  test.each<[string, JsonObject, JsonObject, readonly string[]]>([
    [
      'another value',
      container({ image: 'a' }),
      container({ image: 'b' }),
      ['changed spec.template.spec.containers[0].image'],
    ],
    [
      'a field that is gone',
      container({ securityContext: { readOnlyRootFilesystem: true } }),
      container({}),
      ['removed spec.template.spec.containers[0].securityContext'],
    ],
    [
      'an item more in a stated list',
      container({ env: [{ name: 'A', value: '1' }] }),
      container({
        env: [
          { name: 'X', value: '1' },
          { name: 'A', value: '1' },
        ],
      }),
      ['added spec.template.spec.containers[0].env[0]'],
    ],
    [
      'a container more',
      container({}),
      podSpec({ containers: [{ name: 'c' }, { name: 'spy' }] }),
      ['added spec.template.spec.containers[1]'],
    ],
    [
      'a number that is no amount',
      deployment({ replicas: 2 }),
      deployment({ replicas: 3 }),
      ['changed spec.replicas'],
    ],
    [
      'an argument',
      container({ args: ['--a=1'] }),
      container({ args: ['--a=2'] }),
      ['changed spec.template.spec.containers[0].args'],
    ],
    [
      'a rule of a role',
      any('Role', 'rbac.authorization.k8s.io/v1', { rules: [{ verbs: ['get'] }] }),
      any('Role', 'rbac.authorization.k8s.io/v1', { rules: [{ verbs: ['*'] }] }),
      ['changed rules[0].verbs'],
    ],
    [
      'a value of a Secret',
      any('Secret', 'v1', { stringData: { a: 'x' } }),
      any('Secret', 'v1', { data: { a: 'eQ==' } }),
      ['changed data.a'],
    ],
    [
      'true that became unset',
      podSpec({ hostPID: true }),
      podSpec({}),
      ['removed spec.template.spec.hostPID'],
    ],
    [
      'false that became true',
      podSpec({ hostPID: false }),
      podSpec({ hostPID: true }),
      ['changed spec.template.spec.hostPID'],
    ],
  ])('%s', (_, desired, live, found) => expect(driftOf(desired, live)).toEqual(found));
});

const managed = (manager: string, fields: JsonObject, more: JsonObject = {}): JsonObject => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  time: '2026-11-20T20:00:00Z',
  fieldsType: 'FieldsV1',
  fieldsV1: fields,
  ...more,
});
const DELIVERY = managed('helm', {
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {}, 'f:image': {} } },
        'f:dnsPolicy': {},
      },
    },
  },
});

describe('what somebody added to fields that nobody stated', () => {
  const desired = container({ image: 'a' });
  const live = (entries: readonly JsonObject[], spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
    ...deployment(spec, { ...metadata, managedFields: entries as unknown as JsonValue }),
  });
  const template = { spec: { containers: [{ name: 'c', image: 'a' }], dnsPolicy: 'ClusterFirst' } };
  test.each<[string, readonly JsonObject[], JsonObject, JsonObject, readonly string[]]>([
    ['a default of the delivery is none', [DELIVERY], { template }, {}, []],
    [
      'somebody scaled',
      [DELIVERY, managed('kubectl', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' })],
      { template, replicas: 9 },
      {},
      ['added spec.replicas'],
    ],
    [
      'an autoscaler scaled',
      [
        DELIVERY,
        managed('kube-controller-manager', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }),
      ],
      { template, replicas: 9 },
      {},
      [],
    ],
    [
      'somebody labelled',
      [DELIVERY, managed('kubectl-label', { 'f:metadata': { 'f:labels': { 'f:x': {} } } })],
      { template },
      { labels: { x: 'y' } },
      ['added metadata.labels.x'],
    ],
    [
      'what was taken back is none',
      [DELIVERY, managed('kubectl-label', { 'f:metadata': { 'f:labels': { 'f:x': {} } } })],
      { template },
      {},
      [],
    ],
    [
      'a status is none',
      [DELIVERY, managed('kubectl-edit', { 'f:status': { 'f:replicas': {} } }, { subresource: 'status' })],
      { template },
      {},
      [],
    ],
    [
      'somebody applied more than is stated',
      [
        managed('kubectl-client-side-apply', {
          'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} } },
        }),
      ],
      { template, paused: true },
      {
        annotations: {
          'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({
            ...container({ image: 'a' }),
            spec: { template: { spec: { containers: [{ name: 'c', image: 'a' }] } }, paused: true },
          }),
        },
      },
      ['added spec.paused'],
    ],
  ])('%s', (_, entries, spec, metadata, found) => {
    expect(driftOf(desired, live(entries, spec, metadata))).toEqual(found);
  });

  test('broken managed fields and annotations are no crash', () => {
    const broken = deployment(
      { template },
      {
        managedFields: [
          1,
          {
            manager: 3,
            fieldsV1: { 'k:{': {}, 'v:[': {}, 'f:spec': { 'i:x': {}, 'k:{"a":1}': { '.': {} } } },
          },
        ],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{' },
      },
    );
    expect(driftOf(desired, broken)).toEqual([]);
  });
});

describe('whole objects', () => {
  const service = (name: string, metadata: JsonObject = {}): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', ...metadata },
  });
  const find = (
    desired: readonly DesiredObject[],
    live: readonly JsonObject[],
    files: readonly string[] = [],
  ) => findDrift(desired, indexLive(live, files), OPTIONS);
  const names = (result: ReturnType<typeof find>): readonly string[] =>
    result.drifts.map(
      ({ kind, live, desired }) => `${kind} ${((live ?? desired)?.metadata as JsonObject).name}`,
    );

  test('one that is not there is missing, one of a kind that was not looked for is not', () => {
    const desired = [stated(service('a')), stated(any('Thing', 'x.io/v1', {}))];
    const result = find(desired, [service('b', { labels: { 'helm.sh/chart': 'x' } })]);
    expect(names(result)).toEqual(['missing a', 'orphan b']);
    expect([...result.unknown]).toEqual([['Thing', 1]]);
    expect(names(find(desired.slice(0, 1), [], ['dump/services.json']))).toEqual(['missing a']);
    expect(names(find(desired.slice(0, 1), []))).toEqual([]);
  });

  test('what controllers and the cluster made is nobody’s', () => {
    const made = [
      service('kubernetes'),
      service('owned', { ownerReferences: [{ kind: 'X', name: 'x' }] }),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: 'shop' } },
      { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'a', namespace: 'shop' } },
      service('elsewhere', { namespace: 'other' }),
    ];
    expect(names(find([stated(service('a'))], [service('a'), ...made]))).toEqual([]);
  });

  test('a folder named like a namespace is one, for what names none', () => {
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'payments' } };
    const bare = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' } };
    const live = [namespace, service('a', { namespace: 'payments' })];
    expect(names(find([stated(bare, ['desired', 'payments'])], live))).toEqual([]);
    expect(names(find([stated(bare, ['desired'])], live))).toEqual(['missing a']);
  });

  test('a name the server makes up is never missing', () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'run-', namespace: 'shop' },
    };
    expect(names(find([stated(job)], [], ['jobs.batch.json']))).toEqual([]);
  });
});
