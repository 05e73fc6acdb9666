// Plural from kind and scope of a resource, offline: built-in kinds of Kubernetes 1.36, and whatever CRDs are given.
import type { GroupVersionKind, GroupVersionResource } from './identity.js';
import { field, isJsonObject, type JsonObject } from './json.js';
import { RESOURCE_TABLE } from './resource-table.js';

/** One resource (or subresource, `pods/exec`) an API server serves. */
export interface ApiResource extends GroupVersionResource {
  readonly kind: string;
  readonly namespaced: boolean;
  readonly listable: boolean;
}

function parseRow(row: string): ApiResource {
  const [group = '', version = '', resource = '', kind = '', flags = ''] = row.split('|');
  return { group, version, resource, kind, namespaced: flags.startsWith('n'), listable: flags.endsWith('l') };
}

let parsed: readonly ApiResource[] | undefined;

/** Every built-in resource and subresource. */
export function builtInResources(): readonly ApiResource[] {
  parsed ??= RESOURCE_TABLE.map(parseRow);
  return parsed;
}

/** Finds resources by kind: built-in ones, those learnt from CustomResourceDefinitions, else a guess. */
export interface ResourceMapper {
  /** Never fails: an unknown kind gets the plural kubectl would guess, namespaced, with `known` false. */
  resourceOf(kind: GroupVersionKind): ApiResource & { readonly known: boolean };
}

/** The plural API conventions suggest for an unknown kind: policies, ingresses, gateways. */
export function guessPlural(kind: string): string {
  const singular = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(singular)) return `${singular}es`;
  if (/[^aeiou]y$/.test(singular)) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}

const keyOf = (group: string, kind: string): string => `${group}/${kind}`;

/** The resource a CustomResourceDefinition declares, without its version; undefined where it is malformed. */
function declaredBy(definition: JsonObject): Omit<ApiResource, 'version'> | undefined {
  const spec = field(definition, 'spec');
  const names = field(spec, 'names');
  const [group, resource, kind] = [field(spec, 'group'), field(names, 'plural'), field(names, 'kind')];
  if (typeof group !== 'string' || typeof resource !== 'string' || typeof kind !== 'string') return undefined;
  return { group, resource, kind, namespaced: field(spec, 'scope') !== 'Cluster', listable: true };
}

/** A mapper that also knows the kinds declared by `definitions` (CustomResourceDefinition objects). */
export function createResourceMapper(definitions: Iterable<JsonObject> = []): ResourceMapper {
  const byKind = new Map<string, Omit<ApiResource, 'version'>>();
  for (const resource of builtInResources()) {
    const key = keyOf(resource.group, resource.kind);
    if (!resource.resource.includes('/') && !byKind.has(key)) byKind.set(key, resource);
  }
  for (const definition of definitions) {
    const declared = isJsonObject(definition) ? declaredBy(definition) : undefined;
    if (declared !== undefined) byKind.set(keyOf(declared.group, declared.kind), declared);
  }
  return {
    resourceOf({ group, version, kind }) {
      const found = byKind.get(keyOf(group, kind));
      if (found !== undefined) return { ...found, version, known: true };
      return {
        group,
        version,
        kind,
        resource: guessPlural(kind),
        namespaced: true,
        listable: true,
        known: false,
      };
    },
  };
}
