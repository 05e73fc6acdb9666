// The objects that are there, found by what they are called whatever API version they were read in.
import {
  type ApiResource,
  createResourceMapper,
  field,
  isJsonObject,
  type JsonObject,
  parseApiVersion,
  type ResourceMapper,
} from '../../kubernetes/index.js';

export const nameIn = (object: JsonObject, key: 'name' | 'namespace' | 'uid'): string => {
  const value = field(field(object, 'metadata'), key);
  return typeof value === 'string' ? value : '';
};

export const kindOf = (object: JsonObject): { group: string; version: string; kind: string } => ({
  ...parseApiVersion(typeof object.apiVersion === 'string' ? object.apiVersion : ''),
  kind: typeof object.kind === 'string' ? object.kind : '',
});

export interface LiveObjects {
  readonly objects: readonly JsonObject[];
  readonly mapper: ResourceMapper;
  /** Whether objects of a kind were looked for, so that one that is not there is missing. */
  knows(group: string, kind: string): boolean;
  find(group: string, kind: string, namespace: string, name: string): JsonObject | undefined;
}

/** `plural[.group]` of a file of a dump, as `kubectl get <resource> -o json > <resource>.json` makes it. */
const resourceInName = (file: string): string =>
  (/([^/\\]+)\.(?:json|ya?ml)$/.exec(file)?.[1] ?? '').toLowerCase();

/** Indexes live objects. `files` are those they were read from: an empty list in a dump says that there are none of a kind. */
export function indexLive(objects: readonly JsonObject[], files: readonly string[] = []): LiveObjects {
  const mapper = createResourceMapper(objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
  const byName = new Map<string, JsonObject>();
  const kinds = new Set<string>();
  for (const object of objects) {
    const { group, kind } = kindOf(object);
    kinds.add(`${group}/${kind}`);
    byName.set(`${group}/${kind}/${nameIn(object, 'namespace')}/${nameIn(object, 'name')}`, object);
  }
  const listed = new Set(files.map(resourceInName));
  const inDump = ({ resource, group }: Pick<ApiResource, 'resource' | 'group'>): boolean =>
    listed.has(resource) || listed.has(group === '' ? resource : `${resource}.${group}`);
  return {
    objects,
    mapper,
    knows: (group, kind) =>
      kinds.has(`${group}/${kind}`) || inDump(mapper.resourceOf({ group, version: 'v1', kind })),
    find: (group, kind, namespace, name) => byName.get(`${group}/${kind}/${namespace}/${name}`),
  };
}

/** Whether a controller made an object, or it is of a kind that the cluster keeps for itself. */
export function isControlled(object: JsonObject): boolean {
  const owners = field(field(object, 'metadata'), 'ownerReferences');
  return Array.isArray(owners) && owners.some((owner) => isJsonObject(owner));
}
