// Documents about exceptions read into grants, keys and revocations. A broken one is a problem with its place, the others count.
import { isJsonObject, type JsonObject } from '../kubernetes/index.js';
import { checkSchema, compileSelector, type PolicySource, type Problem } from '../policy/index.js';
import { type ApprovalContext, approvalOf, type Origin } from './approval.js';
import type { Grant, GrantScope } from './grant.js';
import { createKeyRing, type KeyRing, type Revocation, readPublicKey, type SigningKey } from './key-ring.js';
import {
  type ExceptionDocument,
  exceptionSchema,
  keySetSchema,
  revocationSchema,
  type ScopeDocument,
} from './schema.js';

export const OWN_API_VERSION = 'warder.dev/v1';

export interface ReadSettings {
  readonly audience: string | undefined;
  readonly trustFiles: boolean;
}

export interface ExceptionDocuments {
  readonly ring: KeyRing;
  /** By name, one each. */
  readonly grants: readonly Grant[];
  readonly problems: readonly Problem[];
}

const problem = (source: PolicySource, field: string, message: string): Problem => ({
  level: 'error',
  position: { file: source.file, ...source.positionOf([]) },
  field,
  message,
});

/** A scope with nothing left out. */
export function compileScope(scope: ScopeDocument): GrantScope {
  return {
    resources: scope.resources ?? [],
    namespaces: scope.namespaces ?? [],
    names: scope.names ?? [],
    selector: compileSelector(scope.selector),
    images: scope.images ?? [],
  };
}

/** A PolicyException as a grant. */
export function grantOf(
  raw: JsonObject,
  document: ExceptionDocument,
  origin: Origin,
  context: ApprovalContext,
  place: string,
): Grant {
  const { metadata, spec } = document;
  const approval = approvalOf(raw, document, origin, context);
  const key = approval.ok ? approval.key : undefined;
  return {
    id: metadata.name,
    kind: 'exception',
    policies: spec.policies.map(({ name, rules = [] }) => ({ name, rules })),
    scope: compileScope(spec.scope),
    reason: spec.reason,
    ticket: spec.ticket ?? '',
    requestedBy: spec.requestedBy,
    approval,
    starts: spec.starts ?? 0,
    expires: spec.expires,
    revoked: spec.revoked ?? context.ring.revocationOf(metadata.name, key),
    source: place,
  };
}

function readKeys(source: PolicySource, problems: Problem[]): readonly SigningKey[] {
  const checked = checkSchema(keySetSchema, source);
  if (!checked.ok) {
    problems.push(...checked.problems);
    return [];
  }
  return checked.value.spec.keys.flatMap(({ id, user, groups, publicKey, from, until }, index) => {
    const read = readPublicKey(publicKey);
    if (read.ok)
      return [
        { id, user, groups, publicKey: read.key, from: from ?? 0, until: until ?? Number.POSITIVE_INFINITY },
      ];
    const at = ['spec', 'keys', index, 'publicKey'];
    problems.push({
      level: 'error',
      position: { file: source.file, ...source.positionOf(at) },
      field: `spec.keys[${index}].publicKey`,
      message: read.message,
    });
    return [];
  });
}

function readRevocation(source: PolicySource, problems: Problem[]): readonly Revocation[] {
  const checked = checkSchema(revocationSchema, source);
  if (!checked.ok) {
    problems.push(...checked.problems);
    return [];
  }
  const { grant, key, by, at, reason } = checked.value.spec;
  return [{ grant, key, by, at, reason }];
}

/** Two keys of one id would let a file replace somebody's key: the first is taken, the second is a problem. */
function withoutDuplicates<T extends { readonly id: string }>(
  items: readonly T[],
  what: string,
  report: (id: string, message: string) => void,
): readonly T[] {
  const first = new Map<string, T>();
  for (const item of items) {
    if (first.has(item.id)) report(item.id, `there is already ${what} ${item.id}; names are unique`);
    else first.set(item.id, item);
  }
  return [...first.values()];
}

const kindOf = ({ value }: PolicySource): string =>
  isJsonObject(value) && value.apiVersion === OWN_API_VERSION ? String(value.kind) : '';

function readGrant(
  source: PolicySource,
  origin: Origin,
  context: ApprovalContext,
  problems: Problem[],
): readonly Grant[] {
  const checked = checkSchema(exceptionSchema, source);
  if (!checked.ok) {
    problems.push(...checked.problems);
    return [];
  }
  const place = origin === 'cluster' ? 'cluster' : `${source.file}:${source.positionOf([]).line}`;
  return [grantOf(source.value as JsonObject, checked.value, origin, context, place)]; // the schema admits objects only
}

/** Kinds of documents that belong together here; BreakGlass is read elsewhere from the same files. */
const KINDS = ['PolicyException', 'KeySet', 'Revocation', 'BreakGlass'];

/** Reads documents of files: keys and revocations first, since approvals are checked against them. */
export function readExceptionDocuments(
  sources: readonly PolicySource[],
  settings: ReadSettings,
): ExceptionDocuments {
  const problems: Problem[] = [];
  const ofKind = (kind: string): readonly PolicySource[] =>
    sources.filter((source) => kindOf(source) === kind);
  for (const source of sources)
    if (!KINDS.includes(kindOf(source)))
      problems.push(problem(source, 'kind', `is none of ${KINDS.join(', ')} (${OWN_API_VERSION})`));
  const [anywhere] = sources;
  const report = (id: string, message: string): void => {
    if (anywhere !== undefined) problems.push(problem(anywhere, id, message));
  };
  const keys = ofKind('KeySet').flatMap((source) => readKeys(source, problems));
  const revocations = ofKind('Revocation').flatMap((source) => readRevocation(source, problems));
  const ring = createKeyRing(withoutDuplicates(keys, 'a key', report), revocations);
  const context = { ring, ...settings };
  const grants = ofKind('PolicyException').flatMap((source) => readGrant(source, 'file', context, problems));
  return { ring, grants: withoutDuplicates(grants, 'an exception', report), problems };
}

/** Grants of objects that a watch of the cluster delivered; what is malformed there is left out and told. */
export function readClusterExceptions(
  objects: readonly JsonObject[],
  context: ApprovalContext,
): { readonly grants: readonly Grant[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const grants = objects.flatMap((value) =>
    readGrant(
      { file: 'cluster', value, positionOf: () => ({ line: 1, column: 1 }) },
      'cluster',
      context,
      problems,
    ),
  );
  return { grants, problems };
}
