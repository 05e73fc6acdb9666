import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compilePath, type SelectedNode } from '../../../src/jsonpath/index.js';
import { formatFieldPath } from '../../../src/kubernetes/index.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A step as the tests think of it, with its spelling and its plain meaning. */
interface TestStep {
  readonly text: string;
  readonly select: (node: SelectedNode) => readonly SelectedNode[];
}

const KEYS = ['a', 'b', 'x-y', 'a.b/c', "it's", '__proto__', 'length', '0', ''] as const;

function children({ value, path }: SelectedNode): readonly SelectedNode[] {
  if (value === null || typeof value !== 'object') return [];
  const entries: (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item as Json] as const)
    : Object.entries(value as { readonly [key: string]: Json });
  return entries.map(([key, item]) => ({ value: item, path: [...path, key] }));
}

const isList = ({ value }: SelectedNode): boolean => Array.isArray(value);
const named = (name: string) => (node: SelectedNode) =>
  isList(node) ? [] : children(node).filter(({ path }) => path.at(-1) === name);
const below = (node: SelectedNode): readonly SelectedNode[] => [node, ...children(node).flatMap(below)];

/** Section 2.3.4.2.2 of the RFC, by asking every index in turn. */
function sliced(start: number | null, end: number | null, step: number) {
  return (node: SelectedNode): readonly SelectedNode[] => {
    if (!isList(node)) return [];
    const items = children(node);
    const from = (bound: number): number => (bound < 0 ? items.length + bound : bound);
    const wanted: SelectedNode[] = [];
    if (step > 0) {
      for (
        let at = Math.max(from(start ?? 0), 0);
        at < Math.min(from(end ?? items.length), items.length);
        at += step
      )
        wanted.push(items[at] as SelectedNode);
    } else {
      const stop = end === null ? -1 : Math.max(from(end), -1);
      const first = start === null ? items.length - 1 : Math.min(from(start), items.length - 1);
      for (let at = first; at > stop; at += step) wanted.push(items[at] as SelectedNode);
    }
    return wanted;
  };
}

const quoted = (name: string): string => `'${name.replace(/'/g, "\\'")}'`;
const nameIn = fc.constantFrom(...KEYS).map((name) => ({ inner: quoted(name), select: named(name) }));
const indexIn = fc.integer({ min: -3, max: 3 }).map((index) => ({
  inner: String(index),
  select: (node: SelectedNode) => (isList(node) ? children(node).slice(index, index + 1 || undefined) : []),
}));
const wildcardIn = fc.constant({ inner: '*', select: children });
const bound = fc.option(fc.integer({ min: -4, max: 4 }));
const sliceIn = fc.tuple(bound, bound, fc.constantFrom(1, 2, -1, -2)).map(([start, end, step]) => ({
  inner: `${start ?? ''}:${end ?? ''}:${step}`,
  select: sliced(start, end, step),
}));
const selector = fc.oneof(nameIn, indexIn, wildcardIn, sliceIn);

const bracket: fc.Arbitrary<TestStep> = fc.array(selector, { minLength: 1, maxLength: 3 }).map((of) => ({
  text: `[${of.map(({ inner }) => inner).join(', ')}]`,
  select: (node) => of.flatMap(({ select }) => select(node)),
}));
const dotted: fc.Arbitrary<TestStep> = fc
  .constantFrom('a', 'b', 'x-y', '__proto__', 'length')
  .map((name) => ({ text: `.${name}`, select: named(name) }));
const descend: fc.Arbitrary<TestStep> = bracket.map(({ text, select }) => ({
  text: `..${text}`,
  select: (node) => below(node).flatMap(select),
}));
const steps = fc.array(fc.oneof(bracket, dotted, descend), { maxLength: 4 });

const leaf = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null));
const { root } = fc.letrec<{ root: Json }>((tie) => ({
  root: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('root'), { maxLength: 4 }),
    // Through JSON, as objects come: __proto__ is an own key there.
    fc
      .array(fc.tuple(fc.constantFrom(...KEYS), tie('root')), { maxLength: 4 })
      .map((entries) => JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Json),
  ),
}));

describe('a compiled path', () => {
  test('selects what the naive reading of the RFC selects, in its order, with its paths', () => {
    fc.assert(
      fc.property(root, steps, (value, path) => {
        const expected = path.reduce<readonly SelectedNode[]>(
          (nodes, { select }) => nodes.flatMap(select),
          [{ value, path: [] }],
        );
        const compiled = compilePath(`$${path.map(({ text }) => text).join('')}`);
        expect(compiled.ok && compiled.selector.nodes(value)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  test('printed from a field path selects that field alone, and get gives it', () => {
    fc.assert(
      fc.property(root, fc.nat(), (value, pick) => {
        const all = below({ value, path: [] });
        const node = all[pick % all.length] as SelectedNode;
        const compiled = compilePath(
          `$${node.path.length === 0 ? '' : '.'}${formatFieldPath(node.path)}`.replace('$.[', '$['),
        );
        expect(compiled.ok && [compiled.selector.singular, compiled.selector.path]).toEqual([
          true,
          node.path,
        ]);
        expect(compiled.ok && compiled.selector.get(value)).toEqual(node.value);
        expect(compiled.ok && compiled.selector.nodes(value)).toEqual([node]);
      }),
    );
  });

  test('is a selector or a problem inside the text, whatever the text', () => {
    const text = fc.string({
      unit: fc.constantFrom(
        '$',
        '.',
        '[',
        ']',
        "'",
        '"',
        '*',
        ',',
        ':',
        '-',
        '0',
        '1',
        'a',
        ' ',
        '\\',
        '?',
        '(',
        '^',
        '@',
      ),
    });
    fc.assert(
      fc.property(text, (path) => {
        const compiled = compilePath(path);
        if (compiled.ok) expect(compiled.selector.nodes({ a: [1, { a: 2 }] })).toBeInstanceOf(Array);
        else {
          expect(compiled.problem.message).not.toBe('');
          expect(compiled.problem.offset).toBeLessThanOrEqual(path.length);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a path or an object made to exhaust is a RangeError', () => {
  const nested = (depth: number): Json => JSON.parse(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) as Json;
  const wide = Array.from({ length: 20 }, () => [1, 2, 3, 4, 5]);

  test.each<[string, string, Json]>([
    ['descents that multiply', '$..a..a..a', nested(900)],
    [
      'a union that multiplies',
      `$[${Array.from({ length: 1500 }, () => '*').join(',')}][*,*,*,*,*,*,*]`,
      wide,
    ],
    ['depth', '$.a.a..a', nested(100_000)],
  ])('%s', (_name, path, value) => {
    const compiled = compilePath(path);
    if (!compiled.ok) throw new Error(compiled.problem.message);
    expect(() => compiled.selector.visit(value, () => undefined)).toThrow(RangeError);
  });
});
