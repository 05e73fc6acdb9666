// Finds the patterns that JavaScript's backtracking engine may run: those of a small grammar in which the next character
// always decides what to do (the pattern is deterministic, LL(1)), so that nothing is ever tried twice, and whose
// parts are written out anew with RE2's meaning (ASCII classes, `.` without newline only, `$` at the end only).
// Everything else is refused, and goes to re2js: to be too strict costs speed, to be too lenient would cost safety.

/** A set of code units as sorted, disjoint ranges. */
type CharSet = readonly (readonly [number, number])[];

type Node =
  | { readonly kind: 'set'; readonly set: CharSet; readonly wide?: true }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number };

/** All code units. */
const ANY: CharSet = [[0, 0xffff]];
/** Larger than any character: stands for the end of the text in the sets of what may follow. */
const END = 0x110000;
const MAX_SOURCE = 500;
const MAX_REPEAT = 1_000;
/** Longest match of a pattern that is not anchored: it is tried at every position of the text. */
const MAX_UNANCHORED = 64;

/** A native expression that finds a match in exactly the texts RE2 would; undefined where that is not proven. */
export function nativeEquivalent(source: string): RegExp | undefined {
  if (source.length > MAX_SOURCE || !/^[\x20-\x7e]*$/.test(source)) return undefined;
  const start = source.startsWith('^');
  const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(source);
  const parser = new NativeParser(source.slice(start ? 1 : 0, end ? -1 : undefined));
  const node = parser.parse();
  if (node === undefined) return undefined;
  if ((start || end) && node.kind === 'choice') return undefined;
  if (!start && longest(node) > MAX_UNANCHORED) return undefined;
  const follow: CharSet = end ? [[END, END]] : [];
  if (!deterministic(node, follow)) return undefined;
  return new RegExp(`${start ? '^' : ''}${print(node)}${end ? '$' : ''}`);
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

function union(left: CharSet, right: CharSet): CharSet {
  const sorted = [...left, ...right].sort((one, other) => one[0] - other[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

function disjoint(left: CharSet, right: CharSet): boolean {
  return left.every(([from, to]) => right.every(([otherFrom, otherTo]) => to < otherFrom || otherTo < from));
}

function nullable(node: Node): boolean {
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

/** The characters a match of the node may begin with. */
function first(node: Node): CharSet {
  switch (node.kind) {
    case 'set':
      return node.set;
    case 'sequence': {
      let set: CharSet = [];
      for (const part of node.parts) {
        set = union(set, first(part));
        if (!nullable(part)) break;
      }
      return set;
    }
    case 'choice':
      return node.options.map(first).reduce(union, []);
    case 'repeat':
      return node.max === 0 ? [] : first(node.body);
  }
}

function longest(node: Node): number {
  switch (node.kind) {
    case 'set':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + longest(part), 0);
    case 'choice':
      return Math.max(...node.options.map(longest));
    case 'repeat':
      return node.max === 0 ? 0 : longest(node.body) * node.max;
  }
}

/**
 * Whether the next character always decides, given what may follow the node. At the end of a pattern without `$`
 * nothing need follow: stopping early is a match too.
 */
function deterministic(node: Node, follow: CharSet): boolean {
  switch (node.kind) {
    case 'set':
      return true;
    case 'sequence': {
      let after = follow;
      for (const part of node.parts.toReversed()) {
        if (!deterministic(part, after)) return false;
        after = nullable(part) ? union(first(part), after) : first(part);
      }
      return true;
    }
    case 'choice': {
      const firsts = node.options.map(first);
      const decided = firsts.every((set, index) =>
        firsts.slice(index + 1).every((other) => disjoint(set, other)),
      );
      const empty = node.options.filter(nullable).length;
      const exits = empty === 0 || (empty === 1 && firsts.every((set) => disjoint(set, follow)));
      return decided && exits && node.options.every((option) => deterministic(option, follow));
    }
    case 'repeat': {
      const again = first(node.body);
      if (node.min !== node.max && !disjoint(again, follow)) return false;
      return deterministic(node.body, union(again, follow));
    }
  }
}

function print(node: Node): string {
  switch (node.kind) {
    case 'set':
      return printSet(node.set);
    case 'sequence':
      return node.parts.map(print).join('');
    case 'choice':
      return `(?:${node.options.map(print).join('|')})`;
    case 'repeat': {
      const body = node.body.kind === 'set' ? print(node.body) : `(?:${print(node.body)})`;
      return `${body}{${node.min},${node.max === Infinity ? '' : node.max}}`;
    }
  }
}

function printSet(set: CharSet): string {
  const unit = (code: number) => `\\u${code.toString(16).padStart(4, '0')}`;
  return `[${set.map(([from, to]) => (from === to ? unit(from) : `${unit(from)}-${unit(to)}`)).join('')}]`;
}
