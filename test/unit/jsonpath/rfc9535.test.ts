// The examples of RFC 9535 that paths without filters can express, sections 1.5 and 2.3 to 2.5.
import { describe, expect, test } from '@jest/globals';
import { compilePath } from '../../../src/jsonpath/index.js';

const STORE = {
  store: {
    book: [
      { category: 'reference', author: 'Nigel Rees', title: 'Sayings of the Century', price: 8.95 },
      { category: 'fiction', author: 'Evelyn Waugh', title: 'Sword of Honour', price: 12.99 },
      { category: 'fiction', author: 'Herman Melville', title: 'Moby Dick', price: 8.99 },
      { category: 'fiction', author: 'J. R. R. Tolkien', title: 'The Lord of the Rings', price: 22.99 },
    ],
    bicycle: { color: 'red', price: 399 },
  },
};
const AUTHORS = STORE.store.book.map(({ author }) => author);
const NAMES = { o: { 'j j': { 'k.k': 3 } }, "'": { '@': 2 } };
const WILD = { o: { j: 1, k: 2 }, a: [5, 3] };
const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const DEEP = { o: { j: 1, k: 2 }, a: [5, 3, [{ j: 4 }, { k: 6 }]] };
const NULLS = { a: null, b: [null], c: [{}], null: 1 };

describe('an example of the RFC', () => {
  test.each<[string, unknown, unknown[]]>([
    ['$', { k: 'v' }, [{ k: 'v' }]],
    ['$.store.book[*].author', STORE, AUTHORS],
    ['$..author', STORE, AUTHORS],
    ['$.store.*', STORE, [STORE.store.book, STORE.store.bicycle]],
    ['$.store..price', STORE, [8.95, 12.99, 8.99, 22.99, 399]],
    ['$..book[2]', STORE, [STORE.store.book[2]]],
    ['$..book[2].author', STORE, ['Herman Melville']],
    ['$..book[2].publisher', STORE, []],
    ['$..book[-1]', STORE, [STORE.store.book[3]]],
    ['$..book[0,1]', STORE, STORE.store.book.slice(0, 2)],
    ['$..book[:2]', STORE, STORE.store.book.slice(0, 2)],
    ["$.o['j j']", NAMES, [{ 'k.k': 3 }]],
    ["$.o['j j']['k.k']", NAMES, [3]],
    ['$.o["j j"]["k.k"]', NAMES, [3]],
    ['$["\'"]["@"]', NAMES, [2]],
    ['$[*]', WILD, [WILD.o, WILD.a]],
    ['$.o[*]', WILD, [1, 2]],
    ['$.o[*, *]', WILD, [1, 2, 1, 2]],
    ['$.a[*]', WILD, [5, 3]],
    ['$[1]', ['a', 'b'], ['b']],
    ['$[-2]', ['a', 'b'], ['a']],
    ['$[1:3]', LETTERS, ['b', 'c']],
    ['$[5:]', LETTERS, ['f', 'g']],
    ['$[1:5:2]', LETTERS, ['b', 'd']],
    ['$[5:1:-2]', LETTERS, ['f', 'd']],
    ['$[::-1]', LETTERS, ['g', 'f', 'e', 'd', 'c', 'b', 'a']],
    ['$[0, 3]', LETTERS, ['a', 'd']],
    ['$[0:2, 5]', LETTERS, ['a', 'b', 'f']],
    ['$[0, 0]', LETTERS, ['a', 'a']],
    ['$..j', DEEP, [1, 4]],
    ['$..[0]', DEEP, [5, { j: 4 }]],
    ['$..[*]', DEEP, [DEEP.o, DEEP.a, 1, 2, 5, 3, [{ j: 4 }, { k: 6 }], { j: 4 }, { k: 6 }, 4, 6]],
    ['$..o', DEEP, [{ j: 1, k: 2 }]],
    ['$.o..[*, *]', DEEP, [1, 2, 1, 2]],
    ['$.a..[0, 1]', DEEP, [5, 3, { j: 4 }, { k: 6 }]],
    ['$.a', NULLS, [null]],
    ['$.a[0]', NULLS, []],
    ['$.a.d', NULLS, []],
    ['$.b[0]', NULLS, [null]],
    ['$.b[*]', NULLS, [null]],
    ['$.null', NULLS, [1]],
  ])('%s', (path, root, expected) => {
    const compiled = compilePath(path);
    expect(compiled.ok && compiled.selector.nodes(root as never).map(({ value }) => value)).toEqual(expected);
  });
});

describe('a slice with bounds beyond the list', () => {
  test.each([
    ['$[:10]', 'abcdefg'],
    ['$[-100:2]', 'ab'],
    ['$[7:]', ''],
    ['$[3:3]', ''],
    ['$[3:1]', ''],
    ['$[100::-3]', 'gda'],
    ['$[:-100:-1]', 'gfedcba'],
    ['$[-1:-4:-1]', 'gfe'],
    ['$[ 1 : 4 : 2 ]', 'bd'],
    ['$[::9007199254740991]', 'a'],
  ])('%s', (path, expected) => {
    const compiled = compilePath(path);
    expect(compiled.ok && compiled.selector.nodes(LETTERS).map(({ value }) => value)).toEqual([...expected]);
  });
});

describe('a quoted name', () => {
  test.each([
    [String.raw`$['\u263A']`, '☺'],
    [String.raw`$["\uD834\uDD1E"]`, '𝄞'],
    [String.raw`$['\n\t\/\\']`, '\n\t/\\'],
    ['$["\u007f"]', '\u007f'],
    ["$['']", ''],
  ])('%s', (path, name) => {
    const compiled = compilePath(path);
    expect(compiled.ok && compiled.selector.path).toEqual([name]);
  });

  test.each([
    String.raw`$['\uD800']`,
    String.raw`$['\uDC00\uDC00']`,
    String.raw`$['\u123']`,
    String.raw`$['\x12']`,
    String.raw`$['\q']`,
    "$['\u0001']",
    "$['a\nb']",
    "$[''']",
  ])('%j is refused', (path) => {
    expect(compilePath(path).ok).toBe(false);
  });
});

describe('a path that the RFC does not know is refused', () => {
  test.each([
    ' $',
    '$ ',
    '$ .a',
    '$. a',
    '$.&',
    '$.1',
    '$[0 2]',
    '$[-0]',
    '$[01]',
    '$[1.0]',
    '$[1e2]',
    '$[9007199254740992]',
    '$[1:-0]',
    '$[01:2]',
    '$[::1.5]',
    '$[1:2:3:4]',
    '$..',
    '$...a',
    '$a',
    '$.a]',
    '$.[a]',
    '..a.',
  ])('%j', (path) => {
    expect(compilePath(path).ok).toBe(false);
  });
});
