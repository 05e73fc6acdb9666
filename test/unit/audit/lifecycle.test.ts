import { describe, expect, test } from '@jest/globals';
import { decommissioningOrder, findOverdue, indexLive } from '../../../src/audit/index.js';
import { createExemptions, DEFAULT_BREAK_GLASS_SETTINGS } from '../../../src/breakglass/index.js';
import { DEFAULT_SETTINGS } from '../../../src/engine/index.js';
import { createRegister, DEFAULT_OWNERS } from '../../../src/exceptions/index.js';
import { isTestFile, readAllFiles } from '../../../src/files.js';
import { contextFromObjects, createUlidGenerator, type JsonObject } from '../../../src/kubernetes/index.js';
import { loadPolicies } from '../../../src/policy/index.js';
import { loaded } from './policies.js';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const { documents } = await readAllFiles(['policies/lifecycle/deprecated-apis.yaml'], {
  accepts: (file) => !isTestFile(file),
});
const apiVersions = loadPolicies(documents, { parameters: { 'deprecated-apis': { target: 36 } } }).set;
const policies = loaded(`
- name: named
  match: [{ resources: [services] }]
  rules: [{ name: named, require: { path: metadata.name, exists: true }, message: broken }]
`);

const object = (
  kind: string,
  name: string,
  more: JsonObject = {},
  metadata: JsonObject = {},
): JsonObject => ({
  apiVersion: kind === 'StatefulSet' || kind === 'Deployment' ? 'apps/v1' : 'v1',
  kind,
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, ...metadata },
  ...more,
});
const annotated = (annotations: JsonObject): JsonObject => object('Service', 'a', {}, { annotations });

function overdue(...objects: readonly JsonObject[]): readonly string[] {
  const live = indexLive(objects);
  const state = { register: createRegister(), windows: [] };
  const findings = findOverdue({
    live,
    policies,
    apiVersions,
    context: contextFromObjects(objects),
    settings: DEFAULT_SETTINGS,
    exemptions: createExemptions(() => state, {
      breakGlass: DEFAULT_BREAK_GLASS_SETTINGS,
      owners: DEFAULT_OWNERS,
    }),
    now: NOW,
    nextId: createUlidGenerator(),
  });
  return findings.map(
    (finding) => `${finding.object.kind}/${finding.object.name} ${finding.rule}: ${finding.evidence[0]}`,
  );
}

describe('what is overdue', () => {
  test.each<[string, JsonObject, string]>([
    [
      'a review',
      annotated({ 'warder.dev/last-reviewed': '2026-01-01', 'warder.dev/review-every': '90d' }),
      'stale-review: was last reviewed on 2026-01-01',
    ],
    [
      'a review that says not how often, after a year',
      annotated({ 'warder.dev/last-reviewed': '2025-11-20' }),
      'stale-review',
    ],
    ['a date that is none', annotated({ 'warder.dev/last-reviewed': 'yesterday' }), 'expected a date'],
    [
      'a temporary object',
      annotated({ 'warder.dev/expires': '2026-11-20T23:59:59Z' }),
      'expired: was to go on',
    ],
    [
      'a claim of an exception there is none of',
      annotated({ 'warder.dev/exception': 'gone' }),
      'exception-does-not-hold: claims exception gone, which',
    ],
    [
      'an API version that is gone, still written by somebody',
      object(
        'Service',
        'a',
        { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
        { managedFields: [{ manager: 'old-tool', apiVersion: 'networking.k8s.io/v1beta1' }] },
      ),
      'api-version-removed: networking.k8s.io/v1beta1 Ingress is not served',
    ],
  ])('%s', (_, live, text) => {
    const [found, ...others] = overdue(live);
    expect(found).toContain(text);
    expect(others).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    [
      'a review that is not due',
      annotated({ 'warder.dev/last-reviewed': '2026-11-01', 'warder.dev/review-every': '90d' }),
    ],
    ['an end that is ahead', annotated({ 'warder.dev/expires': '2026-11-22' })],
    [
      'an owner of a kind that was not read',
      object(
        'Service',
        'a',
        {},
        { ownerReferences: [{ apiVersion: 'x/v1', kind: 'X', name: 'x', uid: 'u' }] },
      ),
    ],
  ])('not %s', (_, live) => expect(overdue(live)).toEqual([]));

  test('an owner that is gone', () => {
    const owned = object(
      'Pod',
      'p',
      {},
      { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', uid: 'gone' }] },
    );
    expect(overdue(owned, object('Deployment', 'other'))).toEqual([
      expect.stringContaining('Pod/p owner-gone: its owner Deployment x is gone'),
    ]);
  });
});

describe('what nothing names', () => {
  const deployment = (spec: JsonObject): JsonObject =>
    object('Deployment', 'web', { spec: { template: { spec } } });
  test('ConfigMaps, Secrets and claims that no workload mentions', () => {
    const names = overdue(
      deployment({}),
      object('ConfigMap', 'c'),
      object('Secret', 's'),
      object('PersistentVolumeClaim', 'v'),
    );
    expect(names.map((name) => name.split(':')[0])).toEqual([
      'ConfigMap/c unused-config-map',
      'Secret/s unused-secret',
      'PersistentVolumeClaim/v unused-volume-claim',
    ]);
  });
  test.each<[string, JsonObject, JsonObject]>([
    ['a volume', object('ConfigMap', 'x'), { volumes: [{ configMap: { name: 'x' } }] }],
    ['the environment', object('Secret', 'x'), { containers: [{ envFrom: [{ secretRef: { name: 'x' } }] }] }],
    ['pulling images', object('Secret', 'x'), { imagePullSecrets: [{ name: 'x' }] }],
    [
      'a claim',
      object('PersistentVolumeClaim', 'x'),
      { volumes: [{ persistentVolumeClaim: { claimName: 'x' } }] },
    ],
    ['an argument', object('ConfigMap', 'x'), { containers: [{ args: ['--config-map=shop/x'] }] }],
  ])('but not those used by %s', (_, used, spec) => expect(overdue(deployment(spec), used)).toEqual([]));

  test('nor claims of a StatefulSet, root certificates, tokens, releases', () => {
    const set = object('StatefulSet', 'db', {
      spec: { volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
    });
    expect(
      overdue(
        deployment({}),
        set,
        object('PersistentVolumeClaim', 'data-db-0'),
        object('ConfigMap', 'kube-root-ca.crt'),
        object('Secret', 't', { type: 'kubernetes.io/service-account-token' }),
        object('Secret', 'h', { type: 'helm.sh/release.v1' }),
      ),
    ).toEqual([]);
  });

  test('and nothing at all where the workloads were not read', () => {
    expect(overdue(object('ConfigMap', 'c'))).toEqual([]);
  });
});

test('things are taken down before what they name', () => {
  const expired = { annotations: { 'warder.dev/expires': '2026-01-01' } };
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...expired } },
    object('Secret', 'key', {}, expired),
    object(
      'Deployment',
      'web',
      { spec: { template: { spec: { imagePullSecrets: [{ name: 'key' }] } } } },
      expired,
    ),
  ];
  const live = indexLive(objects);
  const state = { register: createRegister(), windows: [] };
  const findings = findOverdue({
    live,
    policies,
    apiVersions,
    context: contextFromObjects(objects),
    settings: DEFAULT_SETTINGS,
    exemptions: createExemptions(() => state, {
      breakGlass: DEFAULT_BREAK_GLASS_SETTINGS,
      owners: DEFAULT_OWNERS,
    }),
    now: NOW,
    nextId: createUlidGenerator(),
  });
  expect(decommissioningOrder(findings, live).map(({ kind }) => kind)).toEqual([
    'Deployment',
    'Secret',
    'Namespace',
  ]);
});
