import { describe, expect, test } from '@jest/globals';
import { registrationOf } from '../../../src/admission/registration.js';
import { compile, extendEnvironment, validatingAdmissionEnvironment } from '../../../src/cel/index.js';
import { createPolicySet, type ResourceRule } from '../../../src/policy/index.js';
import { policy, rule } from '../engine/fixtures.js';

const rules = (group: string, resource: string, operations: ResourceRule['operations'] = ['CREATE']) => ({
  any: [
    {
      rules: [
        {
          groups: [group],
          versions: ['v1'],
          resources: [resource],
          operations,
          scope: '*' as const,
          names: [],
        },
      ],
      namespaces: [],
      namespaceSelector: undefined,
      objectSelector: undefined,
    },
  ],
  exclude: [],
  matchPolicy: 'Equivalent' as const,
});
const severity = (level: 'low' | 'critical') => ({ ...policy('x').description, severity: level });
const OPTIONS = {
  name: 'warder',
  target: { kind: 'service' as const, namespace: 'guard', name: 'warder', port: 443 },
  caBundle: 'PEM',
  excludedNamespaces: ['kube-system', 'guard', 'team-*'],
  timeoutSeconds: 5,
};

interface Webhook {
  readonly name: string;
  readonly failurePolicy: string;
  readonly clientConfig: object;
  readonly namespaceSelector: object;
  readonly matchConditions: readonly { readonly expression: string }[];
  readonly rules: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }[];
}
const webhooks = (...policies: Parameters<typeof createPolicySet>[0]): readonly Webhook[] =>
  registrationOf(createPolicySet(policies), OPTIONS).webhooks as unknown as readonly Webhook[]; // what it makes

describe('a registration', () => {
  test('sends what policies read: severe denials fail closed, the rest open', () => {
    const [closed, open] = webhooks(
      policy('a', { rules: [rule('r')], match: rules('', 'pods'), description: severity('critical') }),
      policy('b', { rules: [rule('r')], match: rules('apps', 'deployments'), description: severity('low') }),
    );
    expect([closed?.failurePolicy, open?.failurePolicy]).toEqual(['Fail', 'Ignore']);
    expect(closed?.rules.map(({ resources }) => resources.join())).toEqual([
      '*',
      'customresourcedefinitions',
      'pods',
    ]);
    expect(open?.rules.map(({ resources }) => resources.join())).toEqual(['deployments']);
  });

  test('joins rules of one group and operation, and never asks for a version', () => {
    const [, open] = webhooks(
      policy('a', { match: rules('', 'pods') }),
      policy('b', { match: rules('', 'services') }),
      policy('c', { match: rules('', 'services', ['DELETE']) }),
    );
    expect(open?.rules).toEqual([
      {
        apiGroups: [''],
        apiVersions: ['*'],
        operations: ['CREATE'],
        resources: ['pods', 'services'],
        scope: '*',
      },
      { apiGroups: [''], apiVersions: ['*'], operations: ['DELETE'], resources: ['services'], scope: '*' },
    ]);
  });

  test('always sends Warder’s own kinds, even without a policy', () => {
    const [closed, open] = webhooks();
    expect(closed?.rules.map(({ apiGroups }) => apiGroups.join())).toEqual([
      'warder.dev',
      'apiextensions.k8s.io',
    ]);
    expect(open).toBe(undefined);
  });

  test('leaves the control plane and its own namespace out by name, and knows where to go', () => {
    const [closed] = webhooks();
    expect(closed?.namespaceSelector).toEqual({
      matchExpressions: [
        { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'guard'] },
      ],
    });
    expect(closed?.clientConfig).toEqual({
      service: { namespace: 'guard', name: 'warder', port: 443, path: '/validate' },
      caBundle: Buffer.from('PEM').toString('base64'),
    });
  });

  test('has conditions that compile where the API server compiles them', () => {
    const environment = extendEnvironment(
      validatingAdmissionEnvironment({ params: false, namespaceObject: false }),
      {},
    );
    for (const { expression } of webhooks()[0]?.matchConditions ?? [])
      expect(compile(environment, expression).ok).toBe(true);
  });
});
