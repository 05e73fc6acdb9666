// `match` of a constraint, compiled: kinds become resources. Source of truth: gatekeeper pkg/mutation/match/match.go.
import { builtInResources, createResourceMapper } from '../../../kubernetes/index.js';
import type { ExcludeEntry, MatchConstraints, MatchEntry, ResourceRule } from '../../compiled.js';
import { compileSelector } from '../warder/match.js';
import type { MatchDocument } from './schema.js';

const MAPPER = createResourceMapper();

/** What Gatekeeper's webhook is asked about. */
const OPERATIONS: ResourceRule['operations'] = ['CREATE', 'UPDATE'];

/** The resources that kinds of a group are; a kind nobody knows gets the plural a CRD would most likely have. */
function resourcesOf(group: string, kinds: readonly string[]): readonly string[] {
  if (kinds.length === 0 || kinds.includes('*')) return ['*'];
  return kinds.flatMap((kind) => {
    const known = builtInResources().filter(
      (one) => one.kind === kind && !one.resource.includes('/') && (group === '*' || one.group === group),
    );
    if (known.length > 0) return [...new Set(known.map(({ resource }) => resource))];
    return [MAPPER.resourceOf({ group: group === '*' ? '' : group, version: '*', kind }).resource];
  });
}

function compileKinds(
  { kinds = [], name = '' }: MatchDocument,
  scope: ResourceRule['scope'],
): readonly ResourceRule[] {
  const listed = kinds.length === 0 ? [{}] : kinds;
  return listed.flatMap(({ apiGroups = [], kinds: names = [] }) =>
    (apiGroups.length === 0 ? ['*'] : apiGroups).map((group) => ({
      groups: [group],
      versions: ['*'],
      resources: resourcesOf(group, names),
      operations: OPERATIONS,
      scope,
      names: name === '' || name === '*' ? [] : [name],
    })),
  );
}

/** Compiles a constraint's match. Objects of the cluster cannot be told apart by namespaces, so those never disqualify them. */
export function compileMatch(match: MatchDocument): MatchConstraints {
  const { namespaces = [], excludedNamespaces = [] } = match;
  const scope = match.scope ?? '*';
  const base = {
    namespaceSelector: compileSelector(match.namespaceSelector),
    objectSelector: compileSelector(match.labelSelector),
  };
  const entries: MatchEntry[] = [{ ...base, namespaces, rules: compileKinds(match, scope) }];
  const namesNamespaces = (match.kinds ?? []).some(({ kinds = [] }) => kinds.includes('Namespace'));
  if (namespaces.length > 0 && scope !== 'Namespaced' && !namesNamespaces)
    entries.push({ ...base, namespaces: [], rules: compileKinds(match, 'Cluster') });
  const excluded: ExcludeEntry = {
    ...{ names: [], users: [], groups: [], serviceAccounts: [], rules: [] },
    ...{ namespaceSelector: undefined, objectSelector: undefined },
    namespaces: excludedNamespaces,
  };
  return {
    any: entries,
    exclude: excludedNamespaces.length === 0 ? [] : [excluded],
    matchPolicy: 'Exact',
  };
}
