// What offline commands share: policies, the context around them, and settings, read from the paths given.
import { join, resolve, sep } from 'node:path';
import { isTestFile, readAllFiles } from '../files.js';
import {
  type ClusterContext,
  contextFromObjects,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../kubernetes/index.js';
import {
  formatProblem,
  isAllExtended,
  isInDefaultSet,
  type LoadResult,
  loadPolicies,
  type Problem,
  type RiskTable,
} from '../policy/index.js';
import { CommandError, type Io } from './io.js';

/** The policies that come with Warder. */
export const BUNDLED_POLICIES = join(import.meta.dirname, '../../policies');

/** What commands read where no policies are named: the bundled default set. */
export const DEFAULT_POLICIES: readonly string[] = ['bundled'];

/** Where policies are read, and of which files only the default set is taken. */
export interface PolicyPaths {
  readonly policies: readonly string[];
  defaultSetOnly(file: string): boolean;
}

const liesIn = (file: string, folder: string): boolean =>
  file === folder || file.startsWith(`${folder}${sep}`);

/** `bundled` is the default set, `bundled/PACK` a whole pack, anything else a file or folder, taken whole. */
export function policyPaths(paths: readonly string[]): PolicyPaths {
  const wholes = paths
    .filter((path) => path !== 'bundled')
    .map((path) =>
      path.startsWith('bundled/') ? join(BUNDLED_POLICIES, path.slice('bundled/'.length)) : path,
    );
  const withDefaults = paths.includes('bundled');
  const resolved = wholes.map((path) => resolve(path));
  return {
    policies: withDefaults ? [BUNDLED_POLICIES, ...wholes] : wholes,
    defaultSetOnly: (file) =>
      withDefaults &&
      liesIn(resolve(file), BUNDLED_POLICIES) &&
      !resolved.some((whole) => liesIn(resolve(file), whole)),
  };
}

/** Policies, or a CommandError that lists every problem. Warnings go to standard error. */
export async function requirePolicies(
  paths: readonly string[],
  parameters: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>,
  io: Io,
  risks?: RiskTable,
): Promise<LoadResult['set']> {
  const { set, problems } = await readPolicies(paths, parameters, risks);
  const errors = problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw new CommandError(errors.map(formatProblem).join('\n'));
  for (const problem of problems) io.warn(formatProblem(problem));
  return set;
}

/** Policies and everything wrong with them, for commands that go on regardless. */
export async function readPolicies(
  paths: readonly string[],
  parameters: Readonly<Record<string, Readonly<Record<string, JsonValue>>>>,
  risks?: RiskTable,
): Promise<LoadResult> {
  const accepts = (file: string): boolean => !isTestFile(file);
  const { policies, defaultSetOnly } = policyPaths(paths);
  const skips = (text: string, file: string): boolean => defaultSetOnly(file) && isAllExtended(text);
  const read = await readAllFiles(policies, { accepts, skips });
  const documents = read.documents.filter(
    (document) => !defaultSetOnly(document.file) || isInDefaultSet(document),
  );
  const loaded = loadPolicies(documents, { parameters, risks, evaluateUnbound: true });
  return { set: loaded.set, problems: [...read.problems, ...loaded.problems] };
}

/** The objects of `--context` files, and those at hand already, as a cluster context. */
export async function readContext(
  paths: readonly string[],
  atHand: readonly JsonObject[] = [],
): Promise<ClusterContext> {
  const { documents, problems } = await readAllFiles(paths);
  failOn(problems);
  const given = documents
    .map(({ value }) => value)
    .filter((value): value is JsonObject => isJsonObject(value));
  return contextFromObjects([...atHand, ...given]);
}

/** Throws where any problem is an error. */
export function failOn(problems: readonly Problem[]): void {
  const errors = problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw new CommandError(errors.map(formatProblem).join('\n'));
}

/** `--now TIME`, or the clock. */
export function timeOf(text: string | undefined, io: Io): number {
  if (text === undefined) return io.now();
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new CommandError(`--now: ${text} is not a time; write it as 2026-12-15T00:00:00Z`);
  return time;
}
