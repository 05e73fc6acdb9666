// The one place that reads folders and files of documents: policies, manifests, fixtures, contexts, dumps.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  isJsonObject,
  type JsonObject,
  parseJsonText,
  readDocuments,
  type TextDocument,
  type TextPosition,
} from './kubernetes/index.js';
import { compareText, type PolicySource, type Problem } from './policy/index.js';

/** One document of a file, with the place of its fields; an item of a List counts as a document of its own. */
export interface SourceDocument extends PolicySource {
  /** Where the document itself starts. */
  readonly line: number;
}

/** What a file gave. Documents that cannot be read are problems, the others are still there. */
export interface SourceFile {
  readonly file: string;
  readonly documents: readonly SourceDocument[];
  readonly problems: readonly Problem[];
}

export interface ReadOptions {
  /** Which files of a folder are read; by default every YAML, JSON and NDJSON file. Files named outright always are. */
  readonly accepts?: (file: string) => boolean;
  /** Whether a file that was read need not be parsed. */
  readonly skips?: (text: string, file: string) => boolean;
  /** Bytes; larger files are a problem, not a crash. */
  readonly maxFileSize?: number;
}

const EXTENSIONS = new Set(['.yaml', '.yml', '.json', '.ndjson', '.jsonl']);
const MAX_FILE_SIZE = 512 * 1024 * 1024;

const problemIn = (file: string, message: string, line = 1, column = 1): Problem => ({
  level: 'error',
  position: { file, line, column },
  field: '',
  message,
});

function describe(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code; // only read, whatever was thrown
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES') return 'may not be read by this user';
  return error instanceof Error ? error.message : String(error);
}

/** Test suites stand beside policies and manifests but are neither. */
export const isTestFile = (file: string): boolean => /\.test\.ya?ml$/.test(file);

/** Kyverno's libraries keep tests in folders of this name. Only suites are looked for where other files would not be. */
const SEEN_THOUGH_HIDDEN: readonly string[] = ['.kyverno-test'];

async function filesBelow(
  folder: string,
  accepts: (file: string) => boolean,
  visited: Set<string>,
  into: string[],
): Promise<void> {
  const real = await realpath(folder);
  if (visited.has(real)) return;
  visited.add(real);
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((a, b) => compareText(a.name, b.name))) {
    if (entry.name.startsWith('.') && !SEEN_THOUGH_HIDDEN.includes(entry.name)) continue;
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (kind?.isDirectory()) await filesBelow(path, accepts, visited, into);
    else if (kind?.isFile() && EXTENSIONS.has(extname(entry.name).toLowerCase()) && accepts(path))
      into.push(path);
  }
}

/** Every file the paths name, folders walked in order of name; hidden entries and link loops are left out. */
export async function listFiles(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<{ readonly files: readonly string[]; readonly problems: readonly Problem[] }> {
  const files: string[] = [];
  const problems: Problem[] = [];
  const visited = new Set<string>();
  for (const path of paths) {
    try {
      if (path === '-' || (await stat(path)).isFile()) files.push(path);
      else await filesBelow(path, options.accepts ?? (() => true), visited, files);
    } catch (error) {
      problems.push(problemIn(path, describe(error)));
    }
  }
  return { files: [...new Set(files)], problems };
}

/** The documents inside a List, each with positions of its own; anything else is itself. */
function itemsOf(file: string, document: TextDocument): readonly SourceDocument[] {
  const { value } = document;
  const whole = { file, value, line: document.positionOf([]).line, positionOf: document.positionOf };
  if (
    !isJsonObject(value) ||
    typeof value.kind !== 'string' ||
    !value.kind.endsWith('List') ||
    !Array.isArray(value.items)
  ) {
    return [whole];
  }
  return value.items.map((item, index) => ({
    file,
    value: withKind(item as JsonObject, value), // checked by withKind
    get line() {
      return document.positionOf(['items', index]).line;
    },
    positionOf: (path) => document.positionOf(['items', index, ...path]),
  }));
}

/** Items of a typed list, as a raw API answer holds them, leave out what the list says of all of them. */
function withKind(item: JsonObject, list: JsonObject): JsonObject {
  if (!isJsonObject(item) || typeof item.kind === 'string' || list.kind === 'List') return item;
  const kind = String(list.kind).slice(0, -'List'.length);
  return { apiVersion: list.apiVersion ?? 'v1', kind, ...item };
}

/** Reads text that has already been loaded, e.g. from standard input. */
export function readText(file: string, text: string): SourceFile {
  if (/\.(ndjson|jsonl)$/.test(file) || isLinesOfJson(text)) return readLines(file, text.split('\n'));
  const { documents, problems } = readDocuments(text);
  return {
    file,
    documents: documents.flatMap((document) => itemsOf(file, document)),
    problems: problems.map(({ level, message, line, column }) => ({
      level,
      position: { file, line, column },
      field: '',
      message,
    })),
  };
}

/** Whether text is a stream of JSON, one value a line: neither YAML nor one JSON document would have its first line whole. */
function isLinesOfJson(text: string): boolean {
  if (!/^\s*[{[]/.test(text)) return false;
  const [first = '', ...rest] = text.trimStart().split('\n', 3);
  return /\S/.test(rest.join('')) && /^\s*[{[]/.test(rest.join('')) && parseJsonText(first).ok;
}

function readLines(file: string, lines: readonly string[]): SourceFile {
  const documents: SourceDocument[] = [];
  const problems: Problem[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const parsed = parseJsonText(line);
    const at = index + 1;
    const positionOf = (): TextPosition => ({ line: at, column: 1 });
    if (parsed.ok) documents.push(...itemsOf(file, { value: parsed.value, positionOf }));
    else problems.push(problemIn(file, parsed.problem.message, at, parsed.problem.column));
  }
  return { file, documents, problems };
}

class Unreadable extends Error {}

async function readStandardInput(maxSize: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxSize) throw new Unreadable(`is larger than ${maxSize} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** UTF-8, with or without a byte order mark; anything else is refused, since replacing bytes changes names. */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new Unreadable(`is not valid UTF-8 (byte ${invalidByte(bytes)})`);
  const text = bytes.toString('utf8');
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Where the first byte that is no UTF-8 stands, from 0: halved down to it. */
function invalidByte(bytes: Buffer): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    // A character cut by the end is no mistake yet.
    if ([0, 1, 2, 3].some((back) => middle - back >= 0 && isUtf8(bytes.subarray(0, middle - back))))
      good = middle;
    else bad = middle;
  }
  return good;
}

async function readOne(file: string, options: ReadOptions): Promise<SourceFile> {
  const maxSize = options.maxFileSize ?? MAX_FILE_SIZE;
  try {
    if (file === '-') return readText('<stdin>', textOf(await readStandardInput(maxSize)));
    const { size } = await stat(file);
    if (size > maxSize)
      return { file, documents: [], problems: [problemIn(file, `is larger than ${maxSize} bytes`)] };
    const text = textOf(await readFile(file));
    if (options.skips?.(text, file) === true) return { file, documents: [], problems: [] };
    return readText(file, text);
  } catch (error) {
    return { file, documents: [], problems: [problemIn(file, describe(error))] };
  }
}

/** Reads every file the paths name, one after the other, so that memory holds one at a time; `-` is standard input. */
export async function* readFiles(
  paths: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<SourceFile> {
  const { files, problems } = await listFiles(paths, options);
  if (problems.length > 0) yield { file: '', documents: [], problems };
  for (const file of files) yield await readOne(file, options);
}

/** All documents of the paths at once: for policies and contexts, which are small. */
export async function readAllFiles(
  paths: readonly string[],
  options: ReadOptions = {},
): Promise<{ readonly documents: readonly SourceDocument[]; readonly problems: readonly Problem[] }> {
  const documents: SourceDocument[] = [];
  const problems: Problem[] = [];
  for await (const file of readFiles(paths, options)) {
    documents.push(...file.documents);
    problems.push(...file.problems);
  }
  return { documents, problems };
}

/** Lines of a file of any size, numbered from 1; for NDJSON too large to hold. */
export async function* readLinesOf(
  file: string,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  let line = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }))
    yield { line: ++line, text };
}
