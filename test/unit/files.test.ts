import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { listFiles, readAllFiles, readText } from '../../src/files.js';
import type { JsonObject } from '../../src/kubernetes/index.js';

const folder = mkdtempSync(join(tmpdir(), 'warder-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: string | Buffer): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
};
const names = (documents: readonly { readonly value: unknown }[]): readonly unknown[] =>
  documents.map(({ value }) => ((value as JsonObject).metadata as JsonObject | undefined)?.name);

describe('folders', () => {
  test('are walked in order of name; hidden files, other kinds and link loops are left out', async () => {
    put('walk/b.yaml', 'kind: B');
    put('walk/a/c.json', '{}');
    put('walk/a/.hidden.yaml', 'kind: H');
    put('walk/.git/x.yaml', 'kind: H');
    put('walk/readme.md', '#');
    put('walk/upper.YML', 'kind: U');
    symlinkSync(join(folder, 'walk'), join(folder, 'walk/a/loop'));
    const { files, problems } = await listFiles([join(folder, 'walk')]);
    expect(files.map((file) => file.slice(folder.length + 6))).toEqual(['a/c.json', 'b.yaml', 'upper.YML']);
    expect(problems).toEqual([]);
  });

  test('what is not there is a problem, the rest is read', async () => {
    const file = put('one.yaml', 'kind: A');
    const { documents, problems } = await readAllFiles([join(folder, 'absent'), file, file]);
    expect(documents).toHaveLength(1);
    expect(problems).toEqual([expect.objectContaining({ message: 'there is no such file or folder' })]);
  });
});

describe('what a file may hold', () => {
  const item = (name: string): string => `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}"}}`;
  test.each<[string, string, readonly (string | undefined)[]]>([
    ['several YAML documents', `${item('a')}\n---\n${item('b')}\n`, ['a', 'b']],
    ['a JSON document over lines', item('a').replaceAll(',', ',\n'), ['a']],
    ['a JSON document a line', `${item('a')}\n${item('b')}\n`, ['a', 'b']],
    ['a List', `{"apiVersion":"v1","kind":"List","items":[${item('a')},${item('b')}]}`, ['a', 'b']],
    [
      'a list a line',
      `{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"a"}}]}\n${item('b')}\n`,
      ['a', 'b'],
    ],
    ['a byte order mark', `\uFEFF${item('a')}`, ['a']],
    ['a flow sequence over lines', '[1,\n2]', [undefined]],
  ])('%s', async (label, text, expected) => {
    const file = put(`hold/${label.replaceAll(' ', '-')}.yaml`, text);
    const { documents, problems } = await readAllFiles([file]);
    expect(problems).toEqual([]);
    expect(names(documents)).toEqual(expected);
  });

  test('items of a typed list get its kind', () => {
    const { documents } = readText(
      'x.json',
      '{"apiVersion":"v1","kind":"PodList","items":[{"metadata":{"name":"a"}}]}',
    );
    expect(documents[0]?.value).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  });

  test('positions inside a List are those of the file', () => {
    const { documents } = readText('x.yaml', 'kind: List\nitems:\n  - kind: Pod\n    spec:\n      a: 1\n');
    expect(documents[0]?.positionOf(['spec', 'a'])).toMatchObject({ line: 5 });
  });

  test('a broken line of NDJSON is one problem, the others are read', () => {
    const { documents, problems } = readText('x.ndjson', '{"a":1}\n{"b":\n{"c":1}\n');
    expect(documents.map(({ line }) => line)).toEqual([1, 3]);
    expect(problems).toEqual([expect.objectContaining({ position: expect.objectContaining({ line: 2 }) })]);
  });
});

describe('hostile files', () => {
  test('bytes that are no UTF-8 are refused with their place', async () => {
    const file = put(
      'latin1.yaml',
      Buffer.concat([Buffer.from('kind: Ärger\nname: '), Buffer.from([0xe4, 0x20])]),
    );
    const { documents, problems } = await readAllFiles([file]);
    expect(documents).toEqual([]);
    expect(problems[0]?.message).toBe('is not valid UTF-8 (byte 20)');
  });

  test('a file over the limit is a problem, not a crash', async () => {
    const file = put('large.yaml', 'a'.repeat(100));
    const { problems } = await readAllFiles([file], { maxFileSize: 99 });
    expect(problems[0]?.message).toBe('is larger than 99 bytes');
  });
});
