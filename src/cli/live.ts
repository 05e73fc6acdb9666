// Live objects for commands that need all of them at once: a dump, or a cluster.
import { indexLive, type LiveObjects } from '../audit/index.js';
import { isTestFile, readFiles } from '../files.js';
import { isJsonObject, type JsonObject } from '../kubernetes/index.js';
import { formatProblem } from '../policy/index.js';
import { type ClusterOptions, gather } from './cluster.js';
import { CommandError, type Io } from './io.js';

/** How much could not be read; everything else is looked at nevertheless. */
export interface Incomplete {
  problems: number;
}

export const isKubernetesObject = (value: unknown): value is JsonObject =>
  isJsonObject(value) && typeof value.apiVersion === 'string' && typeof value.kind === 'string';

async function fromFiles(paths: readonly string[], io: Io, incomplete: Incomplete): Promise<LiveObjects> {
  const objects: JsonObject[] = [];
  const files: string[] = [];
  for await (const { file, documents, problems } of readFiles(paths, {
    accepts: (path) => !isTestFile(path),
  })) {
    for (const problem of problems) {
      io.warn(formatProblem(problem));
      if (problem.level === 'error') incomplete.problems++;
    }
    if (problems.every(({ level }) => level !== 'error')) files.push(file);
    for (const { value } of documents) if (isKubernetesObject(value)) objects.push(value);
  }
  return indexLive(objects, files);
}

/** The objects of a cluster or of files; what could not be read is said and counted. */
export async function readLive(
  paths: readonly string[],
  options: ClusterOptions,
  io: Io,
  incomplete: Incomplete,
): Promise<LiveObjects> {
  if (options.cluster !== true) {
    if (paths.length === 0)
      throw new CommandError('say where the live objects are: files and folders, or --cluster');
    return fromFiles(paths, io, incomplete);
  }
  const { objects, listed, failures } = await gather(options);
  for (const failure of failures) io.warn(failure);
  incomplete.problems += failures.length;
  return indexLive(
    objects,
    listed.map((resource) => `${resource}.json`),
  );
}
