// The grammar of the patterns that may run on JavaScript's engine, and sets of characters. What is not of this grammar is refused:
// it goes to re2js. Source of truth for what RE2 takes a pattern for: github.com/google/re2 (wiki/Syntax).

/** A set of code units as sorted, disjoint ranges. */
export type CharSet = readonly (readonly [number, number])[];

export type Node =
  | { readonly kind: 'set'; readonly set: CharSet; readonly wide?: true }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number };

/** All code units. */
const ANY: CharSet = [[0, 0xffff]];
const MAX_REPEAT = 1_000;

/** Parses a pattern without its outer anchors; undefined where it is not of the grammar. */
export function parseNative(source: string): Node | undefined {
  return new NativeParser(source).parse();
}

class NativeParser {
  private at = 0;
  private depth = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  parse(): Node | undefined {
    const node = this.choice();
    return this.at === this.source.length ? node : undefined;
  }

  private choice(): Node | undefined {
    if (++this.depth > 20) return undefined;
    const options: Node[] = [];
    do {
      const option = this.sequence();
      if (option === undefined) return undefined;
      options.push(option);
    } while (this.take('|'));
    this.depth--;
    return options.length === 1 ? options[0] : { kind: 'choice', options };
  }

  private sequence(): Node | undefined {
    const parts: Node[] = [];
    while (this.at < this.source.length && !this.is('|') && !this.is(')')) {
      const atom = this.atom();
      if (atom === undefined) return undefined;
      const part = this.quantified(atom);
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return { kind: 'sequence', parts };
  }

  private is(text: string): boolean {
    return this.source.startsWith(text, this.at);
  }

  private take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at += text.length;
    return true;
  }

  private quantified(body: Node): Node | undefined {
    let range: readonly [number, number] | undefined;
    if (this.take('*')) range = [0, Infinity];
    else if (this.take('+')) range = [1, Infinity];
    else if (this.take('?')) range = [0, 1];
    else if (this.is('{')) {
      const bounds = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.source.slice(this.at));
      if (bounds === null) return undefined;
      this.at += bounds[0].length;
      const min = Number(bounds[1]);
      range = [min, bounds[2] === undefined ? min : bounds[3] === undefined ? Infinity : Number(bounds[3])];
    }
    const [min, max] = range ?? [1, 1];
    // A character outside the basic plane is two units here and one in RE2: no matter, if any number may follow.
    if (body.kind === 'set' && body.wide && (min > 1 || max !== Infinity)) return undefined;
    if (range === undefined) return body;
    if (min > max || min > MAX_REPEAT || (max !== Infinity && max > MAX_REPEAT)) return undefined;
    // A second quantifier makes the first lazy or is an error; an empty body could repeat for ever.
    if (this.is('?') || this.is('*') || this.is('+') || this.is('{') || nullable(body)) return undefined;
    return { kind: 'repeat', body, min, max };
  }

  private atom(): Node | undefined {
    const character = this.source[this.at] as string;
    if (this.take('(')) {
      if (this.is('?') && !this.take('?:')) return undefined;
      const inner = this.choice();
      return inner !== undefined && this.take(')') ? inner : undefined;
    }
    if (character === '[') return this.characterClass();
    if (this.take('.')) return { kind: 'set', set: without(single('\n')), wide: true };
    const set = this.character();
    return set === undefined ? undefined : { kind: 'set', set };
  }

  /** One plain or escaped character, or a class such as `\d`. */
  private character(): CharSet | undefined {
    const character = this.source[this.at++] as string;
    if (character !== '\\') return '^$.*+?()[]{}|'.includes(character) ? undefined : single(character);
    const escaped = this.source[this.at++];
    if (escaped === undefined) return undefined;
    if (escaped === 'd') return [[48, 57]];
    if (escaped === 'w')
      return [
        [48, 57],
        [65, 90],
        [95, 95],
        [97, 122],
      ];
    return /^[A-Za-z0-9]$/.test(escaped) ? undefined : single(escaped);
  }

  private characterClass(): Node | undefined {
    this.at++;
    const negated = this.take('^');
    if (this.is(']') || this.is('[')) return undefined;
    let set: CharSet = [];
    while (!this.take(']')) {
      if (this.at >= this.source.length || this.is('[')) return undefined;
      const plain = this.source[this.at] as string;
      const low = plain !== '\\' ? single(this.source[this.at++] as string) : this.character();
      if (low === undefined) return undefined;
      if (this.is('-') && this.source[this.at + 1] !== ']') {
        this.at++;
        const next = this.source[this.at];
        if (next === undefined || next === '[') return undefined;
        const high = next !== '\\' ? single(this.source[this.at++] as string) : this.character();
        const [from, to] = [low[0], high?.[0]];
        if (low.length !== 1 || high?.length !== 1 || from?.[0] !== from?.[1] || to?.[0] !== to?.[1])
          return undefined;
        if (from === undefined || to === undefined || from[0] > to[0]) return undefined;
        set = union(set, [[from[0], to[0]]]);
      } else {
        set = union(set, low);
      }
    }
    return negated ? { kind: 'set', set: without(set), wide: true } : { kind: 'set', set };
  }
}

/** All code units but those of a set. */
function without(set: CharSet): CharSet {
  return set.reduce<CharSet>(
    (rest, [low, high]) =>
      rest.flatMap(([from, to]) =>
        [[from, Math.min(to, low - 1)] as const, [Math.max(from, high + 1), to] as const].filter(
          ([one, other]) => one <= other,
        ),
      ),
    ANY,
  );
}

function single(character: string): CharSet {
  const code = character.charCodeAt(0);
  return [[code, code]];
}

export function union(left: CharSet, right: CharSet): CharSet {
  const sorted = [...left, ...right].sort((one, other) => one[0] - other[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

export function disjoint(left: CharSet, right: CharSet): boolean {
  return left.every(([from, to]) => right.every(([otherFrom, otherTo]) => to < otherFrom || otherTo < from));
}

/** Whether a node may match the empty text. */
export function nullable(node: Node): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'sequence':
      return node.parts.every(nullable);
    case 'choice':
      return node.options.some(nullable);
    case 'repeat':
      return node.min === 0 || nullable(node.body);
  }
}
