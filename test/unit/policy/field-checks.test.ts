import { describe, expect, test } from '@jest/globals';
import { decide, policyYaml } from './loading.js';

/** Whether an object holding `value` at spec.x passes `require: {path: spec.x, <operator>}`; undefined leaves it out. */
function holds(operator: string, value: unknown, path = 'spec.x'): boolean {
  const yaml = policyYaml(
    `match: [{ resources: ["*"] }]\nrules:\n  - { name: r, message: m, require: { path: "${path}", ${operator} } }`,
  );
  const spec = value === undefined ? {} : { x: value };
  return decide(yaml, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec } as never).allowed;
}

describe('an operator', () => {
  test.each<[string, unknown, boolean]>([
    ['exists: true', 0, true],
    ['exists: true', undefined, false],
    ['exists: true', null, false],
    ['absent: true', undefined, true],
    ['absent: true', null, true],
    ['absent: true', false, false],
    ['equals: 1', 1, true],
    ['equals: 1', '1', false],
    ['equals: 1', undefined, false],
    ['equals: [a, b]', ['a', 'b'], true],
    ['equals: [a, b]', ['b', 'a'], false],
    ['notEquals: true', true, false],
    ['notEquals: true', false, true],
    ['notEquals: true', undefined, true],
    ['in: [a, b]', 'b', true],
    ['in: [a, b]', 'c', false],
    ['in: [a, b]', undefined, false],
    ['notIn: [a, b]', 'a', false],
    ['notIn: [a, b]', undefined, true],
    ['matches: "^a+$"', 'aaa', true],
    ['matches: "^a+$"', 'ab', false],
    ['matches: "^a+$"', 5, false],
    ['matches: "(?i)AB"', 'xaby', true],
    ['notMatches: ":latest$"', 'nginx:latest', false],
    ['notMatches: ":latest$"', undefined, true],
    ['contains: b', ['a', 'b'], true],
    ['contains: b', 'abc', true],
    ['contains: b', { b: 1 }, true],
    ['contains: toString', { b: 1 }, false],
    ['contains: z', ['a'], false],
    ['startsWith: reg/', 'reg/a', true],
    ['startsWith: [a/, b/]', 'b/x', true],
    ['startsWith: [a/, b/]', 'c/x', false],
    ['endsWith: .io', 'x.io', true],
    ['endsWith: .io', undefined, false],
    ['atLeast: 2', 2, true],
    ['atLeast: 2', 1.5, false],
    ['atLeast: 2', undefined, false],
    ['atMost: 1Gi', '1024Mi', true],
    ['atMost: 1Gi', '1025Mi', false],
    ['atMost: 500m', 0.5, true],
    ['atMost: 500m', 1, false],
    ['atLeast: 30s', '1m0s', true],
    ['atLeast: 1h30m', '89m', false],
    ['atMost: 5m', '5m', true],
    ['atMost: 1Gi', 'lots', false],
    ['atMost: 1Gi', undefined, false],
  ])('%s on %j is %s', (operator, value, expected) => {
    expect(holds(operator, value)).toBe(expected);
  });

  test.each<[string, unknown, boolean]>([
    ['in: [a, b]', ['a', 'b'], true],
    ['in: [a, b]', ['a', 'c'], false],
    ['in: [a, b]', [], true],
    ['in: [a, b]', undefined, true],
    ['exists: true', [], false],
    ['notEquals: c', ['a', 'c'], false],
  ])('%s on every node of a list %j is %s', (operator, value, expected) => {
    expect(holds(operator, value, 'spec.x[*]')).toBe(expected);
  });
});

describe('a violation of a field check', () => {
  const POD = (containers: unknown) =>
    ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'shop' },
      spec: { template: { spec: { containers } } },
    }) as never;
  const yaml = policyYaml(`
podTemplates: true
rules:
  - name: memory-limit
    each: $.spec.containers[*]
    when: "!item.name.startsWith('istio-')"
    require: { path: resources.limits.memory, exists: true }
    message: 'container "{item.name}" at {path} sets no memory limit'
    fix: { op: add, path: resources.limits.memory, value: 256Mi }`);

  test('has the path of the object the user wrote, the item in its message, and the fix', () => {
    expect(
      decide(yaml, POD([{ name: 'a', resources: { limits: { memory: '1Gi' } } }, { name: 'b' }])).violations,
    ).toMatchObject([
      {
        path: 'spec.template.spec.containers[1].resources.limits.memory',
        message: 'container "b" at spec.template.spec.containers[1] sets no memory limit',
        found: 'unset',
        fix: 'add 256Mi',
      },
    ]);
  });

  test('does not arise where `when` is false', () => {
    expect(decide(yaml, POD([{ name: 'istio-proxy' }])).allowed).toBe(true);
  });

  test('an expression that fails is an error, and denies', () => {
    const decision = decide(yaml, POD([{ image: 'x' }]));
    expect(decision.denial?.message).toContain('could not be evaluated: no such key: name');
  });

  test('a kind without a pod template is not judged', () => {
    expect(decide(yaml, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }).outcomes).toEqual(
      [],
    );
  });
});

test('a value that looks secret is never shown', () => {
  const yaml = policyYaml(
    'match: [{ resources: [pods] }]\nrules:\n  - name: r\n    each: $.spec.containers[*].env[*]\n    require: { path: value, absent: true }\n    message: "{item.name} is {item.value}"',
  );
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a' },
    spec: {
      containers: [
        {
          env: [
            { name: 'DB_PASSWORD', value: 'hunter2hunter2' },
            { name: 'T', value: `ghp_${'a1B2'.repeat(10)}` },
          ],
        },
      ],
    },
  };
  const shown = JSON.stringify(decide(yaml, object).violations);
  expect(shown).not.toContain('hunter2hunter2');
  expect(shown).not.toContain('a1B2');
});

describe('parameters', () => {
  const yaml = policyYaml(`
match: [{ resources: [pods] }]
parameters:
  registries: { type: list, default: [a/], description: allowed }
rules:
  - { name: r, message: "not in {params.registries}", require: { path: spec.image, startsWith: { param: registries } } }`);
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec: { image: 'b/x' } };

  test('have their default, and the value the configuration gives', () => {
    expect(decide(yaml, pod).violations[0]?.message).toBe('not in a/');
    expect(decide(yaml, pod, { load: { parameters: { p: { registries: ['b/'] } } } }).allowed).toBe(true);
  });
});
