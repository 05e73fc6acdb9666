import { describe, expect, test } from '@jest/globals';
import { compilePath } from '../../../src/jsonpath/index.js';

const POD = {
  spec: {
    containers: [
      { name: 'a', image: 'x', ports: [{ p: 1 }, { p: 2 }] },
      { name: 'b', image: 'y' },
    ],
    initContainers: [{ name: 'i', image: 'z' }],
    volumes: [{ hostPath: { path: '/' } }],
  },
  metadata: { annotations: { 'a.b/c': '1', '0:2': 's', '*': 'star', "it's": 'q' } },
  list: [0, 1, 2, 3, 4],
};

function select(text: string, root: unknown = POD): [string, unknown][] {
  const compiled = compilePath(text);
  if (!compiled.ok) throw new Error(compiled.problem.message);
  return compiled.selector.nodes(root as never).map(({ path, value }) => [path.join('/'), value]);
}

describe('a path selects', () => {
  test.each<[string, [string, unknown][]]>([
    ['$', [['', POD]]],
    [
      '$.spec.containers[*].image',
      [
        ['spec/containers/0/image', 'x'],
        ['spec/containers/1/image', 'y'],
      ],
    ],
    ['spec.containers[0].name', [['spec/containers/0/name', 'a']]],
    ['$.spec.containers[-1].name', [['spec/containers/1/name', 'b']]],
    ['$.spec.containers[7].name', []],
    [
      '$.spec[containers,initContainers][*].name',
      [
        ['spec/containers/0/name', 'a'],
        ['spec/containers/1/name', 'b'],
        ['spec/initContainers/0/name', 'i'],
      ],
    ],
    ["$.metadata.annotations['a.b/c']", [['metadata/annotations/a.b/c', '1']]],
    ["$.metadata.annotations['0:2']", [['metadata/annotations/0:2', 's']]],
    ["$.metadata.annotations['*']", [['metadata/annotations/*', 'star']]],
    ["$.metadata.annotations['it\\'s']", [["metadata/annotations/it's", 'q']]],
    ['$..hostPath.path', [['spec/volumes/0/hostPath/path', '/']]],
    [
      '$..ports[*].p',
      [
        ['spec/containers/0/ports/0/p', 1],
        ['spec/containers/0/ports/1/p', 2],
      ],
    ],
    [
      '$.list[1:3]',
      [
        ['list/1', 1],
        ['list/2', 2],
      ],
    ],
    [
      '$.list[::2]',
      [
        ['list/0', 0],
        ['list/2', 2],
        ['list/4', 4],
      ],
    ],
    [
      '$.list[::-2]',
      [
        ['list/4', 4],
        ['list/2', 2],
        ['list/0', 0],
      ],
    ],
    [
      '$.list[3:1:-1]',
      [
        ['list/3', 3],
        ['list/2', 2],
      ],
    ],
    [
      '$.list[-2:]',
      [
        ['list/3', 3],
        ['list/4', 4],
      ],
    ],
    [
      '$.list[0,-1]',
      [
        ['list/0', 0],
        ['list/4', 4],
      ],
    ],
    [
      '$.spec.*[0].name',
      [
        ['spec/containers/0/name', 'a'],
        ['spec/initContainers/0/name', 'i'],
      ],
    ],
    ['$.spec.containers.name', []],
    ['$.constructor', []],
    ['$.__proto__', []],
    ['$.list.length', []],
  ])('%s', (text, expected) => {
    expect(select(text)).toEqual(expected);
  });

  test('an own __proto__ key like any other', () => {
    expect(select('$.__proto__.x', JSON.parse('{"__proto__": {"x": 1}}'))).toEqual([['__proto__/x', 1]]);
  });
});

describe('a path is refused', () => {
  test.each([
    ['$.spec.containers[?(@.name)]', 'into `when`'],
    ['$.spec.containers[(@.length-1)]', 'script is never run'],
    ['$.a^', 'leads downwards'],
    ['$.a~', 'property names'],
    ['$.a.`b', 'backtick'],
    ['$.a.@string()', 'type selectors'],
    ['$.spec.a[*', 'never closed'],
    ['$.', 'ends where a field name'],
    ['$.a..', 'ends where a field name'],
    ['$.a[]', 'none of'],
    ['$.a[1,]', 'none of'],
    ['$.a[::0]', 'slice step of 0'],
    ["$.a['b]", 'never closed'],
    ['$.a b', 'not expected'],
    ['', 'empty'],
    [`$.${'a'.repeat(5000)}`, 'longer than'],
  ])('%s', (text, message) => {
    const compiled = compilePath(text);
    expect(compiled.ok ? '' : compiled.problem.message).toContain(message);
  });
});

test('a singular path knows its steps, others those before the first choice', () => {
  const of = (text: string) => {
    const compiled = compilePath(text);
    return compiled.ok ? [compiled.selector.singular, compiled.selector.path] : undefined;
  };
  expect(of('resources.limits.memory')).toEqual([true, ['resources', 'limits', 'memory']]);
  expect(of('$.spec.containers[*].image')).toEqual([false, ['spec', 'containers']]);
});

test('a hostile depth is an error, not a crash', () => {
  const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`);
  expect(() => select('$..a', deep)).toThrow(RangeError);
  expect(select('$.a.a.b', deep)).toEqual([]);
});
