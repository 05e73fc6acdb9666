// Finds the patterns that JavaScript's backtracking engine may run: those of a small grammar in which the next character
// always decides what to do (the pattern is deterministic, LL(1)), so that nothing is ever tried twice, and whose
// parts are written out anew with RE2's meaning (ASCII classes, `.` without newline only, `$` at the end only).
// Everything else is refused, and goes to re2js: to be too strict costs speed, to be too lenient would cost safety.

import { type CharSet, disjoint, type Node, nullable, parseNative, union } from './regex-native-syntax.js';

/** Larger than any character: stands for the end of the text in the sets of what may follow. */
const END = 0x110000;
const MAX_SOURCE = 500;
/** Longest match of a pattern that is not anchored: it is tried at every position of the text. */
const MAX_UNANCHORED = 64;

/** A native expression that finds a match in exactly the texts RE2 would; undefined where that is not proven. */
export function nativeEquivalent(source: string): RegExp | undefined {
  if (source.length > MAX_SOURCE || !/^[\x20-\x7e]*$/.test(source)) return undefined;
  const start = source.startsWith('^');
  const end = /(?:^|[^\\])(?:\\\\)*\$$/.test(source);
  const node = parseNative(source.slice(start ? 1 : 0, end ? -1 : undefined));
  if (node === undefined) return undefined;
  if ((start || end) && node.kind === 'choice') return undefined;
  if (!start && longest(node) > MAX_UNANCHORED) return undefined;
  const follow: CharSet = end ? [[END, END]] : [];
  if (!deterministic(node, follow)) return undefined;
  return new RegExp(`${start ? '^' : ''}${print(node)}${end ? '$' : ''}`);
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
