import { describe, expect, test } from '@jest/globals';
import {
  CelError,
  compile,
  createActivation,
  createBudget,
  DYN,
  extendEnvironment,
  Lazy,
  type TraceNode,
  toJson,
  trace,
  validatingAdmissionEnvironment,
} from '../../../src/cel/index.js';

const environment = extendEnvironment(validatingAdmissionEnvironment({ authorizer: false }), {
  variables: [{ name: 'variables.images', type: DYN, lazy: true }],
});
const object = {
  spec: {
    replicas: 2,
    containers: [
      { name: 'a', image: 'x:1' },
      { name: 'b', image: 'y' },
    ],
  },
};

function programOf(source: string) {
  const compiled = compile(environment, source);
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  return compiled.program;
}

function traced(source: string, limit?: number): TraceNode {
  const images = programOf('object.spec.containers.map(c, c.image)');
  const activation = createActivation(environment, { object, params: {} });
  const budget = createBudget();
  activation.set('variables.images', new Lazy(() => images.evaluate(activation, budget)));
  const options = {
    variables: new Map([['variables.images', images]]),
    ...(limit === undefined ? {} : { limit }),
  };
  return trace(programOf(source), activation, budget, options);
}

/** Every node as `depth source = value`. */
function lines(node: TraceNode, depth = 0): readonly string[] {
  const value =
    node.value instanceof CelError ? `error ${node.value.message}` : JSON.stringify(toJson(node.value));
  return [`${depth} ${node.source} = ${value}`, ...node.children.flatMap((child) => lines(child, depth + 1))];
}

describe('a trace', () => {
  test.each<[string, readonly string[]]>([
    [
      'object.spec.replicas > 1 && has(object.spec.paused)',
      [
        '0 object.spec.replicas > 1 && has(object.spec.paused) = false',
        '1 object.spec.replicas > 1 = true',
        '2 object.spec.replicas = 2',
        '1 has(object.spec.paused) = false',
      ],
    ],
    [
      'object.spec.replicas > 1 ? true : object.spec.none == 1',
      [
        '0 object.spec.replicas > 1 ? true : object.spec.none == 1 = true',
        '1 object.spec.replicas > 1 = true',
        '2 object.spec.replicas = 2',
      ],
    ],
    [
      "object.spec.containers.all(c, c.image.contains(':'))",
      [
        '0 object.spec.containers.all(c, c.image.contains(":")) = false',
        '1 object.spec.containers = [{"name":"a","image":"x:1"},{"name":"b","image":"y"}]',
        '1 c = [0]: c.image.contains(":") = true',
        '2 c.image = "x:1"',
        '1 c = [1]: c.image.contains(":") = false',
        '2 c.image = "y"',
      ],
    ],
    [
      "'y' in variables.images",
      [
        '0 "y" in variables.images = true',
        '1 variables.images = ["x:1","y"]',
        '2 object.spec.containers.map(c, c.image) = ["x:1","y"]',
        '3 object.spec.containers = [{"name":"a","image":"x:1"},{"name":"b","image":"y"}]',
        '3 c = [0]: c.image = "x:1"',
        '3 c = [1]: c.image = "y"',
      ],
    ],
    [
      'object.spec.none == 1',
      ['0 object.spec.none == 1 = error no such key: none', '1 object.spec.none = error no such key: none'],
    ],
  ])('%s', (source, expected) => expect(lines(traced(source))).toEqual(expected));

  test('names the field a part is', () => {
    const [range] = traced('object.spec.containers.all(c, true)').children;
    expect(range?.path).toEqual({ variable: 'object', steps: ['spec', 'containers'] });
  });

  test('has no more nodes than asked for, give or take the elements under way', () => {
    const many = '[1,2,3,4,5,6,7,8,9].all(x, [1,2,3,4,5,6,7,8,9].all(y, x + y > 0))';
    expect(lines(traced(many, 10)).length).toBeLessThan(40);
    expect(lines(traced(many)).length).toBeGreaterThan(100);
  });
});
