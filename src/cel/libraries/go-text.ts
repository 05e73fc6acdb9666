// Text as Go's standard library writes it into error messages, and strings as the bytes Go sees in them. Source of truth:
// Go's strconv.Quote.
const NAMED: ReadonlyMap<string, string> = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** What Go prints as it is: letters, marks, numbers, punctuation, symbols and the plain space. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** `%q`: the text in double quotes, with everything unprintable escaped. */
export function goQuote(text: string): string {
  let quoted = '';
  for (const character of text) {
    quoted += NAMED.get(character) ?? (PRINTABLE.test(character) ? character : escaped(character));
  }
  return `"${quoted}"`;
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // A surrogate of its own is no text in Go, where strings are UTF-8.
  if (code >= 0xd800 && code <= 0xdfff) return '\ufffd';
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function hex(code: number, width: number): string {
  return code.toString(16).padStart(width, '0');
}

/** The UTF-8 bytes of a text as a string of one character a byte. */
export function toByteText(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of UTF-8 bytes; what is no UTF-8 becomes U+FFFD. */
export function fromByteText(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** `%q` of bytes: those that are no UTF-8 print as `\xff`. */
export function goQuoteBytes(bytes: string): string {
  const text = fromByteText(bytes);
  if (!text.includes('\ufffd')) return goQuote(text);
  let quoted = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    const character = fromByteText(bytes.slice(at, at + Math.max(length, 1)));
    quoted += length === 0 ? `\\x${hex(bytes.charCodeAt(at), 2)}` : goQuote(character).slice(1, -1);
    at += Math.max(length, 1);
  }
  return `"${quoted}"`;
}

/** How many bytes the UTF-8 sequence at a position has; 0 where there is none. */
function sequenceLength(bytes: string, at: number): number {
  for (let length = 1; length <= 4; length++) {
    const character = fromByteText(bytes.slice(at, at + length));
    const whole = toByteText(character) === bytes.slice(at, at + length);
    if (whole && at + length <= bytes.length) return length;
  }
  return 0;
}
