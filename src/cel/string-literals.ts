// Decodes and encodes string and bytes literals. Source of truth: google/cel-spec, doc/langdef.md ("String and
// Bytes Values") and cel-go's parser/unescape.go.

export type Decoded<T> = { ok: true; value: T } | { ok: false; message: string };

const SIMPLE: ReadonlyMap<string, number> = new Map([
  ['a', 7], ['b', 8], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11],
  ['\\', 92], ["'", 39], ['"', 34], ['`', 96], ['?', 63],
]); // biome-ignore format: a table
/** Number of digits after the escape letter, and their base. */
const NUMERIC: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['x', [2, 16]],
  ['X', [2, 16]],
  ['u', [4, 16]],
  ['U', [8, 16]],
]);

/** The value of a string literal's text, prefix and quotes included. */
export function decodeString(literal: string): Decoded<string> {
  let value = '';
  const problem = decode(literal, false, (codePoint, text) => {
    value += text ?? String.fromCodePoint(codePoint);
  });
  return problem === undefined ? { ok: true, value } : { ok: false, message: problem };
}

/** The bytes of a bytes literal's text; `\x` and octal escapes are bytes, all else is UTF-8. */
export function decodeBytes(literal: string): Decoded<Uint8Array> {
  const parts: Uint8Array[] = [];
  const encoder = new TextEncoder();
  const problem = decode(literal.slice(1), true, (codePoint, text) => {
    parts.push(text === undefined ? Uint8Array.of(codePoint) : encoder.encode(text));
  });
  if (problem !== undefined) return { ok: false, message: problem };
  const value = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    value.set(part, at);
    at += part.length;
  }
  return { ok: true, value };
}

/** Gives runs of plain text and single escaped code points (bytes, for `\x` and octal in bytes) to `emit`. */
function decode(
  literal: string,
  bytes: boolean,
  emit: (codePoint: number, text: string | undefined) => void,
): string | undefined {
  const raw = literal[0] === 'r' || literal[0] === 'R';
  const quoted = raw ? literal.slice(1) : literal;
  const width = quoted.length >= 6 && (quoted.startsWith('"""') || quoted.startsWith("'''")) ? 3 : 1;
  const content = quoted.slice(width, -width).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  if (raw || !content.includes('\\')) {
    emit(0, content);
    return undefined;
  }
  for (let at = 0; at < content.length; ) {
    const backslash = content.indexOf('\\', at);
    if (backslash !== at) {
      emit(0, content.slice(at, backslash === -1 ? content.length : backslash));
      if (backslash === -1) break;
      at = backslash;
    }
    const letter = content[at + 1] ?? '';
    const simple = SIMPLE.get(letter);
    if (simple !== undefined) {
      emit(simple, String.fromCodePoint(simple));
      at += 2;
      continue;
    }
    const octal = letter >= '0' && letter <= '3';
    const [digits, base] = octal ? [3, 8] : (NUMERIC.get(letter) ?? [0, 0]);
    if (digits === 0) return 'unable to unescape string';
    const from = octal ? at + 1 : at + 2;
    const text = content.slice(from, from + digits);
    if (text.length !== digits || !(base === 8 ? /^[0-7]+$/ : /^[0-9a-fA-F]+$/).test(text)) {
      return 'unable to unescape string';
    }
    const codePoint = Number.parseInt(text, base);
    if (bytes && (octal || letter === 'x' || letter === 'X')) {
      emit(codePoint, undefined);
    } else {
      if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff))
        return 'invalid unicode code point';
      if (bytes) return 'unable to unescape string: \\u escapes are not allowed in bytes';
      emit(codePoint, String.fromCodePoint(codePoint));
    }
    at = from + digits;
  }
  return undefined;
}

const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'], ['"', '\\"'], ['\n', '\\n'], ['\r', '\\r'], ['\t', '\\t'],
  ['\x07', '\\a'], ['\b', '\\b'], ['\f', '\\f'], ['\v', '\\v'],
]); // biome-ignore format: a table

/** A string as a double-quoted literal. */
export function encodeString(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape
  const escaped = value.replace(/[\\"\x00-\x1f\x7f\u2028\u2029]/g, (character) => {
    const code = character.charCodeAt(0);
    return NAMED_ESCAPES.get(character) ?? `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** Bytes as a `b"..."` literal. */
export function encodeBytes(value: Uint8Array): string {
  let text = '';
  for (const byte of value) {
    const character = String.fromCharCode(byte);
    if (byte >= 0x20 && byte < 0x7f && byte !== 0x5c && byte !== 0x22) text += character;
    else text += NAMED_ESCAPES.get(character) ?? `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `b"${text}"`;
}
