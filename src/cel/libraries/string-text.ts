// `trim` and `strings.quote`, character by character. Source of truth: Go's strings.TrimSpace and cel-go's ext/strings.go.

/** What Go's unicode.IsSpace holds for space. */
const SPACES: ReadonlySet<string> = new Set(
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** The text without the space around it. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACES.has(text.charAt(start))) start++;
  while (end > start && SPACES.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
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

/** The text in double quotes, escaped so that CEL reads it back; a surrogate of its own becomes U+FFFD. */
export function quoteString(text: string): string {
  let escaped = '';
  for (const character of text.toWellFormed()) escaped += ESCAPES.get(character) ?? character;
  return `"${escaped}"`;
}
