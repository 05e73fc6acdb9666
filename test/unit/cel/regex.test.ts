import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compilePattern, PatternCache } from '../../../src/cel/regex.js';
import { nativeEquivalent } from '../../../src/cel/regex-native.js';
import { CelError } from '../../../src/cel/values.js';

describe('the native engine runs', () => {
  test.each([
    '^registry\\.example\\.com/[a-z0-9/._-]+:[a-z0-9._-]+$',
    '^[a-z0-9]+(-[a-z0-9]+)*$',
    '^(foo|bar)$',
    '^v[0-9]+(\\.[0-9]+){0,2}$',
    'latest',
    '^sha256:[0-9a-f]{64}$',
    '^(?:a|b)?c',
    '^[^:/]+/[^:]+:v[0-9]+$',
    '^docker\\.io/.*$',
  ])('%s', (source) => expect(nativeEquivalent(source)).toBeInstanceOf(RegExp));
});

describe('the native engine does not run', () => {
  test.each([
    ['^(a+)+$', 'nested repeats of the same character'],
    ['^(a|a)*$', 'a choice that one character does not decide'],
    ['^[a-z]*[a-y]$', 'a repeat that may end before what it repeats'],
    ['[a-z]+x', 'an unbounded pattern tried at every position'],
    ['^.*x$', 'a dot that may be what follows it'],
    ['^[^a]$', 'one character of a negated class, which may be two units'],
    ['^.{2}$', 'a number of any characters'],
    ['(?i)abc', 'flags'],
    ['^(a)\\1$', 'a back-reference'],
    ['^\\bword$', 'a word boundary'],
    ['^(?=a)a$', 'a lookahead'],
    ['^a*?$', 'a lazy repeat'],
    ['^a|b$', 'anchors inside a choice'],
    ['^[[:alpha:]]$', 'a named class'],
    ['^é$', 'other than ASCII'],
    ['^(a?){9}$', 'a repeat of what may be empty'],
    ['a$b', 'an anchor in the middle'],
  ])('%s: %s', (source) => expect(nativeEquivalent(source)).toBe(undefined));
});

describe('a pattern', () => {
  test.each([
    ['(', 'error parsing regexp: missing closing ): `(`'],
    ['a{2,1}', 'error parsing regexp: invalid repeat count: `{2,1}`'],
    ['\\1', 'error parsing regexp: invalid escape sequence: `\\1`'],
    ['(?=a)', 'error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ])('that RE2 refuses is an error: %s', (source, message) => {
    expect(compilePattern(source)).toEqual(new CelError(message));
  });

  test.each([
    '^(a+)+$',
    '^(a|aa)+$',
    '^([a-zA-Z]+)*$',
    '(x+x+)+y',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
  ])('runs in linear time: %s', (source) => {
    const pattern = compilePattern(source);
    if (pattern instanceof CelError) throw new Error(pattern.message);
    const start = process.hrtime.bigint();
    pattern.test(`${'a'.repeat(20_000)}!`);
    // Exponential takes longer than the universe; the bound only has to tell them apart.
    expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(10);
  });
});

describe('native and RE2 agree', () => {
  const atoms = fc.constantFrom(
    'a',
    'b',
    '-',
    '\\.',
    '[a-c]',
    '[0-9]',
    '\\d',
    '\\w',
    '[a-z0-9.-]',
    '(?:a|b)',
    '(ab|cd)',
    '(a-)',
    '.',
    '[^a]',
    '[^:-]',
    ':',
  );
  const quantifiers = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{2,}');
  const bodies = fc.array(fc.tuple(atoms, quantifiers), { minLength: 1, maxLength: 5 });
  const patterns = fc
    .tuple(fc.constantFrom('', '^'), bodies, fc.constantFrom('', '$'))
    .map(([start, parts, end]) => `${start}${parts.map((part) => part.join('')).join('')}${end}`);
  const texts = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', 'b', 'c', 'd', '0', '1', '-', '.', ':', '\n', 'é', '😀'),
      maxLength: 12,
    }),
    fc.stringMatching(/^[abcd01.:-]{0,12}$/),
  );

  test('on every pattern that is let through', () => {
    let native = 0;
    fc.assert(
      fc.property(patterns, fc.array(texts, { minLength: 5, maxLength: 15 }), (source, candidates) => {
        const regex = nativeEquivalent(source);
        if (regex === undefined) return;
        native++;
        const re2 = RE2JS.compile(source);
        for (const text of candidates)
          expect([source, text, regex.test(text)]).toEqual([source, text, re2.test(text)]);
      }),
      { numRuns: 5000 },
    );
    expect(native).toBeGreaterThan(500);
  });

  test('and the native one never does more than a bounded number of steps a character', () => {
    fc.assert(
      fc.property(patterns, fc.constantFrom('a', 'ab', 'a-', '0', 'a.0-'), (source, unit) => {
        const regex = nativeEquivalent(source);
        if (regex === undefined) return;
        const start = process.hrtime.bigint();
        regex.test(`${unit.repeat(20_000)}!`);
        expect(Number(process.hrtime.bigint() - start) / 1e9).toBeLessThan(1);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the cache of patterns', () => {
  test('keeps the ones last used and no more than its size', () => {
    const cache = new PatternCache();
    const first = cache.get('first');
    for (let index = 0; index < 255; index++) cache.get(`p${index}`);
    expect(cache.get('first')).toBe(first);
    const dropped = cache.get('p0');
    for (let index = 0; index < 300; index++) cache.get(`q${index}`);
    expect(cache.get('p0')).not.toBe(dropped);
  });
});
