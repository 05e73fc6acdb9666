import { describe, expect, test } from '@jest/globals';
import { judge, ruleResults } from '../../../src/engine/index.js';
import { bound, failing, failure, input, podReview, policy, rule } from './fixtures.js';

describe('a decision', () => {
  test('lists every violation, the most severe first, with path, expectation and fix', () => {
    const policies = [
      policy('tags', { rules: [failing('tag')] }),
      policy('privileged', {
        rules: [
          {
            ...failing('privileged', [
              failure({
                path: ['spec', 'containers', 0, 'securityContext', 'privileged'],
                found: true,
                expected: 'false or unset',
                message: 'container "c" runs privileged',
                fix: 'set it to false',
              }),
            ]),
            severity: 'high',
          },
        ],
      }),
    ];
    const { allowed, denial } = judge(input(policies));
    expect(allowed).toBe(false);
    expect(denial).toEqual({
      code: 403,
      reason: 'Forbidden',
      message: [
        'Pod shop/web breaks 2 rules',
        '',
        '✗ privileged/privileged (high): container "c" runs privileged',
        '    spec.containers[0].securityContext.privileged: true, expected false or unset',
        '    fix: set it to false',
        '✗ tags/tag (medium): container "c" has no tag',
        '    spec.containers[0].image: "nginx", expected a tag',
        '    fix: name a tag',
        'decision 01TEST',
      ].join('\n'),
    });
  });

  test('says who may grant an exception and for how long', () => {
    const exceptions = {
      allowed: true,
      maxDuration: 30 * 86_400_000,
      approvers: ['group:security-approvers'],
    };
    const { denial } = judge(input([policy('p', { rules: [failing('r')], exceptions })]));
    expect(denial?.message).toContain(
      'Exceptions: security-approvers may grant one for at most 30d: warder exception draft 01TEST',
    );
  });

  test('is the same whatever order policies were loaded in', () => {
    const policies = ['c', 'a', 'b'].map((name) => policy(name, { rules: [failing('r')] }));
    const forward = judge(input(policies));
    const backward = judge(input([...policies].reverse()));
    expect(backward).toEqual({ ...forward, review: backward.review });
    expect(forward.violations.map((violation) => violation.policy)).toEqual(['a', 'b', 'c']);
  });

  test('carries its id and the digest of the policy set in every answer', () => {
    const passing = judge(input([policy('p', { rules: [rule('r')] })]));
    expect(passing.auditAnnotations).toEqual({ decision: '01TEST', 'policy-set': passing.policySetDigest });
    expect(passing.policySetDigest).toMatch(/^sha256:[0-9a-f]{16}$/);
  });

  test('names the denied, warned and audited rules in audit annotations', () => {
    const policies = [
      policy('d', { rules: [failing('r')] }),
      policy('w', { rules: [failing('r')], bindings: bound(['warn']) }),
      policy('a', { rules: [failing('r')], bindings: bound(['audit']) }),
    ];
    expect(judge(input(policies)).auditAnnotations).toMatchObject({
      denied: 'd/r',
      warned: 'w/r',
      audited: 'a/r: container "c" has no tag',
    });
  });
});

describe('actions', () => {
  test('warn allows and says so in at most 120 characters', () => {
    const long = failing('r', [failure({ message: 'x'.repeat(400) })]);
    const decision = judge(input([policy('w', { rules: [long], bindings: bound(['warn']) })]));
    expect(decision.allowed).toBe(true);
    expect(decision.warnings).toHaveLength(1);
    expect(decision.warnings[0]?.length).toBeLessThanOrEqual(120);
    expect(ruleResults(decision)).toMatchObject([{ result: 'warn', action: 'warn' }]);
  });

  test('warnings stay within 4096 bytes and count what is left out', () => {
    const many = Array.from({ length: 200 }, (_, index) =>
      failure({ message: `${index} ${'é'.repeat(80)}` }),
    );
    const { warnings } = judge(
      input([policy('w', { rules: [failing('r', many)], bindings: bound(['warn']) })]),
    );
    expect(Buffer.byteLength(warnings.join(''))).toBeLessThanOrEqual(4096);
    const last = warnings.at(-1) ?? '';
    expect(last).toBe(`…and ${200 - (warnings.length - 1)} more`);
  });

  test('audit allows without a word', () => {
    const decision = judge(input([policy('a', { rules: [failing('r')], bindings: bound(['audit']) })]));
    expect([decision.allowed, decision.warnings]).toEqual([true, []]);
    expect(ruleResults(decision)).toMatchObject([{ result: 'fail', action: 'audit' }]);
  });

  test('what the control plane sends is recorded, never denied', () => {
    const userInfo = { username: 'system:serviceaccount:kube-system:replicaset-controller', groups: [] };
    const decision = judge(
      input([policy('p', { rules: [failing('r')] })], { review: podReview({ userInfo }) }),
    );
    expect(decision.allowed).toBe(true);
    expect(ruleResults(decision)).toMatchObject([{ result: 'fail', action: 'audit' }]);
  });

  test('an excluded namespace is not evaluated', () => {
    const decision = judge(
      input([policy('p', { rules: [failing('r')] })], { review: podReview({ namespace: 'kube-system' }) }),
    );
    expect(decision.allowed).toBe(true);
    expect(decision.exempt).toBe('namespace kube-system is excluded from evaluation');
  });

  test.each([
    ['warn', ['warn']],
    ['audit', ['audit']],
  ] as const)('a server that only does %s weakens every action', (forcedAction, actions) => {
    const decision = judge(input([policy('p', { rules: [failing('r')] })], { settings: { forcedAction } }));
    expect(decision.allowed).toBe(true);
    expect(decision.violations[0]?.actions).toEqual(actions);
  });

  test('a stage changes the action for the namespaces it selects, in its time only', () => {
    const until = Date.UTC(2026, 10, 30);
    const stages = [
      {
        namespaceSelector: undefined,
        namespaces: ['shop'],
        actions: ['warn'] as const,
        from: undefined,
        until,
      },
    ];
    const policies = [
      policy('p', {
        rules: [failing('r')],
        bindings: [{ name: '', match: undefined, params: undefined, stages, actions: ['deny'] }],
      }),
    ];
    expect(judge(input(policies)).allowed).toBe(true);
    expect(judge(input(policies, { now: until })).allowed).toBe(false);
    expect(judge(input(policies, { review: podReview({ namespace: 'other' }) })).allowed).toBe(false);
  });
});

describe('errors', () => {
  const broken = rule('r', { evaluate: () => ({ kind: 'error', message: 'no such key: x' }) });

  test('deny where the policy fails closed', () => {
    const decision = judge(input([policy('p', { rules: [broken] })]));
    expect(decision.denial?.message).toContain('✗ p/r (medium): could not be evaluated: no such key: x');
    expect(ruleResults(decision)).toMatchObject([{ result: 'error' }]);
  });

  test('are only recorded where it ignores them', () => {
    const decision = judge(input([policy('p', { rules: [broken], failurePolicy: 'Ignore' })]));
    expect(decision.allowed).toBe(true);
    expect(ruleResults(decision)).toMatchObject([{ result: 'error', message: 'no such key: x' }]);
  });

  test('a fault inside one policy is its own error and leaves the others alone', () => {
    const faulty = rule('r', {
      evaluate: () => {
        throw new TypeError('oops');
      },
    });
    const decision = judge(
      input([
        policy('a', { rules: [faulty], failurePolicy: 'Ignore' }),
        policy('b', { rules: [failing('r')] }),
      ]),
    );
    expect(ruleResults(decision)).toMatchObject([
      { policy: 'a', result: 'error' },
      { policy: 'b', result: 'fail' },
    ]);
  });

  test('a condition that is false skips the policy, one that fails is an error of every rule', () => {
    const conditions = (value: boolean | { error: string }) => [{ name: 'c', evaluate: () => value }];
    const skipped = judge(input([policy('p', { rules: [failing('r')], conditions: conditions(false) })]));
    expect(ruleResults(skipped)).toMatchObject([{ result: 'skip', message: 'condition c does not hold' }]);
    const failed = judge(
      input([policy('p', { rules: [failing('r')], conditions: conditions({ error: 'bad' }) })]),
    );
    expect(ruleResults(failed)).toMatchObject([{ result: 'error', message: 'condition c: bad' }]);
  });
});

describe('an audit', () => {
  test.each([
    [{ requester: true, oldObject: false }, 'not auditable: it asks who made the request'],
    [{ requester: false, oldObject: true }, 'not auditable: it compares with the object before the change'],
  ])('skips by name what it cannot judge: %j', (reads, message) => {
    const decision = judge(
      input([policy('p', { rules: [failing('r')], reads })], { review: podReview({ origin: 'audit' }) }),
    );
    expect(ruleResults(decision)).toMatchObject([{ result: 'skip', message }]);
  });
});

test('an object that is being deleted is left to go', () => {
  const object = { metadata: { name: 'web', deletionTimestamp: '2026-11-20T00:00:00Z' } };
  const review = podReview({ operation: 'UPDATE', object });
  expect(judge(input([policy('p', { rules: [failing('r')] })], { review })).allowed).toBe(true);
  expect(
    judge(input([policy('p', { rules: [failing('r')], judgesDeleting: true })], { review })).allowed,
  ).toBe(false);
});
