import { describe, expect, test } from '@jest/globals';
import { judge } from '../../../src/engine/index.js';
import { EMPTY_CONTEXT, type Review } from '../../../src/kubernetes/index.js';
import type { ExcludeEntry, MatchEntry, ResourceRule } from '../../../src/policy/index.js';
import { failing, input, podReview, policy } from './fixtures.js';

const rule = (overrides: Partial<ResourceRule> = {}): ResourceRule => ({
  groups: [''],
  versions: ['v1'],
  resources: ['pods'],
  operations: ['CREATE'],
  scope: '*',
  names: [],
  ...overrides,
});

const entry = (overrides: Partial<MatchEntry> = {}): MatchEntry => ({
  rules: [rule()],
  namespaces: [],
  namespaceSelector: undefined,
  objectSelector: undefined,
  ...overrides,
});

const labels = (matchLabels: Record<string, string>) => ({ matchLabels, matchExpressions: [] });

interface Parts {
  readonly any?: readonly MatchEntry[];
  readonly exclude?: readonly Partial<ExcludeEntry>[];
  readonly matchPolicy?: 'Exact' | 'Equivalent';
}

function matches(
  parts: Parts,
  review: Review,
  namespaces: Record<string, Record<string, string>> = {},
): boolean {
  const exclude = (parts.exclude ?? []).map((part) => ({
    ...entry({ rules: [] }),
    names: [],
    users: [],
    groups: [],
    serviceAccounts: [],
    ...part,
  }));
  const match = {
    any: parts.any ?? [entry()],
    exclude,
    matchPolicy: parts.matchPolicy ?? 'Equivalent',
  } as const;
  const context = {
    ...EMPTY_CONTEXT,
    namespace: (name: string) =>
      namespaces[name] ? { metadata: { name, labels: namespaces[name] } } : undefined,
  };
  return !judge(input([policy('p', { match, rules: [failing('r')] })], { review, context })).allowed;
}

const scale = { group: 'apps', version: 'v1', resource: 'deployments' };
const events = { group: 'events.k8s.io', version: 'v1', resource: 'events' };
const namespaceReview = (name: string, object: Record<string, string>): Review =>
  podReview({
    resource: { group: '', version: 'v1', resource: 'namespaces' },
    kind: { group: '', version: 'v1', kind: 'Namespace' },
    name,
    namespace: name,
    object: { metadata: { name, labels: object } },
  });
const NAMESPACES = [
  entry({ rules: [rule({ resources: ['namespaces'] })], namespaceSelector: labels({ env: 'prod' }) }),
];
const NODE = podReview({ resource: { group: '', version: 'v1', resource: 'nodes' }, namespace: '' });

describe('a resource rule', () => {
  test.each<[string, Partial<ResourceRule>, Partial<Review>, boolean]>([
    ['matches its resource and operation', {}, {}, true],
    ['does not match another operation', {}, { operation: 'DELETE' }, false],
    ['with * as operation matches all', { operations: ['*'] }, { operation: 'CONNECT' }, true],
    ['does not match another group', { groups: ['apps'] }, {}, false],
    ['with * as group matches all', { groups: ['*'] }, {}, true],
    ['without a subresource does not match one', {}, { subResource: 'exec' }, false],
    ['with a subresource matches it', { resources: ['pods/exec'] }, { subResource: 'exec' }, true],
    ['with a subresource does not match the resource', { resources: ['pods/exec'] }, {}, false],
    ['pods/* matches every subresource', { resources: ['pods/*'] }, { subResource: 'log' }, true],
    ['* matches every resource', { resources: ['*'] }, {}, true],
    ['* matches no subresource', { resources: ['*'] }, { subResource: 'log' }, false],
    ['*/* matches subresources too', { resources: ['*/*'] }, { subResource: 'log' }, true],
    [
      '*/scale matches that subresource of all',
      { resources: ['*/scale'], groups: ['*'] },
      { resource: scale, subResource: 'scale' },
      true,
    ],
    ['*/scale matches no other subresource', { resources: ['*/scale'] }, { subResource: 'log' }, false],
    ['with a name matches that name', { names: ['web'] }, {}, true],
    ['with a name matches no other', { names: ['api'] }, {}, false],
    ['scope Namespaced matches an object in a namespace', { scope: 'Namespaced' }, {}, true],
    ['scope Cluster does not match an object in a namespace', { scope: 'Cluster' }, {}, false],
    [
      'scope Cluster matches Namespaces',
      { scope: 'Cluster', resources: ['namespaces'] },
      namespaceReview('a', {}),
      true,
    ],
    ['Equivalent ignores the version', { versions: ['v1beta1'] }, {}, true],
    ['Equivalent knows events of both groups', { resources: ['events'] }, { resource: events }, true],
  ])('%s', (_name, parts, review, expected) => {
    expect(matches({ any: [entry({ rules: [rule(parts)] })] }, podReview(review))).toBe(expected);
  });

  test('Exact minds the version and the group asked for', () => {
    const any = [entry({ rules: [rule({ versions: ['v1beta1'] })] })];
    expect(matches({ any, matchPolicy: 'Exact' }, podReview())).toBe(false);
    expect(matches({ matchPolicy: 'Exact' }, podReview())).toBe(true);
  });
});

describe('selectors', () => {
  const prod = { shop: { env: 'prod' } };
  const selected = [entry({ namespaceSelector: labels({ env: 'prod' }) })];

  test.each<[string, Review, Record<string, Record<string, string>>, boolean]>([
    ['a namespace with the label', podReview(), prod, true],
    ['a namespace without it', podReview(), { shop: {} }, false],
    ['a namespace that is not known', podReview(), {}, false],
  ])('a namespace selector on %s', (_name, review, namespaces, expected) => {
    expect(matches({ any: selected }, review, namespaces)).toBe(expected);
  });

  test('a namespace that is not known still has its name as label, and the lookup is named', () => {
    const any = [entry({ namespaceSelector: labels({ 'kubernetes.io/metadata.name': 'shop' }) })];
    const match = { any, exclude: [], matchPolicy: 'Equivalent' } as const;
    const decision = judge(input([policy('p', { match, rules: [failing('r')] })]));
    expect(decision.allowed).toBe(false);
    expect(decision.missing).toEqual([{ kind: 'namespace', name: 'shop' }]);
  });

  test('a namespace selector never skips cluster-scoped objects', () => {
    const any = [
      entry({ rules: [rule({ resources: ['nodes'] })], namespaceSelector: labels({ env: 'prod' }) }),
    ];
    expect(matches({ any }, NODE)).toBe(true);
  });

  test('a Namespace is selected by its own labels', () => {
    expect(matches({ any: NAMESPACES }, namespaceReview('a', { env: 'prod' }))).toBe(true);
    expect(matches({ any: NAMESPACES }, namespaceReview('a', { env: 'dev' }))).toBe(false);
  });

  test('an object selector is satisfied by the old object too', () => {
    const any = [
      entry({ rules: [rule({ operations: ['UPDATE'] })], objectSelector: labels({ app: 'old' }) }),
    ];
    const oldObject = { metadata: { labels: { app: 'old' } } };
    expect(matches({ any }, podReview({ operation: 'UPDATE', oldObject }))).toBe(true);
    expect(matches({ any }, podReview({ operation: 'UPDATE', oldObject: null }))).toBe(false);
  });

  test('an object without metadata satisfies no object selector', () => {
    const any = [
      entry({
        objectSelector: {
          matchLabels: {},
          matchExpressions: [{ key: 'a', operator: 'DoesNotExist', values: [] }],
        },
      }),
    ];
    expect(matches({ any }, podReview({ object: { container: 'x' } }))).toBe(false);
    expect(matches({ any }, podReview())).toBe(true);
  });
});

describe('an exclusion', () => {
  const serviceAccount = { username: 'system:serviceaccount:ci:deployer', groups: [] };
  test.each<[string, Partial<ExcludeEntry>, Partial<Review>, boolean]>([
    ['of the namespace', { namespaces: ['sh*'] }, {}, false],
    ['of another namespace', { namespaces: ['a'] }, {}, true],
    ['of the name', { names: ['we?'] }, {}, false],
    ['of the user', { users: ['alice'] }, {}, false],
    ['of a group', { groups: ['dev*'] }, {}, false],
    ['of another group', { groups: ['ops'] }, {}, true],
    ['of a service account', { serviceAccounts: ['ci:*'] }, { userInfo: serviceAccount }, false],
    ['of a service account does not reach users', { serviceAccounts: ['*'] }, {}, true],
    ['whose parts do not all hold', { users: ['alice'], namespaces: ['a'] }, {}, true],
  ])('%s', (_name, exclude, review, expected) => {
    expect(matches({ exclude: [exclude] }, podReview(review))).toBe(expected);
  });
});
