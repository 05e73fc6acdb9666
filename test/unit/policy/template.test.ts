import { describe, expect, test } from '@jest/globals';
import { parseTemplate } from '../../../src/policy/template.js';

const text = (value: string) => ({ kind: 'text', text: value });
const expression = (source: string, offset: number) => ({ kind: 'expression', source, offset });

describe('a message template', () => {
  test.each([
    ['plain text', 'no braces', [text('no braces')]],
    ['an expression in text', 'a {item.name} b', [text('a '), expression('item.name', 3), text(' b')]],
    ['doubled braces are braces', '{{a}} {b}', [text('{a} '), expression('b', 7)]],
    ['a map literal inside', "{{'a': 1}['a']}", undefined],
    ['a map literal with a space', "{ {'a': 1}['a'] }", [expression("{'a': 1}['a']", 1)]],
    ['a brace in a string', "{'}'}", [expression("'}'", 1)]],
    ['an escaped quote in a string', "{'\\'}'}", [expression("'\\'}'", 1)]],
    ['nothing at all', '', []],
  ])('%s', (_name, template, parts) => {
    const parsed = parseTemplate(template);
    if (parts === undefined) expect(parsed.ok).toBe(false);
    else expect(parsed).toEqual({ ok: true, parts });
  });

  test.each([
    ['an opening brace that is never closed', 'a {b', 2, 'never closed'],
    ['a closing brace alone', 'a } b', 2, 'without an opening one'],
    ['an empty expression', 'a { } b', 2, 'no expression'],
  ])('refuses %s with its place', (_name, template, offset, message) => {
    expect(parseTemplate(template)).toEqual({ ok: false, offset, message: expect.stringContaining(message) });
  });
});
