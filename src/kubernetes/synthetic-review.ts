// The review an API server would send for an object from a manifest, a dump or a cluster.
import { parseApiVersion, type UserInfo } from './identity.js';
import { field, type JsonObject } from './json.js';
import { createResourceMapper, type ResourceMapper } from './resources.js';
import type { Operation, Review, ReviewOrigin } from './review.js';

export interface SyntheticReviewOptions {
  readonly origin: ReviewOrigin;
  readonly operation?: Operation;
  readonly oldObject?: JsonObject | null;
  readonly userInfo?: UserInfo;
  readonly uid?: string;
  readonly dryRun?: boolean;
  /** For namespaced objects that name none, as kubectl's current namespace. */
  readonly defaultNamespace?: string;
  readonly subResource?: string;
  readonly mapper?: ResourceMapper;
}

/** Who a review is by where nobody asked. */
export const NOBODY: UserInfo = Object.freeze({ username: '', groups: Object.freeze([]) });

const BUILT_IN = createResourceMapper();

const textAt = (object: JsonObject, key: string): string => {
  const value = field(field(object, 'metadata'), key);
  return typeof value === 'string' ? value : '';
};

/** The namespace of a request on `object`; for a Namespace its own name, as the API server sends it. */
function namespaceOf(
  object: JsonObject,
  resource: { resource: string; group: string; namespaced: boolean },
  fallback: string,
): string {
  if (resource.group === '' && resource.resource === 'namespaces') return textAt(object, 'name');
  return resource.namespaced ? textAt(object, 'namespace') || fallback : '';
}

/** Builds the review; `object` is used in place. On DELETE it is the old object, as in a real request. */
export function syntheticReview(object: JsonObject, options: SyntheticReviewOptions): Review {
  const operation = options.operation ?? 'CREATE';
  const apiVersion = typeof object.apiVersion === 'string' ? object.apiVersion : '';
  const kind = { ...parseApiVersion(apiVersion), kind: typeof object.kind === 'string' ? object.kind : '' };
  const found = (options.mapper ?? BUILT_IN).resourceOf(kind);
  const resource = { group: found.group, version: found.version, resource: found.resource };
  const namespace = namespaceOf(object, found, options.defaultNamespace ?? 'default');
  const subResource = options.subResource ?? '';
  const userInfo = options.userInfo ?? NOBODY;
  const name = textAt(object, 'name');
  const sent = operation === 'DELETE' ? null : object;
  const oldObject = operation === 'DELETE' ? object : (options.oldObject ?? null);
  const dryRun = options.dryRun ?? false;
  const uid = options.uid ?? textAt(object, 'uid');
  const request = {
    uid,
    kind,
    resource,
    requestKind: kind,
    requestResource: resource,
    ...(subResource === '' ? {} : { subResource, requestSubResource: subResource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: { username: userInfo.username, groups: userInfo.groups },
    object: sent,
    oldObject,
    dryRun,
    options: null,
  } as unknown as JsonObject; // every part is JSON; the interfaces only lack index signatures
  return {
    origin: options.origin,
    uid,
    operation,
    kind,
    resource,
    subResource,
    requestKind: kind,
    requestResource: resource,
    requestSubResource: subResource,
    name,
    namespace,
    object: sent,
    oldObject,
    userInfo,
    dryRun,
    options: null,
    request,
  };
}
