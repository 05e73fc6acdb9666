import { describe, expect, test } from '@jest/globals';
import { readDocuments } from '../../../src/kubernetes/index.js';
import { KUBECTL_READS } from './kubectl-yaml.js';

const errorsIn = (text: string) =>
  readDocuments(text).problems.filter((problem) => problem.level === 'error');

describe('a document reads as kubectl reads it', () => {
  test.each(KUBECTL_READS)('%j', (text, json) => {
    const errors = errorsIn(text);
    if (json === null) expect(errors).not.toEqual([]);
    else expect([errors, readDocuments(text).documents[0]?.value ?? null]).toEqual([[], JSON.parse(json)]);
  });
});

describe('positions', () => {
  const text = ['# head', 'a:', '  b:', '    - c: 1', '    - c: 2', "  'x.y/z': 3", ''].join('\n');
  const [document] = readDocuments(text).documents;

  test.each([
    [[], 2, 1],
    [['a'], 2, 1],
    [['a', 'b', 1, 'c'], 5, 7],
    [['a', 'x.y/z'], 6, 3],
    [['a', 'b', 1, 'missing', 'deeper'], 5, 7],
    [['nothing'], 2, 1],
  ])('of %j', (path, line, column) => {
    expect(document?.positionOf(path)).toEqual({ line, column });
  });

  test('of JSON text too', () => {
    const [json] = readDocuments('{\n  "a": {\n    "b": 1\n  }\n}').documents;
    expect(json?.positionOf(['a', 'b'])).toEqual({ line: 3, column: 5 });
  });
});

describe('a file', () => {
  test('holds several documents, empty ones left out', () => {
    expect(
      readDocuments('---\na: 1\n---\n# only a comment\n---\nb: 2\n').documents.map(({ value }) => value),
    ).toEqual([{ a: 1 }, { b: 2 }]);
  });

  test('one bad document is a problem with its place, the others are read', () => {
    const { documents, problems } = readDocuments('a: 1\n---\nb: *nowhere\n---\nc: 3\n');
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, { c: 3 }]);
    expect(problems[0]).toMatchObject({ level: 'error', line: 3 });
  });

  test('a field that stands twice is a warning: kubectl keeps the last', () => {
    const { documents, problems } = readDocuments('a: 1\na: 2\n');
    expect(documents[0]?.value).toEqual({ a: 2 });
    expect(problems).toEqual([
      { level: 'warning', message: expect.stringContaining('a stands twice'), line: 2, column: 1 },
    ]);
  });

  test('__proto__ is an ordinary key', () => {
    const value = readDocuments('__proto__: {polluted: true}\n').documents[0]?.value as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('aliases that multiply are refused', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      const alias = `*a${level - 1}`;
      lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => alias).join(', ')}]`);
    }
    expect(errorsIn(lines.join('\n'))[0]?.message).toContain('nodes');
  });

  test('hostile nesting is a problem, not a crash', () => {
    expect(errorsIn('['.repeat(100_000))).not.toEqual([]);
    expect(errorsIn(`a: ${'{a: '.repeat(5_000)}1${'}'.repeat(5_000)}`)).not.toEqual([]);
  });
});

test('aliases that expand without end are refused at once', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let at = 1; at < 10; at++) lines.push(`a${at}: &a${at} [${`*a${at - 1}, `.repeat(9)}]`);
  const { problems } = readDocuments(lines.join('\n'));
  expect(problems.map(({ message }) => message).join()).toContain('aliases expand to more than 200000 nodes');
});
