import { describe, expect, test } from '@jest/globals';

import { ask, rows } from './answers.js';

describe('regex.extract, extractAll and replace', () => {
  test.each(
    rows(
      ["regex.extract('user@host', '@(.*)')", 'optional "host"'],
      ["regex.extract('abc', 'b')", 'optional "b"'],
      ["regex.extract('abc', 'x')", 'none'],
      ["regex.extract('abc', '(x)?b')", 'none'],
      [
        "regex.extract('a', '(a)(b)')",
        'error: regular expression has more than one capturing group: "(a)(b)"',
      ],
      [
        "regex.extract('a', '(')",
        'error: given regex is invalid: error parsing regexp: missing closing ): `(`',
      ],
      ["regex.extractAll('id:123, id:456', 'id:\\\\d+')", '["id:123", "id:456"]'],
      ["regex.extractAll('a1b2', '([0-9])')", '["1", "2"]'],
      ["regex.extractAll('abc', 'x')", '[]'],
      [
        "regex.extractAll('a', '(a)(b)')",
        'error: regular expression has more than one capturing group: "(a)(b)"',
      ],
      ["regex.replace('banana', 'a', 'x')", '"bxnxnx"'],
      ["regex.replace('banana', 'a', 'x', 2)", '"bxnxna"'],
      ["regex.replace('banana', 'a', 'x', 0)", '"banana"'],
      ["regex.replace('banana', 'a', 'x', -12)", '"bxnxnx"'],
      ["regex.replace('foo bar', '(fo)o (ba)r', r'\\2 \\1')", '"ba fo"'],
      ["regex.replace('test', '(.)', r'$2')", '"$2$2$2$2"'],
      [
        "regex.replace('id=123', r'id=(?P<value>\\d+)', r'value: \\values')",
        "error: invalid replacement string: 'value: \\values' \\ must be followed by a digit or \\",
      ],
      ["regex.replace('id=123', r'id=(?P<value>\\d+)', r'value: \\1')", '"value: 123"'],
      [
        "regex.replace('a', 'a', r'\\1')",
        'error: replacement string references group 1 but regex has only 0 group(s)',
      ],
      ["regex.replace('a', 'a', '\\\\')", "error: invalid replacement string: '\\' \\ not allowed at end"],
      ["regex.replace('a', '(', '')", 'error: error parsing regexp: missing closing ): `(`'],
      ["regex.replace('a', 'a', 'b', 2147483648)", 'error: integer overflow'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });
});
