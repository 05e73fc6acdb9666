// YAML and JSON files as kubectl would send them, with the position of every field. npm yaml parses the syntax; what a
// scalar means is ours (yaml-scalar.ts), since kubectl's reader follows neither YAML 1.1 nor 1.2 to the letter.
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { FieldPath } from './field-path.js';
import type { JsonValue } from './json.js';
import { parseJsonText } from './parse-json.js';
import { indentContinuations } from './yaml-continuations.js';
import { resolvePlainScalar } from './yaml-scalar.js';

/** A place in a text, counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** One document of a file. */
export interface TextDocument {
  readonly value: JsonValue;
  /** Where the field at `path` stands, or its nearest parent that is there. */
  positionOf(path: FieldPath): TextPosition;
}

export interface TextProblem extends TextPosition {
  readonly level: 'error' | 'warning';
  readonly message: string;
}

export interface TextDocuments {
  readonly documents: readonly TextDocument[];
  readonly problems: readonly TextProblem[];
}

/** Aliases may expand to this many nodes in all; more is a "billion laughs" attack, not a manifest. */
const MAX_ALIASED = 200_000;
const MAX_DEPTH = 1_000;

/** Complaints of the parser about what kubectl's reader accepts. */
const ACCEPTED_BY_KUBECTL = new Set(['BAD_INDENT', 'TAB_AS_INDENT']);

class Unreadable extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface Reading {
  readonly document: Document.Parsed;
  readonly duplicates: { readonly key: string; readonly offset: number }[];
  /** What each alias stands for: finding it walks the whole document. */
  readonly targets: Map<Alias, unknown>;
  /** How many aliases the reading is inside of, and how many nodes were read so. */
  inside: number;
  aliased: number;
}

const offsetOf = (node: { readonly range?: readonly number[] | null | undefined }): number =>
  node.range?.[0] ?? 0;

function readScalar(node: Scalar): JsonValue {
  const text = typeof node.source === 'string' ? node.source : String(node.value ?? '');
  const offset = offsetOf(node);
  switch (node.tag) {
    case '!!str':
    case 'tag:yaml.org,2002:str':
      return text;
    case '!!binary':
    case 'tag:yaml.org,2002:binary':
      return Buffer.from(text, 'base64').toString('utf8');
    default:
  }
  const typed = /^(?:!!|tag:yaml\.org,2002:)(?:int|float|bool|null)$/.test(node.tag ?? '');
  if (node.type !== 'PLAIN' && !typed) return text;
  const value = resolvePlainScalar(text);
  if (value === undefined) throw new Unreadable(`${text} is a number that JSON cannot hold`, offset);
  return value;
}

/** Keys are strings in JSON: numbers and booleans become their text, as kubectl does. */
function readKey(node: unknown, reading: Reading): string {
  if (isScalar(node)) {
    const key = readScalar(node);
    if (key === null) throw new Unreadable('a field name cannot be null', offsetOf(node));
    return String(key);
  }
  if (isAlias(node)) return readKey(node.resolve(reading.document), reading);
  throw new Unreadable('a field name must be a string', node === null ? 0 : offsetOf(node as ParsedNode)); // a node
}

const isMergeKey = (node: unknown): boolean =>
  isScalar(node) && node.type === 'PLAIN' && node.source === '<<';

/** `<<: *base` or `<<: [*a, *b]`: fields that are not stated otherwise. */
function mergeInto(target: Map<string, JsonValue>, node: unknown, reading: Reading, depth: number): void {
  const merged = readNode(node, reading, depth);
  for (const part of Array.isArray(merged) ? merged : [merged]) {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) {
      throw new Unreadable(
        'map merge requires map or sequence of maps as the value',
        offsetOf(node as ParsedNode),
      ); // a node
    }
    for (const [key, value] of Object.entries(part))
      if (!target.has(key)) target.set(key, value as JsonValue); // of JSON
  }
}

function readMap(node: YAMLMap, reading: Reading, depth: number): JsonValue {
  const fields = new Map<string, JsonValue>();
  const merges: unknown[] = [];
  for (const pair of node.items) {
    if (isMergeKey(pair.key)) {
      merges.push(pair.value);
      continue;
    }
    const key = readKey(pair.key, reading);
    if (fields.has(key)) reading.duplicates.push({ key, offset: offsetOf(pair.key as ParsedNode) }); // it was read as a key
    fields.set(key, readNode(pair.value, reading, depth));
  }
  for (const merge of merges) mergeInto(fields, merge, reading, depth);
  return fromEntries(fields);
}

/** Like Object.fromEntries, which also makes `__proto__` an own property. */
function fromEntries(fields: Map<string, JsonValue>): JsonValue {
  return Object.fromEntries(fields);
}

function resolveAlias(node: Alias, reading: Reading): unknown {
  const known = reading.targets.get(node);
  if (known !== undefined) return known;
  const target = node.resolve(reading.document);
  if (target === undefined)
    throw new Unreadable(`unknown anchor '${node.source}' referenced`, offsetOf(node));
  reading.targets.set(node, target);
  return target;
}

function readAlias(node: Alias, reading: Reading, depth: number): JsonValue {
  const target = resolveAlias(node, reading);
  reading.inside++;
  const value = readNode(target, reading, depth + 1);
  reading.inside--;
  return value;
}

function readNode(node: unknown, reading: Reading, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw new Unreadable(`is nested deeper than ${MAX_DEPTH} levels`, 0);
  if (reading.inside > 0 && ++reading.aliased > MAX_ALIASED)
    throw new Unreadable(`its aliases expand to more than ${MAX_ALIASED} nodes`, 0);
  if (isScalar(node)) return readScalar(node);
  if (isMap(node)) return readMap(node, reading, depth + 1);
  if (isSeq(node)) return node.items.map((item) => readNode(item, reading, depth + 1));
  if (isAlias(node)) return readAlias(node, reading, depth);
  return null;
}

/** The node of the last step of `path` that is there: the key of a field, the item of a list. */
function nodeAt(document: Document.Parsed, path: FieldPath): unknown {
  let value: unknown = document.contents;
  let found: unknown = value;
  for (const step of path) {
    if (isAlias(value)) value = value.resolve(document);
    if (isMap(value)) {
      const pair = value.items.find(
        (item) => isScalar(item.key) && String(item.key.source ?? item.key.value) === String(step),
      );
      if (pair === undefined) break;
      found = pair.key;
      value = pair.value;
    } else if (isSeq(value)) {
      value = value.items[Number(step)];
      if (value === undefined) break;
      found = value;
    } else break;
  }
  return found;
}

function positionIn(document: Document.Parsed, lines: LineCounter, path: FieldPath): TextPosition {
  const node = nodeAt(document, path);
  const { line, col } = lines.linePos(
    node === null ? (document.range?.[0] ?? 0) : offsetOf(node as ParsedNode),
  ); // a node
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function readDocument(
  document: Document.Parsed,
  lines: LineCounter,
  problems: TextProblem[],
): TextDocument | undefined {
  const problem = (level: TextProblem['level'], message: string, offset: number): void => {
    const { line, col } = lines.linePos(offset);
    problems.push({ level, message, line: Math.max(line, 1), column: Math.max(col, 1) });
  };
  const errors = document.errors.filter((error) => !ACCEPTED_BY_KUBECTL.has(error.code));
  for (const error of errors)
    problem('error', error.message.split('\n')[0]?.replace(/ at line .*$/, '') ?? '', error.pos[0]);
  if (errors.length > 0 || document.contents === null) return undefined;
  const reading: Reading = { document, duplicates: [], targets: new Map(), inside: 0, aliased: 0 };
  try {
    const value = readNode(document.contents, reading, 0);
    for (const { key, offset } of reading.duplicates) {
      problem('warning', `the field ${key} stands twice; the last one counts`, offset);
    }
    return value === null ? undefined : { value, positionOf: (path) => positionIn(document, lines, path) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    problem('error', error.message, error.offset);
    return undefined;
  }
}

function parseYaml(text: string): TextDocuments {
  const lines = new LineCounter();
  const problems: TextProblem[] = [];
  try {
    const parsed = parseAllDocuments(text, {
      schema: 'failsafe',
      uniqueKeys: false,
      lineCounter: lines,
      merge: false,
      logLevel: 'silent',
    });
    const documents = (Array.isArray(parsed) ? parsed : []).flatMap(
      (document) => readDocument(document, lines, problems) ?? [],
    );
    return { documents, problems };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      documents: [],
      problems: [{ level: 'error', message: 'is nested too deeply to be read', line: 1, column: 1 }],
    };
  }
}

/** A position in JSON text needs a parse that keeps positions; it is made when one is asked for. */
function jsonDocument(text: string, value: JsonValue): TextDocument {
  let positioned: TextDocument | undefined;
  return {
    value,
    positionOf(path) {
      positioned ??= parseYaml(text).documents[0];
      return positioned?.positionOf(path) ?? { line: 1, column: 1 };
    },
  };
}

/**
 * Reads a text of YAML documents or one JSON document. Documents with nothing in them are left out. A document that
 * cannot be read is a problem with its place; the others are still given.
 */
export function readDocuments(text: string): TextDocuments {
  const content = text.startsWith('\ufeff') ? text.slice(1) : text;
  if (/^\s*[{[]/.test(content)) {
    const json = parseJsonText(content);
    if (json.ok) return { documents: [jsonDocument(content, json.value)], problems: [] };
  }
  const parsed = parseYaml(content);
  if (!parsed.problems.some(({ level }) => level === 'error')) return parsed;
  const again = parseYaml(indentContinuations(content));
  return again.problems.some(({ level }) => level === 'error') ? parsed : again;
}
