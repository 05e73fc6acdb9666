// Quoted names of a path: 'app.kubernetes.io/name', "it's". Source of truth: RFC 9535, section 2.3.1.

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['/', '/'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
]);
const UNICODE = /^u([0-9a-fA-F]{4})$/;
const ESCAPED = /\\(u[0-9a-fA-F]{4}|[\s\S])/g;

/** The name between the quotes of `text`; undefined where it holds control characters or an unknown escape. */
export function unquoteName(text: string): string | undefined {
  const content = text.slice(1, -1);
  if ([...content].some((character) => character < ' ')) return undefined;
  let known = true;
  const name = content.replace(ESCAPED, (_whole, sequence: string) => {
    const code = UNICODE.exec(sequence)?.[1];
    const character =
      code === undefined ? ESCAPES.get(sequence) : String.fromCharCode(Number.parseInt(code, 16));
    if (character === undefined) known = false;
    return character ?? '';
  });
  return known && name.isWellFormed() ? name : undefined;
}
