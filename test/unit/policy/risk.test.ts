import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, judge } from '../../../src/engine/index.js';
import {
  builtInResources,
  EMPTY_CONTEXT,
  type JsonObject,
  type Operation,
  syntheticReview,
} from '../../../src/kubernetes/index.js';
import {
  createRiskTable,
  DEFAULT_RISKS,
  loadPolicies,
  type Risk,
  type RiskRow,
  rateChange,
} from '../../../src/policy/index.js';

const DEFAULTS = createRiskTable(DEFAULT_RISKS);

function rated(
  kind: string,
  before: JsonObject | null,
  after: JsonObject | null,
  table = DEFAULTS,
  operation: Operation = 'UPDATE',
) {
  const [apiVersion = '', name = ''] = kind.split(' ');
  const whole = (object: JsonObject | null): JsonObject => ({
    apiVersion,
    kind: name,
    ...object,
    metadata: { name: 'x', ...(object?.metadata as JsonObject | undefined) },
  });
  const review = syntheticReview(whole(operation === 'DELETE' ? before : after), {
    origin: 'admission',
    operation,
    oldObject: before === null ? null : whole(before),
  });
  return rateChange(review, table);
}

const container = (fields: JsonObject): JsonObject => ({
  spec: { template: { spec: { containers: [{ name: 'a', image: 'a:1', ...fields }] } } },
});

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
  readonly risk: Risk;
}

describe('the default class of a change', () => {
  test.each<Case>([
    { name: 'nothing', kind: 'apps/v1 Deployment', before: {}, after: {}, risk: 'none' },
    {
      name: 'a label',
      kind: 'apps/v1 Deployment',
      before: {},
      after: { metadata: { labels: { a: 'b' } } },
      risk: 'low',
    },
    {
      name: 'an annotation of the template',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: {
        spec: {
          template: {
            metadata: { annotations: { restarted: 'now' } },
            spec: { containers: [{ name: 'a', image: 'a:1' }] },
          },
        },
      },
      risk: 'low',
    },
    {
      name: 'replicas',
      kind: 'apps/v1 Deployment',
      before: { spec: { replicas: 1 } },
      after: { spec: { replicas: 2 } },
      risk: 'medium',
    },
    {
      name: 'an image',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: container({ image: 'a:2' }),
      risk: 'medium',
    },
    {
      name: 'resources',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: container({ resources: { limits: { cpu: '1' } } }),
      risk: 'medium',
    },
    {
      name: 'a security context',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: container({ securityContext: { privileged: true } }),
      risk: 'high',
    },
    {
      name: 'a container with a host port, added as a whole',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: {
        spec: {
          template: {
            spec: {
              containers: [
                { name: 'a', image: 'a:1' },
                { name: 'b', ports: [{ hostPort: 80 }] },
              ],
            },
          },
        },
      },
      risk: 'high',
    },
    {
      name: 'the host network',
      kind: 'v1 Pod',
      before: { spec: {} },
      after: { spec: { hostNetwork: true } },
      risk: 'high',
    },
    {
      name: 'a host path in a cron job',
      kind: 'batch/v1 CronJob',
      before: {
        spec: { jobTemplate: { spec: { template: { spec: { volumes: [{ name: 'v', emptyDir: {} }] } } } } },
      },
      after: {
        spec: {
          jobTemplate: {
            spec: { template: { spec: { volumes: [{ name: 'v', hostPath: { path: '/' } }] } } },
          },
        },
      },
      risk: 'high',
    },
    {
      name: 'a value from a Secret',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: container({ env: [{ name: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }] }),
      risk: 'high',
    },
    {
      name: 'the service account',
      kind: 'apps/v1 Deployment',
      before: container({}),
      after: {
        spec: {
          template: { spec: { serviceAccountName: 'admin', containers: [{ name: 'a', image: 'a:1' }] } },
        },
      },
      risk: 'high',
    },
    {
      name: 'the data of a Secret',
      kind: 'v1 Secret',
      before: { data: { a: 'eA==' } },
      after: { data: { a: 'eQ==' } },
      risk: 'high',
    },
    {
      name: 'the label of a Secret',
      kind: 'v1 Secret',
      before: {},
      after: { metadata: { labels: { a: 'b' } } },
      risk: 'low',
    },
    {
      name: 'the data of a ConfigMap',
      kind: 'v1 ConfigMap',
      before: { data: { a: 'x' } },
      after: { data: { a: 'y' } },
      risk: 'medium',
    },
    {
      name: 'rules of a Role',
      kind: 'rbac.authorization.k8s.io/v1 Role',
      before: { rules: [] },
      after: { rules: [{ verbs: ['*'] }] },
      risk: 'high',
    },
    {
      name: 'the label that aggregates a ClusterRole',
      kind: 'rbac.authorization.k8s.io/v1 ClusterRole',
      before: {},
      after: { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } } },
      risk: 'high',
    },
    {
      name: 'a Service opened to the outside',
      kind: 'v1 Service',
      before: { spec: { type: 'ClusterIP' } },
      after: { spec: { type: 'LoadBalancer' } },
      risk: 'high',
    },
    {
      name: 'the port of a Service',
      kind: 'v1 Service',
      before: { spec: { ports: [{ port: 80 }] } },
      after: { spec: { ports: [{ port: 81 }] } },
      risk: 'medium',
    },
    {
      name: 'an Ingress',
      kind: 'networking.k8s.io/v1 Ingress',
      before: { spec: {} },
      after: { spec: { rules: [{ host: 'a' }] } },
      risk: 'high',
    },
    {
      name: 'a NetworkPolicy',
      kind: 'networking.k8s.io/v1 NetworkPolicy',
      before: { spec: { ingress: [] } },
      after: { spec: {} },
      risk: 'high',
    },
    {
      name: 'a webhook configuration',
      kind: 'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration',
      before: { webhooks: [] },
      after: { webhooks: [{ name: 'a' }] },
      risk: 'high',
    },
    {
      name: 'the security level of a Namespace',
      kind: 'v1 Namespace',
      before: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
      after: { metadata: { labels: {} } },
      risk: 'high',
    },
    {
      name: 'another label of a Namespace',
      kind: 'v1 Namespace',
      before: {},
      after: { metadata: { labels: { team: 'a' } } },
      risk: 'medium',
    },
    {
      name: 'a claim of an exception',
      kind: 'apps/v1 Deployment',
      before: {},
      after: { metadata: { annotations: { 'warder.dev/exception': 'x' } } },
      risk: 'high',
    },
    {
      name: 'a Lease',
      kind: 'coordination.k8s.io/v1 Lease',
      before: { spec: { holderIdentity: 'a' } },
      after: { spec: { holderIdentity: 'b' } },
      risk: 'low',
    },
    {
      name: 'an unknown kind',
      kind: 'example.com/v1 App',
      before: { spec: { a: 1 } },
      after: { spec: { a: 2 } },
      risk: 'medium',
    },
    {
      name: 'high outranks many low',
      kind: 'v1 Pod',
      before: { spec: {} },
      after: { metadata: { labels: { a: 'b', c: 'd' } }, spec: { hostPID: true } },
      risk: 'high',
    },
  ])('$name: $risk', ({ kind, before, after, risk }) => {
    expect(rated(kind, before, after).risk).toBe(risk);
  });

  test.each([
    'rbac.authorization.k8s.io',
    'admissionregistration.k8s.io',
    'certificates.k8s.io',
    'apiextensions.k8s.io',
  ])('whatever a kind of %s says is high', (group) => {
    const kinds = builtInResources().filter((resource) => resource.group === group && resource.listable);
    expect(kinds.length).toBeGreaterThan(0);
    for (const { version, kind } of kinds)
      expect(rated(`${group}/${version} ${kind}`, { spec: 1 }, { spec: 2 }).risk).toBe('high');
  });

  test('deleting a NetworkPolicy and creating a binding are high, though nothing is replaced', () => {
    expect(rated('networking.k8s.io/v1 NetworkPolicy', { spec: {} }, null, DEFAULTS, 'DELETE').risk).toBe(
      'high',
    );
    expect(
      rated(
        'rbac.authorization.k8s.io/v1 RoleBinding',
        null,
        { roleRef: { name: 'admin' } },
        DEFAULTS,
        'CREATE',
      ).risk,
    ).toBe('high');
  });
});

describe('a table of one’s own', () => {
  const row = (part: Partial<RiskRow>): RiskRow => ({
    resources: ['*'],
    paths: ['**'],
    risk: 'high',
    ...part,
  });

  test.each([
    {
      name: 'a row of one’s own wins',
      row: row({ resources: ['deployments.apps'], paths: ['spec.replicas'] }),
      risk: 'high',
    },
    { name: 'another resource does not', row: row({ resources: ['statefulsets.apps'] }), risk: 'medium' },
    { name: 'another name does not', row: row({ names: ['y'] }), risk: 'medium' },
    { name: 'a path speaks for what is below', row: row({ paths: ['spec'], risk: 'low' }), risk: 'low' },
    { name: 'a part of a step is not a step', row: row({ paths: ['spec.repl'] }), risk: 'medium' },
    { name: '* is one step', row: row({ paths: ['*.replicas'] }), risk: 'high' },
    {
      name: '** is any number of steps, none too',
      row: row({ paths: ['**.spec.**.replicas'] }),
      risk: 'high',
    },
  ] as const)('$name', ({ row: own, risk }) => {
    const table = createRiskTable([own, ...DEFAULT_RISKS]);
    expect(
      rated('apps/v1 Deployment', { spec: { replicas: 1 } }, { spec: { replicas: 2 } }, table).risk,
    ).toBe(risk);
  });
});

describe('change in policies', () => {
  const policy = (cel: string, message = 'no'): JsonObject => ({
    apiVersion: 'warder.dev/v1',
    kind: 'Policy',
    metadata: { name: 'p' },
    spec: {
      title: 't',
      description: 'd',
      match: [{ resources: ['deployments.apps'], operations: ['UPDATE'] }],
      rules: [{ name: 'r', require: { cel }, message }],
    },
  });
  const load = (document: JsonObject) =>
    loadPolicies([{ file: 'p.yaml', value: document, positionOf: () => ({ line: 1, column: 1 }) }]);
  const review = syntheticReview(
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x', namespace: 'shop' },
      spec: { replicas: 2, paused: true },
    },
    {
      origin: 'admission',
      operation: 'UPDATE',
      oldObject: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'x', namespace: 'shop' },
        spec: { replicas: 1 },
      },
    },
  );
  const judged = (document: JsonObject) => {
    const { set, problems } = load(document);
    expect(problems).toEqual([]);
    return judge({
      review,
      policies: set,
      context: EMPTY_CONTEXT,
      settings: DEFAULT_SETTINGS,
      now: 0,
      decisionId: 'id',
      deadline: undefined,
    });
  };

  test.each([
    ["change.risk == 'medium'", true],
    ["change.risk == 'high'", false],
    ["'spec.replicas' in change.paths", true],
    ['size(change.fields) == 2', true],
    ["change.fields.exists(f, f.path == 'spec.paused' && f.op == 'add' && f.risk == 'medium')", true],
  ])('%s is %s', (cel, allowed) => {
    expect(judged(policy(cel)).allowed).toBe(allowed);
  });

  test('a message may name what changed', () => {
    const [violation] = judged(policy('false', 'changes {change.paths}')).violations;
    expect(violation?.message).toBe('changes spec.replicas, spec.paused');
  });

  test('a field of change that does not exist is refused at load', () => {
    expect(load(policy("change.rsk == 'high'")).problems[0]?.message).toMatch(/undefined field 'rsk'/);
  });

  test('an audit, which knows no change, says so', () => {
    expect(load(policy("change.risk == 'low'")).set.policies[0]?.reads.oldObject).toBe(true);
  });
});
