import { describe, expect, test } from '@jest/globals';

import { ask, rows } from './answers.js';

describe('base64', () => {
  test.each(
    rows(
      ["base64.encode(b'hello')", '"aGVsbG8="'],
      ["base64.encode(b'')", '""'],
      ["base64.decode('aGVsbG8=')", 'bytes 68656c6c6f'],
      ["base64.decode('aGVsbG8')", 'bytes 68656c6c6f'],
      ["base64.decode('aGVs\\nbG8=')", 'bytes 68656c6c6f'],
      ["base64.decode('')", 'bytes '],
      ["base64.decode('z')", 'error: illegal base64 data at input byte 0'],
      ["base64.decode('aGVsbG8==')", 'error: illegal base64 data at input byte 7'],
      ["base64.decode('a b')", 'error: illegal base64 data at input byte 1'],
    ),
  )('%s gives %s', (source, expected, values) => {
    expect(ask(source, values).text).toBe(expected);
  });
});
