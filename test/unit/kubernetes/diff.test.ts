import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diffObjects, type FieldChange } from '../../../src/kubernetes/diff.js';
import { applyPatch, patchBetween, pointerOf } from '../../../src/kubernetes/diff-patch.js';
import { formatFieldPath, type JsonObject } from '../../../src/kubernetes/index.js';
import { sameJson } from '../../../src/kubernetes/same-json.js';

const DEPLOYMENT = { group: 'apps', version: 'v1', kind: 'Deployment' };
const SERVICE = { group: '', version: 'v1', kind: 'Service' };
const CUSTOM = { group: 'example.com', version: 'v1', kind: 'App' };

const shown = (changes: readonly FieldChange[]): readonly string[] =>
  changes.map(({ op, path }) => `${op} ${formatFieldPath(path)}`);

const pod = (...containers: JsonObject[]): JsonObject => ({ spec: { template: { spec: { containers } } } });
const template = (spec: JsonObject): JsonObject => ({ spec: { template: { spec } } });

interface Case {
  readonly name: string;
  readonly kind?: typeof DEPLOYMENT;
  readonly before: JsonObject | null;
  readonly after: JsonObject | null;
  readonly changes: readonly string[];
  readonly subResource?: string;
}

describe('what changed between two states of an object', () => {
  test.each<Case>([
    { name: 'nothing', before: { spec: { replicas: 1 } }, after: { spec: { replicas: 1 } }, changes: [] },
    {
      name: 'a field',
      before: { spec: { replicas: 1 } },
      after: { spec: { replicas: 3 } },
      changes: ['replace spec.replicas'],
    },
    { name: 'null is unset', before: { spec: { paused: null } }, after: { spec: {} }, changes: [] },
    {
      name: 'null set to a value',
      before: { spec: { paused: null } },
      after: { spec: { paused: true } },
      changes: ['add spec.paused'],
    },
    {
      name: 'containers in another order are the same containers',
      before: pod({ name: 'a', image: 'a:1' }, { name: 'b', image: 'b:1' }),
      after: pod({ name: 'b', image: 'b:1' }, { name: 'a', image: 'a:2' }),
      changes: ['replace spec.template.spec.containers[1].image'],
    },
    {
      name: 'a container more and one less',
      before: pod({ name: 'a', image: 'a:1' }),
      after: pod({ name: 'b', image: 'a:1' }),
      changes: ['remove spec.template.spec.containers[0]', 'add spec.template.spec.containers[0]'],
    },
    {
      name: 'the order of init containers is what they do',
      before: template({ initContainers: [{ name: 'a' }, { name: 'b' }] }),
      after: template({ initContainers: [{ name: 'b' }, { name: 'a' }] }),
      changes: ['replace spec.template.spec.initContainers'],
    },
    {
      name: 'a list whose keys are not unique is compared by position',
      before: template({
        hostAliases: [
          { ip: '1.1.1.1', hostnames: ['a'] },
          { ip: '1.1.1.1', hostnames: ['b'] },
        ],
      }),
      after: template({
        hostAliases: [
          { ip: '1.1.1.1', hostnames: ['a'] },
          { ip: '1.1.1.1', hostnames: ['c'] },
        ],
      }),
      changes: ['replace spec.template.spec.hostAliases[1].hostnames'],
    },
    {
      name: 'several keys tell ports apart',
      kind: SERVICE,
      before: {
        spec: {
          ports: [
            { port: 53, protocol: 'UDP', targetPort: 1 },
            { port: 53, protocol: 'TCP', targetPort: 2 },
          ],
        },
      },
      after: {
        spec: {
          ports: [
            { port: 53, protocol: 'TCP', targetPort: 2 },
            { port: 53, protocol: 'UDP', targetPort: 9 },
          ],
        },
      },
      changes: ['replace spec.ports[1].targetPort'],
    },
    {
      name: 'finalizers are a set, of custom kinds too',
      kind: CUSTOM,
      before: { metadata: { finalizers: ['a', 'b'] } },
      after: { metadata: { finalizers: ['b', 'c'] } },
      changes: ['remove metadata.finalizers[0]', 'add metadata.finalizers[1]'],
    },
    {
      name: 'what the server sets does not count',
      before: { metadata: { resourceVersion: '1', generation: 1, managedFields: [] }, status: { a: 1 } },
      after: { metadata: { resourceVersion: '2', generation: 2, managedFields: [{}] }, status: { a: 2 } },
      changes: [],
    },
    {
      name: 'status counts in a request for it',
      before: { status: { a: 1 } },
      after: { status: { a: 2 } },
      subResource: 'status',
      changes: ['replace status.a'],
    },
    {
      name: 'the copy of the manifest in an annotation does not count, another annotation does',
      before: { metadata: {} },
      after: {
        metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'a.b/c': '1' } },
      },
      changes: ["add metadata.annotations['a.b/c']"],
    },
    {
      name: 'lists of custom kinds are told apart by name where all items have one',
      kind: CUSTOM,
      before: {
        spec: {
          stages: [
            { name: 'x', run: 1 },
            { name: 'y', run: 2 },
          ],
        },
      },
      after: {
        spec: {
          stages: [
            { name: 'y', run: 3 },
            { name: 'x', run: 1 },
          ],
        },
      },
      changes: ['replace spec.stages[0].run'],
    },
    {
      name: 'a list of scalars changes as a whole',
      before: pod({ name: 'a', args: ['x', 'y'] }),
      after: pod({ name: 'a', args: ['y', 'x'] }),
      changes: ['replace spec.template.spec.containers[0].args'],
    },
    {
      name: 'a new object',
      before: null,
      after: { kind: 'X', metadata: { name: 'a', uid: 'u' }, spec: {} },
      changes: ['add metadata.name', 'add spec'],
    },
    { name: 'an object gone', before: { spec: { a: 1 } }, after: null, changes: ['remove spec'] },
    {
      name: 'a field called __proto__',
      before: JSON.parse('{"spec":{}}'),
      after: JSON.parse('{"spec":{"__proto__":1}}'),
      changes: ['add spec.__proto__'],
    },
    {
      name: 'a field called constructor',
      before: { spec: {} },
      after: { spec: { constructor: 1 } },
      changes: ['add spec.constructor'],
    },
    {
      name: 'another type',
      before: { spec: { a: [1] } },
      after: { spec: { a: { 0: 1 } } },
      changes: ['replace spec.a'],
    },
  ])('$name', ({ kind = DEPLOYMENT, before, after, changes, subResource = '' }) => {
    expect(shown(diffObjects(kind, before, after, subResource))).toEqual(changes);
  });

  test('nesting without end is a change, not a crash', () => {
    const nest = (): JsonObject => {
      let value: JsonObject = { end: 1 };
      for (let depth = 0; depth < 20_000; depth++) value = { a: value };
      return { spec: value };
    };
    expect(diffObjects(CUSTOM, nest(), nest()).length).toBe(1);
  });
});

const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, true, 1, 'a', ''), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(fc.constantFrom('a', 'b', 'name', 'a/b', 'c~d', '__proto__'), tie('value'), {
    maxKeys: 4,
  }),
})).object as fc.Arbitrary<JsonObject>;

describe('patches', () => {
  test('a patch between two states, applied to the first, gives the second', () => {
    fc.assert(
      fc.property(json, json, (from, to) => {
        const result = applyPatch(from, patchBetween(from, to));
        expect(result.ok && JSON.stringify(sorted(result.value))).toEqual(JSON.stringify(sorted(to)));
      }),
    );
  });

  test('there is no patch between equal states, and no difference', () => {
    fc.assert(
      fc.property(json, (object) => {
        expect(patchBetween(object, structuredClone(object))).toEqual([]);
        expect(diffObjects(CUSTOM, object, structuredClone(object))).toEqual([]);
      }),
    );
  });

  test('two states without a difference say the same, but for what the server sets', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const changes = diffObjects(CUSTOM, { spec: a }, { spec: b });
        if (changes.length === 0) expect(sameJson(a, b)).toBe(true);
      }),
    );
  });

  test.each([
    {
      name: 'a test that fails',
      operation: { op: 'test', path: '/a', value: 2 },
      message: 'test /a: the value has changed since',
    },
    {
      name: 'a field that is not there',
      operation: { op: 'replace', path: '/b', value: 2 },
      message: 'replace /b: there is no field b',
    },
    {
      name: 'an item that is not there',
      operation: { op: 'remove', path: '/l/3' },
      message: 'remove /l/3: there is no item 3',
    },
    {
      name: 'a way through a scalar',
      operation: { op: 'add', path: '/a/b', value: 1 },
      message: 'add /a/b: b is looked for in what is no object',
    },
    {
      name: 'an inherited field',
      operation: { op: 'remove', path: '/toString' },
      message: 'remove /toString: there is no field toString',
    },
  ] as const)('$name is refused by name', ({ operation, message }) => {
    expect(applyPatch({ a: 1, l: [1] }, [operation])).toEqual({ ok: false, message });
  });

  test('pointers escape what would be read as a step', () => {
    expect(pointerOf(['metadata', 'annotations', 'a/b~c', 0])).toBe('/metadata/annotations/a~1b~0c/0');
  });
});

/** Keys in order, so that two objects with the same fields print the same. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
