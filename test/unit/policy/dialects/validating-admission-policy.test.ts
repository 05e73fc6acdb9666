// The semantics of Kubernetes 1.36, one by one.
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../src/kubernetes/index.js';
import { type Judged, judgeText, loadText } from './judging.js';

interface Parts {
  readonly spec?: string;
  readonly binding?: string;
  readonly validations?: string;
}

const RULES = `  matchConstraints:
    resourceRules:
      - { apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }`;

/** A policy on Deployments with a binding that denies, and whatever more. */
const policy = ({ spec = '', binding = '', validations }: Parts = {}): string => `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: replicas }
spec:
${spec.includes('matchConstraints') ? '' : RULES}
${spec}
  validations:
${validations ?? '    - { expression: "object.spec.replicas <= 3", message: "at most 3" }'}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: everywhere }
spec:
  policyName: replicas
${binding.includes('validationActions') ? '' : '  validationActions: [Deny]'}
${binding}
`;

const deployment = (spec: JsonObject = { replicas: 5 }, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
});
const namespace = (labels: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', labels },
});
const limits = (name: string, most: number, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', labels },
  data: { most: String(most) },
});

const denial = (yaml: string, judged: Partial<Judged> = {}): string | undefined =>
  judgeText(yaml, { object: deployment(), ...judged }).denial?.message;

describe('a denial', () => {
  test('is worded as the API server words it, with the field and code 422', () => {
    const { denial: denied } = judgeText(policy(), { object: deployment() });
    expect(denied?.code).toBe(422);
    expect(denied?.reason).toBe('Invalid');
    expect(denied?.message).toContain(
      "ValidatingAdmissionPolicy 'replicas' with binding 'everywhere' denied request: at most 3",
    );
    expect(denied?.message).toContain('spec.replicas: 5, expected at most 3');
  });

  test.each([
    ['the message', `    - { expression: "false", message: "  no  " }`, 'denied request: no\n'],
    ['the expression, without one', `    - { expression: "1 > 2" }`, 'failed expression: 1 > 2'],
    [
      'the message expression before the message',
      `    - { expression: "false", message: m, messageExpression: "'has ' + string(object.spec.replicas)" }`,
      'denied request: has 5',
    ],
    [
      'the message, where the message expression fails',
      `    - { expression: "false", message: fallback, messageExpression: "object.spec.none" }`,
      'denied request: fallback',
    ],
    [
      'the message, where the message expression is blank',
      `    - { expression: "false", message: fallback, messageExpression: "'  '" }`,
      'denied request: fallback',
    ],
    [
      'the message, where the message expression has lines',
      `    - { expression: "false", message: fallback, messageExpression: "'a\\\\nb'" }`,
      'denied request: fallback',
    ],
  ])('says %s', (_name, validations, text) => expect(denial(policy({ validations }))).toContain(text));

  test('has the reason of its validation', () => {
    const validations = '    - { expression: "false", reason: Forbidden }';
    expect(judgeText(policy({ validations }), { object: deployment() }).denial?.code).toBe(403);
  });
});

describe('errors', () => {
  const validations = '    - { expression: "object.spec.none == 1" }';
  test('deny where the policy fails closed, and say what went wrong', () => {
    expect(denial(policy({ validations }))).toContain(
      "denied request: expression 'object.spec.none == 1' resulted in error: no such key: none",
    );
  });
  test('are ignored where it fails open', () => {
    expect(denial(policy({ validations, spec: '  failurePolicy: Ignore' }))).toBe(undefined);
  });
  test('of a match condition count only where no other is false', () => {
    const spec = (second: string) =>
      `  matchConditions: [{ name: a, expression: "object.none == 1" }, { name: b, expression: "${second}" }]`;
    expect(denial(policy({ spec: spec('false') }))).toBe(undefined);
    expect(denial(policy({ spec: spec('true') }))).toContain('condition a');
  });
});

describe('matching', () => {
  test.each<[string, string, Partial<Judged>, boolean]>([
    [
      'a namespace selector',
      '  matchResources: { namespaceSelector: { matchLabels: { env: prod } } }',
      { context: [namespace({ env: 'prod' })] },
      true,
    ],
    [
      'a namespace selector that does not fit',
      '  matchResources: { namespaceSelector: { matchLabels: { env: prod } } }',
      { context: [namespace({})] },
      false,
    ],
    [
      'an object selector',
      '  matchResources: { objectSelector: { matchLabels: { a: b } } }',
      { object: deployment({ replicas: 5 }, { labels: { a: 'b' } }) },
      true,
    ],
    [
      'an object selector that does not fit',
      '  matchResources: { objectSelector: { matchLabels: { a: b } } }',
      {},
      false,
    ],
    [
      'an object selector that the old object fits',
      '  matchResources: { objectSelector: { matchLabels: { a: b } } }',
      { operation: 'UPDATE', oldObject: deployment({ replicas: 1 }, { labels: { a: 'b' } }) },
      true,
    ],
    [
      'rules of the binding besides',
      '  matchResources: { resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments] }] }',
      {},
      false,
    ],
    [
      'an excluded name',
      '  matchResources: { excludeResourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: ["*"], resources: [deployments], resourceNames: [web] }] }',
      {},
      false,
    ],
    [
      'another name excluded',
      '  matchResources: { excludeResourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: ["*"], resources: [deployments], resourceNames: [api] }] }',
      {},
      true,
    ],
  ])('%s', (_name, binding, judged, denies) => {
    expect(denial(policy({ binding }), judged) !== undefined).toBe(denies);
  });

  test('another version of the resource, unless it is to be exact', () => {
    const object = { ...deployment(), apiVersion: 'apps/v1beta2' };
    const spec = `${RULES}\n    matchPolicy: Exact`;
    expect(denial(policy(), { object })).not.toBe(undefined);
    expect(denial(policy({ spec }), { object })).toBe(undefined);
  });

  test('never what policies are made of', () => {
    const spec = `  matchConstraints:
    resourceRules:
      - { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"] }`;
    const object = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name: 'p' },
    };
    expect(denial(policy({ spec, validations: '    - { expression: "false" }' }), { object })).toBe(
      undefined,
    );
  });
});

describe('parameters', () => {
  const validations =
    '    - { expression: "object.spec.replicas <= int(params.data.most)", messageExpression: "\'at most \' + params.data.most" }';
  const spec = '  paramKind: { apiVersion: v1, kind: ConfigMap }';
  const by = (ref: string) => policy({ spec, validations, binding: `  paramRef: ${ref}` });

  test('by name, in the namespace of the request', () => {
    const yaml = by('{ name: limits, parameterNotFoundAction: Deny }');
    expect(denial(yaml, { context: [limits('limits', 4)] })).toContain('denied request: at most 4');
    expect(denial(yaml, { context: [limits('limits', 9)] })).toBe(undefined);
  });
  test('by selector: every object found is asked', () => {
    const yaml = by('{ selector: { matchLabels: { for: web } }, parameterNotFoundAction: Deny }');
    const context = [limits('a', 9, { for: 'web' }), limits('b', 2, { for: 'web' }), limits('c', 1)];
    const message = denial(yaml, { context });
    expect(message).toContain('at most 2');
    expect(message).not.toContain('at most 1');
  });
  test('that are not there deny or allow, as the binding says', () => {
    const context = [limits('other', 1)];
    expect(denial(by('{ name: limits, parameterNotFoundAction: Deny }'), { context })).toContain(
      'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
    );
    expect(denial(by('{ name: limits, parameterNotFoundAction: Allow }'), { context })).toBe(undefined);
  });
  test('that a binding does not give are null', () => {
    const plain = policy({ spec, validations: '    - { expression: "params != null", message: none }' });
    expect(denial(plain)).toContain('denied request: none');
  });
});

describe('actions', () => {
  test('a warning is worded as the API server words it', () => {
    const { allowed, warnings } = judgeText(policy({ binding: '  validationActions: [Warn]' }), {
      object: deployment(),
    });
    expect(allowed).toBe(true);
    expect(warnings.join()).toContain('Validation failed for ValidatingAdmissionPolicy');
  });
  test('an audit is neither denied nor warned of', () => {
    const decision = judgeText(policy({ binding: '  validationActions: [Audit]' }), { object: deployment() });
    expect([decision.allowed, decision.warnings]).toEqual([true, []]);
    expect(decision.auditAnnotations.audited).toContain('replicas/validation-0');
  });
  test('audit annotations say what their expressions give, and nothing for null', () => {
    const spec = `  auditAnnotations:
    - { key: replicas, valueExpression: "'has ' + string(object.spec.replicas)" }
    - { key: nothing, valueExpression: "null" }`;
    const { auditAnnotations } = judgeText(policy({ spec }), { object: deployment({ replicas: 2 }) });
    expect(auditAnnotations).toMatchObject({ 'replicas.replicas': 'has 2' });
    expect(Object.keys(auditAnnotations)).not.toContain('replicas.nothing');
  });
});

test('variables are in scope of those after them and of everything else, and are evaluated once', () => {
  const spec = `  variables:
    - { name: most, expression: "3" }
    - { name: fits, expression: "object.spec.replicas <= variables.most" }
  matchConditions: [{ name: big, expression: "object.spec.replicas > 1" }]`;
  const validations = `    - { expression: variables.fits, messageExpression: "'at most ' + string(variables.most)" }`;
  const message = denial(policy({ spec, validations }));
  expect(message).toContain('at most 3');
  expect(message).toContain('spec.replicas: 5, expected at most 3');
});

test('an authorizer nobody answers for is an error that names the question', () => {
  const validations = `    - { expression: "authorizer.group('').resource('pods').check('create').allowed()" }`;
  expect(denial(policy({ validations }))).toContain('resulted in error');
});

describe('what is wrong is told at load', () => {
  const unbound = policy().split('---')[0] ?? '';
  test('no binding: not enforced by a server, judged offline', () => {
    expect(loadText(unbound).problems.join()).toContain('it is not enforced');
    expect(judgeText(unbound, { object: deployment() }).allowed).toBe(true);
    expect(judgeText(unbound, { object: deployment(), unbound: true }).allowed).toBe(false);
  });
  test('a binding of nothing', () => {
    const lone = policy().split('---')[1] ?? '';
    expect(loadText(lone).problems.join()).toContain(
      'there is no ValidatingAdmissionPolicy replicas: this binding binds nothing',
    );
  });
  test.each([
    [
      'an expression that does not compile',
      { validations: '    - { expression: "object.spec >" }' },
      'spec.validations[0].expression',
    ],
    ['a misspelt field', { spec: '  failurPolicy: Fail' }, 'did you mean failurePolicy?'],
    [
      'an unknown action',
      { binding: '  validationActions: [Denies]' },
      'must be one of Deny, Warn, Audit, found "Denies"',
    ],
    [
      'a name and a selector',
      { binding: '  paramRef: { name: a, selector: {} }' },
      'needs either a name or a selector',
    ],
    ['an undeclared variable', { validations: '    - { expression: variables.x }' }, "undefined field 'x'"],
  ])('%s', (_name, parts, text) => expect(loadText(policy(parts)).problems.join('\n')).toContain(text));
});
