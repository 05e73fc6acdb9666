import { describe, expect, test } from '@jest/globals';
import {
  contextFromObjects,
  createResourceMapper,
  createUlidGenerator,
  matchesGlob,
  matchesSelector,
} from '../../../src/kubernetes/index.js';
import { guessPlural } from '../../../src/kubernetes/resources.js';

describe('globs', () => {
  test.each([
    ['kube-*', 'kube-system', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['?', 'a', true],
    ['?', '', false],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'aXbY', false],
    ['*-system', 'kube-system', true],
    ['[a]', 'a', false],
    ['a.b', 'axb', false],
    ['**a', 'bca', true],
    ['system:node:*', 'system:node:n1', true],
  ])('%s on %s is %s', (glob, text, expected) => expect(matchesGlob(glob, text)).toBe(expected));

  test('a hostile glob ends', () => {
    expect(matchesGlob('*a'.repeat(500), 'a'.repeat(20_000))).toBe(true);
    expect(matchesGlob(`${'*a'.repeat(500)}b`, 'a'.repeat(5_000))).toBe(false);
  });
});

describe('label selectors', () => {
  const expression = (
    operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
    values: readonly string[] = [],
  ) => ({
    matchLabels: {},
    matchExpressions: [{ key: 'a', operator, values }],
  });
  test.each([
    [expression('In', ['x']), { a: 'x' }, true],
    [expression('In', ['x']), {}, false],
    [expression('NotIn', ['x']), {}, true],
    [expression('NotIn', ['x']), { a: 'x' }, false],
    [expression('Exists'), { a: '' }, true],
    [expression('Exists'), {}, false],
    [expression('DoesNotExist'), {}, true],
    [expression('DoesNotExist'), { a: '' }, false],
    [{ matchLabels: { a: 'x' }, matchExpressions: [] }, { a: 'x', b: 'y' }, true],
    [{ matchLabels: { a: 'x', b: 'z' }, matchExpressions: [] }, { a: 'x', b: 'y' }, false],
    [{ matchLabels: { toString: 'x' }, matchExpressions: [] }, {}, false],
    [{ matchLabels: {}, matchExpressions: [] }, {}, true],
  ])('%j on %j is %s', (selector, labels, expected) =>
    expect(matchesSelector(selector, labels)).toBe(expected));
});

describe('ids of decisions', () => {
  test('sort in the order they were made, within a millisecond and when the clock steps back', () => {
    const next = createUlidGenerator();
    const ids = [5, 5, 5, 6, 4, 7].map((now) => next(now));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  test('carry over where the last digits are used up', () => {
    const next = createUlidGenerator((size) => new Uint8Array(size).fill(31, 1));
    const [first, second] = [next(1), next(1)];
    expect(first < second).toBe(true);
  });

  test('state their time as the specification does', () => {
    expect(createUlidGenerator()(1_469_918_176_385).slice(0, 10)).toBe('01ARYZ6S41');
  });
});

describe('a context of objects', () => {
  const context = contextFromObjects([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { a: 'b' } } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'api', namespace: 'other' } },
    { kind: 'Broken' },
  ]);
  const deployment = { group: 'apps', version: 'v1beta1', kind: 'Deployment' };
  test('knows what it was given, whatever the version', () => {
    expect(context.object(deployment, 'shop', 'web')).toMatchObject({ metadata: { name: 'web' } });
    expect(context.list(deployment, undefined)).toHaveLength(2);
    expect(context.list(deployment, 'shop')).toHaveLength(1);
  });
  test('tells an object that is not there from a kind it knows nothing of', () => {
    expect(context.object(deployment, 'shop', 'absent')).toBeNull();
    expect(context.object({ group: '', version: 'v1', kind: 'Pod' }, 'shop', 'web')).toBeUndefined();
    expect(context.list({ group: '', version: 'v1', kind: 'Pod' }, 'shop')).toBeUndefined();
    expect(context.namespace('absent')).toBeUndefined();
  });
});

describe('kinds and resources', () => {
  const definition = {
    spec: { group: 'x.io', scope: 'Cluster', names: { plural: 'oxen', kind: 'Ox' } },
  };
  const mapper = createResourceMapper([definition, { spec: 1 }]);
  test.each([
    ['', 'v1', 'Endpoints', 'endpoints', true, true],
    ['networking.k8s.io', 'v1', 'Ingress', 'ingresses', true, true],
    ['rbac.authorization.k8s.io', 'v1', 'ClusterRole', 'clusterroles', false, true],
    ['x.io', 'v1', 'Ox', 'oxen', false, true],
    ['y.io', 'v1', 'Policy', 'policies', true, false],
  ])('%s/%s %s', (group, version, kind, resource, namespaced, known) => {
    expect(mapper.resourceOf({ group, version, kind })).toMatchObject({ resource, namespaced, known });
  });
  test.each([
    ['Gateway', 'gateways'],
    ['Proxy', 'proxies'],
    ['Class', 'classes'],
    ['Mesh', 'meshes'],
  ])('the plural of %s', (kind, plural) => expect(guessPlural(kind)).toBe(plural));
});
