// A ClusterContext over objects held in memory: `--context` files, a dump, or what informers have seen.
import type { ClusterContext } from './cluster-context.js';
import { parseApiVersion } from './identity.js';
import { field, type JsonObject } from './json.js';

const nameOf = (object: JsonObject, key: 'name' | 'namespace'): string => {
  const value = field(field(object, 'metadata'), key);
  return typeof value === 'string' ? value : '';
};

/**
 * Indexes objects by kind, namespace and name. A kind with at least one object counts as known, so that another
 * object of it is known not to exist; of a kind never seen nothing is known. Versions of a group are one kind.
 */
export function contextFromObjects(objects: Iterable<JsonObject>): ClusterContext {
  const kinds = new Map<string, Map<string, JsonObject>>();
  for (const object of objects) {
    const { apiVersion, kind } = object;
    if (typeof apiVersion !== 'string' || typeof kind !== 'string') continue;
    const key = `${parseApiVersion(apiVersion).group}/${kind}`;
    const known = kinds.get(key) ?? new Map<string, JsonObject>();
    known.set(`${nameOf(object, 'namespace')}/${nameOf(object, 'name')}`, object);
    kinds.set(key, known);
  }
  const lookup = (key: string, namespace: string, name: string): JsonObject | null | undefined => {
    const known = kinds.get(key);
    return known === undefined ? undefined : (known.get(`${namespace}/${name}`) ?? null);
  };
  return {
    // A namespace that was not given may well exist: fixtures name only those whose labels matter.
    namespace: (name) => lookup('/Namespace', '', name) ?? undefined,
    object: ({ group, kind }, namespace, name) => lookup(`${group}/${kind}`, namespace, name),
    list({ group, kind }, namespace) {
      const known = kinds.get(`${group}/${kind}`);
      if (known === undefined) return undefined;
      const all = [...known.values()];
      return namespace === undefined
        ? all
        : all.filter((object) => nameOf(object, 'namespace') === namespace);
    },
  };
}
