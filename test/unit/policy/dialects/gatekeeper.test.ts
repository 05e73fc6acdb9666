import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../src/kubernetes/index.js';
import { judgeText, loadText } from './judging.js';

const template = (code = 'engine: K8sNativeValidation', source = ''): string => `
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: { name: requiredlabel }
spec:
  crd:
    spec:
      names: { kind: RequiredLabel }
      validation:
        openAPIV3Schema:
          type: object
          required: [label]
          properties:
            label: { type: string }
            values: { type: array, items: { type: string, enum: [a, b] } }
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - ${code}
          source:
${source}            validations:
              - expression: "has(variables.anyObject.metadata.labels) && variables.params.label in variables.anyObject.metadata.labels"
                messageExpression: "'no label ' + variables.params.label"
`;
const constraint = (spec = '', parameters = '{ label: team }'): string => `---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: RequiredLabel
metadata: { name: must-have-team }
spec:
${spec}
  parameters: ${parameters}
`;
const pod = (namespace: string, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace, ...metadata },
  spec: { containers: [] },
});
const PODS = '  match: { kinds: [{ apiGroups: [""], kinds: [Pod] }] }';

const denied = (spec: string, object: JsonObject, context: readonly JsonObject[] = []): boolean =>
  !judgeText(template() + constraint(spec), { object, context }).allowed;

test('a constraint denies with its message, at the field', () => {
  const { denial } = judgeText(template() + constraint(PODS), { object: pod('shop') });
  expect(denial?.code).toBe(403);
  expect(denial?.message).toContain('✗ must-have-team/validation-0 (medium): no label team');
});

describe('match', () => {
  test.each<[string, string, JsonObject, boolean]>([
    ['kinds', PODS, pod('shop'), true],
    ['other kinds', '  match: { kinds: [{ apiGroups: [apps], kinds: [Deployment] }] }', pod('shop'), false],
    ['any group', '  match: { kinds: [{ apiGroups: ["*"], kinds: [Pod] }] }', pod('shop'), true],
    ['everything where nothing is said', '', pod('shop'), true],
    ['namespaces', '  match: { namespaces: [shop] }', pod('shop'), true],
    ['namespaces by prefix', '  match: { namespaces: ["sh*"] }', pod('shop'), true],
    ['other namespaces', '  match: { namespaces: [pay] }', pod('shop'), false],
    ['excluded namespaces by suffix', '  match: { excludedNamespaces: ["*op"] }', pod('shop'), false],
    [
      'labels',
      '  match: { labelSelector: { matchLabels: { a: b } } }',
      pod('shop', { labels: { a: 'b' } }),
      true,
    ],
    ['labels that do not fit', '  match: { labelSelector: { matchLabels: { a: b } } }', pod('shop'), false],
    ['scope', '  match: { scope: Cluster }', pod('shop'), false],
    ['a name', '  match: { name: web }', pod('shop'), true],
    ['another name', '  match: { name: api }', pod('shop'), false],
    [
      'namespaces do not disqualify objects of the cluster',
      '  match: { namespaces: [pay] }',
      { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'r' } },
      true,
    ],
  ])('%s', (_name, spec, object, expected) => expect(denied(spec, object)).toBe(expected));

  test('a namespace selector', () => {
    const spec = '  match: { namespaceSelector: { matchLabels: { env: prod } } }';
    const namespace = (labels: JsonObject): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', labels },
    });
    expect(denied(spec, pod('shop'), [namespace({ env: 'prod' })])).toBe(true);
    expect(denied(spec, pod('shop'), [namespace({ env: 'dev' })])).toBe(false);
  });
});

describe('enforcement', () => {
  const outcome = (spec: string) => {
    const { allowed, warnings } = judgeText(template() + constraint(spec), { object: pod('shop') });
    return [allowed, warnings.length];
  };
  test.each([
    ['deny', [false, 0]],
    ['warn', [true, 1]],
    ['dryrun', [true, 0]],
  ])('%s', (action, expected) => expect(outcome(`  enforcementAction: ${action}`)).toEqual(expected));
  test('scoped to the webhook, or elsewhere', () => {
    const scoped = (point: string) =>
      `  enforcementAction: scoped\n  scopedEnforcementActions: [{ action: deny, enforcementPoints: [{ name: ${point} }] }]`;
    expect(outcome(scoped('validation.gatekeeper.sh'))).toEqual([false, 0]);
    expect(outcome(scoped('audit.gatekeeper.sh'))).toEqual([true, 0]);
  });
});

describe('what is wrong is told at load', () => {
  test.each([
    [
      'a parameter of another type',
      template() + constraint('', '{ label: 1 }'),
      'spec.parameters.label must be of type string, found integer',
    ],
    ['a parameter that is required', template() + constraint('', '{}'), 'spec.parameters.label is required'],
    [
      'a value that is none of those allowed',
      template() + constraint('', '{ label: x, values: [c] }'),
      'spec.parameters.values[0] must be one of "a", "b"',
    ],
    ['a template in Rego only', template('engine: Rego') + constraint(), 'is written in Rego only'],
    ['a constraint without a template', constraint(), 'there is no ConstraintTemplate of kind RequiredLabel'],
    ['a template without constraints', template(), 'no constraint of kind RequiredLabel is given'],
    [
      'an unknown action',
      template() + constraint('  enforcementAction: block'),
      'must be deny, warn, dryrun or scoped',
    ],
  ])('%s', (_name, yaml, text) =>
    expect(loadText(yaml).problems.join('\n').replace(/: /g, ' ')).toContain(text.replace(/: /g, ' ')));
});
