// The lines of decision logs, for commands: folders are read segment by segment, files and standard input as they are.
import { stat } from 'node:fs/promises';
import { readLinesOf } from '../files.js';
import { createRecordReader, listSegments, type ReadRecord } from '../record/index.js';
import { CommandError } from './io.js';

export interface LogLine {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** The files of a path: the segments of a folder in order, or the file itself. */
async function filesOf(path: string): Promise<readonly string[]> {
  if (path === '-') return [path];
  const found = await stat(path).catch(() => {
    throw new CommandError(`${path}: there is no such file or folder`);
  });
  if (!found.isDirectory()) return [path];
  const segments = await listSegments(path);
  if (segments.length === 0) throw new CommandError(`${path}: holds no decision log`);
  return segments.map((segment) => segment.path);
}

/** The files of all paths, in order. */
export async function recordFiles(paths: readonly string[]): Promise<readonly string[]> {
  return (await Promise.all(paths.map(filesOf))).flat();
}

/** Every line of the logs, in order. */
export async function* readLogLines(paths: readonly string[]): AsyncGenerator<LogLine> {
  for (const path of paths)
    for (const file of await filesOf(path))
      for await (const { line, text } of readLinesOf(file)) yield { file, line, text };
}

/** Every line with the record of a decision it holds, if it does. */
export async function* readRecords(
  paths: readonly string[],
): AsyncGenerator<LogLine & { readonly record: ReadRecord | undefined }> {
  const reader = createRecordReader();
  for await (const line of readLogLines(paths)) yield { ...line, record: reader.read(line.text) };
}
