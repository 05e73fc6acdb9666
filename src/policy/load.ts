// From documents to a policy set: each document goes to the dialect that claims it; ids must be unique.
import { isJsonObject } from '../kubernetes/index.js';
import type { CompiledPolicy } from './compiled.js';
import type { Dialect, LoadOptions, PolicyDocumentSource, PolicySource } from './dialects/dialect.js';
import { problemAt } from './dialects/dialect.js';
import { DIALECTS } from './dialects/list.js';
import { createPolicySet, type PolicySet } from './policy-set.js';
import { formatProblem, type Problem } from './problem.js';

/** The set of all policies that compiled, and everything found wrong; errors refuse only their own policy. */
export interface LoadResult {
  readonly set: PolicySet;
  readonly problems: readonly Problem[];
}

const NO_OPTIONS: LoadOptions = { parameters: {} };

function asDocument(source: PolicySource, problems: Problem[]): PolicyDocumentSource | undefined {
  const { value } = source;
  if (!isJsonObject(value)) {
    problems.push(
      problemAt(source, [], '', 'a policy is an object with apiVersion, kind, metadata and spec'),
    );
    return undefined;
  }
  const { apiVersion, kind } = value;
  if (typeof apiVersion === 'string' && typeof kind === 'string')
    return { file: source.file, value, apiVersion, kind, positionOf: (path) => source.positionOf(path) };
  const missing = typeof apiVersion === 'string' ? 'kind' : 'apiVersion';
  problems.push(
    problemAt(source, [missing], missing, 'is missing: every document states its apiVersion and kind'),
  );
  return undefined;
}

function unclaimed(document: PolicyDocumentSource): Problem {
  const known = DIALECTS.map((dialect) => dialect.documents).join('; ');
  return problemAt(
    document,
    ['kind'],
    'kind',
    `${document.apiVersion} ${document.kind} is not a policy; policies are ${known}`,
  );
}

/** The first policy of each id; later ones are refused with the place of the first. */
function withoutDuplicates(
  policies: readonly CompiledPolicy[],
  problems: Problem[],
): readonly CompiledPolicy[] {
  const first = new Map<string, CompiledPolicy>();
  for (const policy of policies) {
    const other = first.get(policy.id);
    if (other === undefined) {
      first.set(policy.id, policy);
      continue;
    }
    const place = `${other.source.file}:${other.source.line}`;
    problems.push({
      level: 'error',
      position: policy.source,
      field: 'metadata.name',
      message: `${policy.name} is already defined at ${place}; names are unique within a kind`,
    });
  }
  return [...first.values()];
}

/** Parameters given for a policy or a parameter that does not exist are most likely misspelt. */
function unusedParameters(policies: readonly CompiledPolicy[], options: LoadOptions): readonly Problem[] {
  const names = new Set(policies.map((policy) => policy.name));
  return Object.keys(options.parameters)
    .filter((name) => !names.has(name))
    .map((name) => ({
      level: 'warning',
      position: { file: 'configuration', line: 1, column: 1 },
      field: `parameters.${name}`,
      message: 'no policy of this name is loaded',
    }));
}

/** Compiles `sources` with every dialect. Never throws on bad documents. */
export function loadPolicies(
  sources: readonly PolicySource[],
  options: LoadOptions = NO_OPTIONS,
): LoadResult {
  const problems: Problem[] = [];
  const claimed = new Map<Dialect, PolicyDocumentSource[]>(DIALECTS.map((dialect) => [dialect, []]));
  for (const source of sources) {
    const document = asDocument(source, problems);
    if (document === undefined) continue;
    const dialect = DIALECTS.find((candidate) => candidate.claims(document.apiVersion, document.kind));
    if (dialect === undefined) problems.push(unclaimed(document));
    else claimed.get(dialect)?.push(document);
  }
  const compiled: CompiledPolicy[] = [];
  for (const [dialect, documents] of claimed) {
    if (documents.length === 0) continue;
    const result = dialect.compile(documents, options);
    compiled.push(...result.policies);
    problems.push(...result.problems);
  }
  const policies = withoutDuplicates(compiled, problems);
  problems.push(...unusedParameters(policies, options));
  return { set: createPolicySet(policies), problems };
}

/** All problems as text, one a line. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}
