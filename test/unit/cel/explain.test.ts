import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compile,
  createActivation,
  createBudget,
  DYN,
  type ExplainedPart,
  explain,
  extendEnvironment,
  Lazy,
  type Program,
  showValue,
  validatingAdmissionEnvironment,
} from '../../../src/cel/index.js';

const OBJECT = {
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web', 'a.b/c': 'x' } },
  spec: {
    replicas: 1,
    paused: true,
    containers: [
      { name: 'a', image: 'reg.io/a:1', securityContext: { privileged: false } },
      { name: 'b', image: 'nginx:latest', securityContext: { privileged: true } },
      { name: 'c', image: 'nginx' },
    ],
  },
};

const environment = extendEnvironment(validatingAdmissionEnvironment({ authorizer: false }), {
  variables: [{ name: 'variables.names', type: DYN, lazy: true }],
});

function programOf(source: string): Program {
  const compiled = compile(environment, source);
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  return compiled.program;
}

function partsOf(source: string): readonly ExplainedPart[] {
  const names = programOf('object.spec.containers.map(c, c.name)');
  const activation = createActivation(environment, {
    object: OBJECT,
    params: { allowed: ['reg.io/'], least: 2 },
  });
  const budget = createBudget();
  activation.set('variables.names', new Lazy(() => names.evaluate(activation, budget)));
  const program = programOf(source);
  expect(program.evaluate(activation, budget)).toBe(false);
  return explain(program, activation, budget, { variables: new Map([['variables.names', names]]) });
}

/** `path is found, expected …`, one for each part. */
const sentences = (source: string): readonly string[] =>
  partsOf(source).map(({ path, found, expected, source: part }) =>
    path === undefined
      ? `${part}: ${expected}`
      : `${[path.variable, ...path.steps].join('/')} is ${found === undefined ? 'unset' : showValue(found)}, expected ${expected}`,
  );

describe('an explanation names the smallest failing parts', () => {
  test.each<[string, readonly string[]]>([
    ['object.spec.replicas >= 3', ['object/spec/replicas is 1, expected at least 3']],
    ['3 <= object.spec.replicas', ['object/spec/replicas is 1, expected at least 3']],
    ['object.spec.replicas >= params.least', ['object/spec/replicas is 1, expected at least 2']],
    ['!(object.spec.replicas < 3)', ['object/spec/replicas is 1, expected at least 3']],
    ['object.spec.paused == false', ['object/spec/paused is true, expected false']],
    ['!object.spec.paused', ['object/spec/paused is true, expected false']],
    ["object.kind != 'Deployment'", ["object/kind is 'Deployment', expected anything but 'Deployment'"]],
    ["object.kind in ['Pod', 'Job']", ['object/kind is \'Deployment\', expected one of ["Pod","Job"]']],
    ["'owner' in object.metadata.labels", ['object/metadata/labels/owner is unset, expected set']],
    ["!('a.b/c' in object.metadata.labels)", ["object/metadata/labels/a.b/c is 'x', expected unset"]],
    ['has(object.spec.strategy)', ['object/spec/strategy is unset, expected set']],
    ['!has(object.spec.replicas)', ['object/spec/replicas is 1, expected unset']],
    [
      "object.metadata.name.startsWith('api')",
      ["object/metadata/name is 'web', expected to start with 'api'"],
    ],
    ["!object.metadata.name.matches('^w')", ["object/metadata/name is 'web', expected not to match '^w'"]],
    [
      'object.spec.replicas > 0 && object.spec.replicas > 5',
      ['object/spec/replicas is 1, expected more than 5'],
    ],
    ["object.kind == 'Pod' || object.spec.paused == false", ['object/spec/paused is true, expected false']],
    ['object.spec.paused ? object.spec.replicas == 0 : true', ['object/spec/replicas is 1, expected 0']],
    ['object.spec.paused ? false : true', ['object/spec/paused is true, expected false']],
    ['object.spec.?minReady.orValue(0) >= 5', ['object/spec/minReady is unset, expected at least 5']],
    [
      'object.spec.containers.all(c, !has(c.securityContext) || !c.securityContext.privileged)',
      [
        'object/spec/containers/1/securityContext is {"privileged":true}, expected unset',
        'object/spec/containers/1/securityContext/privileged is true, expected false',
      ],
    ],
    [
      "object.spec.containers.all(c, c.image.contains('/'))",
      [
        "object/spec/containers/1/image is 'nginx:latest', expected to contain '/'",
        "object/spec/containers/2/image is 'nginx', expected to contain '/'",
      ],
    ],
    [
      "!object.spec.containers.exists(c, c.name == 'b')",
      ["object/spec/containers/1/name is 'b', expected anything but 'b'"],
    ],
    [
      'params.allowed.exists(r, object.spec.containers[1].image.startsWith(r))',
      [
        "object/spec/containers/1/image is 'nginx:latest', expected some r with object.spec.containers[1].image.startsWith(r)",
      ],
    ],
    [
      "object.spec.containers.filter(c, c.name != 'a').all(c, c.image.contains(':'))",
      ["object/spec/containers/2/image is 'nginx', expected to contain ':'"],
    ],
    [
      "object.metadata.labels.all(k, k != 'app')",
      ["object/metadata/labels/app is 'app', expected anything but 'app'"],
    ],
    [
      'size(object.spec.containers) < 3',
      [
        'object/spec/containers is [{"name":"a","image":"reg.io/a:1","securityContext":{"privileged":false}},{"name":"b","image":"nginx:latest","securityCo…, expected less than 3',
      ],
    ],
    [
      "'z' in variables.names",
      [
        'object/spec/containers is [{"name":"a","image":"reg.io/a:1","securityContext":{"privileged":false}},{"name":"b","image":"nginx:latest","securityCo…, expected to contain "z"',
      ],
    ],
    ['1 > 2', ['1 > 2: less than 1']],
  ])('%s', (source, expected) => {
    expect(sentences(source)).toEqual(expected);
  });
});

test('an explanation never throws and says something of whatever is false', () => {
  const atom = fc.constantFrom(
    'object.spec.replicas == 1',
    'has(object.spec.none)',
    'object.spec.missing == 1',
    "object.kind == 'X'",
    'object.spec.containers.all(c, has(c.securityContext))',
    "object.spec.containers.exists(c, c.name == 'q')",
    "'app' in object.metadata.labels",
    'object.spec.?paused.orValue(false)',
    'true',
    'false',
  );
  const { expression } = fc.letrec((tie) => ({
    expression: fc.oneof(
      { maxDepth: 4 },
      atom,
      tie('expression').map((inner) => `!(${String(inner)})`),
      fc
        .tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression'))
        .map(([a, op, b]) => `(${String(a)} ${op} ${String(b)})`),
      fc
        .tuple(tie('expression'), tie('expression'), tie('expression'))
        .map(([a, b, c]) => `(${String(a)} ? ${String(b)} : ${String(c)})`),
    ),
  }));
  fc.assert(
    fc.property(expression, (source) => {
      const program = programOf(String(source));
      const activation = createActivation(environment, { object: OBJECT, params: {} });
      const budget = createBudget();
      if (program.evaluate(activation, budget) !== false) return;
      for (const part of explain(program, activation, budget)) expect(part.expected).not.toBe('');
    }),
    { numRuns: 300 },
  );
});
