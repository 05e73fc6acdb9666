import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../../../src/cel/index.js';
import { ask, kubernetes, rows } from './answers.js';

describe('URLs', () => {
  test.each(
    rows(
      ["isURL('https://user:pass@example.com:80/path?a=b#f')", 'true'],
      ["isURL('/path')", 'true'],
      ["isURL('path')", 'false'],
      ["isURL('')", 'false'],
      ["isURL('http://a b')", 'false'],
      ["isURL('../up')", 'false'],
      ["isURL('*')", 'true'],
      ["isURL('http://[::1]:x/')", 'false'],
      ["isURL('http://example.com:80:90')", 'false'],
      ["isURL('postgres://a:1,b:2/db')", 'true'],
      ["url('https://example.com/a?b=c#d')", 'kubernetes.URL https://example.com/a?b=c#d'],
      [
        "url('http://a b')",
        'error: URL parse error during conversion from string: parse "http://a b": invalid character " " in host name',
      ],
      [
        "url('a')",
        'error: URL parse error during conversion from string: parse "a": invalid URI for request',
      ],
      ["url('')", 'error: URL parse error during conversion from string: parse "": empty url'],
      [
        "url(':a')",
        'error: URL parse error during conversion from string: parse ":a": missing protocol scheme',
      ],
      [
        "url('http://%zz')",
        'error: URL parse error during conversion from string: parse "http://%zz": invalid URL escape "%zz"',
      ],
      [
        "url('http://a/%zz')",
        'error: URL parse error during conversion from string: parse "http://a/%zz": invalid URL escape "%zz"',
      ],
      [
        "url('http://[::1')",
        'error: URL parse error during conversion from string: parse "http://[::1": missing \']\' in host',
      ],
      [
        "url('http://[1.2.3.4]')",
        'error: URL parse error during conversion from string: parse "http://[1.2.3.4]": invalid IP-literal',
      ],
      [
        "url('http://[::1]x')",
        'error: URL parse error during conversion from string: parse "http://[::1]x": invalid port "x" after host',
      ],
      [
        "url('http://x:y')",
        'error: URL parse error during conversion from string: parse "http://x:y": invalid port ":y" after host',
      ],
      [
        "url('http://a\\u007f')",
        'error: URL parse error during conversion from string: parse "http://a\\x7f": net/url: invalid control character in URL',
      ],
      [
        "url('http://a\\\"b@c')",
        'error: URL parse error during conversion from string: parse "http://a\\"b@c": net/url: invalid userinfo',
      ],
      ["url('HTTPS://example.com').getScheme()", '"https"'],
      ["url('/path').getScheme()", '""'],
      ["url('https://user@example.com:80/').getHost()", '"example.com:80"'],
      ["url('https://[fe80::1%25en0]:80/').getHost()", '"[fe80::1%en0]:80"'],
      ["url('https://[::1]:80/').getHostname()", '"::1"'],
      ["url('https://example.com').getHostname()", '"example.com"'],
      ["url('https://example.com:8080').getPort()", '"8080"'],
      ["url('https://example.com').getPort()", '""'],
      ["url('https://example.com:').getPort()", '""'],
      ["url('https://example.com/a b/%2fc').getEscapedPath()", '"/a%20b//c"'],
      ["url('https://example.com/é').getEscapedPath()", '"/%C3%A9"'],
      ["url('https://example.com').getEscapedPath()", '""'],
      ["url('mailto:a@b').getEscapedPath()", '""'],
      ["url('https://x/?k1=a&k2=b&k1=c&d').getQuery()", '{"k1": ["a", "c"], "k2": ["b"], "d": [""]}'],
      ["url('https://x/?a=%41+b&c;d=1&%zz=2').getQuery()", '{"a": ["A b"]}'],
      ["url('https://x/').getQuery()", '{}'],
      ["url('https://x/a') == url('https://x/a')", 'true'],
      ["url('https://x/a') == url('https://x/b')", 'false'],
      ["url('http://h/#a%20b') == url('http://h/#a b')", 'true'],
      ['url(x)', 'error: no such overload: url(int)', { x: 1 }],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values, kubernetes).text).toBe(expected);
  });

  test.each<readonly [source: string, cost: number, values: Readonly<Record<string, Json>>]>([
    ['url(x)', 4, { x: 'https://example.com/path' }],
    ['isURL(x)', 2, { x: 'https://example.com/path' }],
    ['url(x).getHost()', 5, { x: 'https://example.com/path' }],
  ])('%s costs %i', (source, cost, values) => {
    expect(ask(source, values, kubernetes).cost).toBe(cost);
  });
});
