// AdmissionReview v1 as the API server sends it, checked by hand (it is on the hot path) and read in place.
// Source of truth: k8s.io/api/admission/v1 types.go.
import type { GroupVersionKind, GroupVersionResource, UserInfo } from './identity.js';
import { isJsonObject, type JsonObject, type JsonValue } from './json.js';
import { OPERATIONS, type Operation, type Review } from './review.js';

/** `uid` is set where one could be read, so that the answer can still be addressed. */
export type DecodeResult =
  | { readonly ok: true; readonly review: Review }
  | { readonly ok: false; readonly uid: string; readonly message: string };

const refuse = (message: string, uid = ''): DecodeResult => ({ ok: false, uid, message });

function show(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  return JSON.stringify(value).slice(0, 80);
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const objectOf = (value: JsonValue | undefined): JsonObject | null => (isJsonObject(value) ? value : null);

function kindOf(value: JsonValue | undefined): GroupVersionKind | undefined {
  if (!isJsonObject(value) || typeof value.kind !== 'string' || value.kind === '') return undefined;
  return { group: textOf(value.group), version: textOf(value.version), kind: value.kind };
}

function resourceOf(value: JsonValue | undefined): GroupVersionResource | undefined {
  if (!isJsonObject(value) || typeof value.resource !== 'string' || value.resource === '') return undefined;
  return { group: textOf(value.group), version: textOf(value.version), resource: value.resource };
}

const NO_GROUPS: readonly string[] = Object.freeze([]);

function userOf(value: JsonValue | undefined): UserInfo {
  if (!isJsonObject(value)) return { username: '', groups: NO_GROUPS };
  const groups = Array.isArray(value.groups)
    ? value.groups.filter((group) => typeof group === 'string')
    : NO_GROUPS;
  const user = { username: textOf(value.username), groups };
  return {
    ...user,
    ...(typeof value.uid === 'string' ? { uid: value.uid } : {}),
    // The API server sends lists of strings; anything else is passed on to nobody but CEL, which checks.
    ...(isJsonObject(value.extra) ? { extra: value.extra as NonNullable<UserInfo['extra']> } : {}),
  };
}

/** The field of the request that is neither absent, null nor an object. */
function malformedObject(request: JsonObject): string | undefined {
  for (const name of ['object', 'oldObject', 'options', 'userInfo']) {
    const value = request[name];
    if (value !== undefined && value !== null && !isJsonObject(value)) return name;
  }
  return undefined;
}

const TEXTS = ['namespace', 'name', 'subResource', 'requestSubResource'] as const;

const isListOfTexts = (value: JsonValue): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/**
 * What is of another type than the API server's: a name or namespace that is no text would be read as none, and so be judged
 * as something else than it is.
 */
function mistyped(request: JsonObject): string | undefined {
  for (const name of TEXTS) {
    const value = request[name];
    if (value !== undefined && value !== null && typeof value !== 'string')
      return `request.${name} is ${show(value)}, expected a string`;
  }
  const { dryRun, userInfo } = request;
  if (dryRun !== undefined && dryRun !== null && typeof dryRun !== 'boolean')
    return `request.dryRun is ${show(dryRun)}, expected true or false`;
  if (!isJsonObject(userInfo)) return undefined;
  const { username, groups } = userInfo;
  if (username !== undefined && username !== null && typeof username !== 'string')
    return `request.userInfo.username is ${show(username)}, expected a string`;
  if (groups !== undefined && groups !== null && !isListOfTexts(groups))
    return 'request.userInfo.groups is not a list of strings';
  return undefined;
}

/** Reads an AdmissionReview. Unknown fields are left alone; a review that cannot be answered says why. */
export function decodeReview(json: unknown): DecodeResult {
  if (!isJsonObject(json)) return refuse('the body is not an AdmissionReview: expected a JSON object');
  const request = objectOf(json.request);
  const uid = textOf(request?.uid);
  if (json.kind !== 'AdmissionReview')
    return refuse(`kind is ${show(json.kind)}, expected AdmissionReview`, uid);
  if (json.apiVersion !== 'admission.k8s.io/v1') {
    return refuse(`apiVersion is ${show(json.apiVersion)}, expected admission.k8s.io/v1`, uid);
  }
  if (request === null) return refuse(`request is ${show(json.request)}, expected an object`);
  if (uid === '') return refuse(`request.uid is ${show(request.uid)}, expected the uid to answer to`);
  const { operation } = request;
  if (typeof operation !== 'string' || !OPERATIONS.includes(operation as Operation)) {
    return refuse(`request.operation is ${show(operation)}, expected one of ${OPERATIONS.join(', ')}`, uid);
  }
  const kind = kindOf(request.kind);
  if (kind === undefined) return refuse('request.kind is missing or has no kind', uid);
  const resource = resourceOf(request.resource);
  if (resource === undefined) return refuse('request.resource is missing or has no resource', uid);
  const malformed = malformedObject(request);
  if (malformed !== undefined)
    return refuse(`request.${malformed} is ${show(request[malformed])}, expected an object or null`, uid);
  const wrong = mistyped(request);
  if (wrong !== undefined) return refuse(wrong, uid);
  const subResource = textOf(request.subResource);
  return {
    ok: true,
    review: {
      origin: 'admission',
      uid,
      operation: operation as Operation, // one of OPERATIONS: checked above
      kind,
      resource,
      subResource,
      requestKind: kindOf(request.requestKind) ?? kind,
      requestResource: resourceOf(request.requestResource) ?? resource,
      requestSubResource:
        typeof request.requestSubResource === 'string' ? request.requestSubResource : subResource,
      name: textOf(request.name),
      namespace: textOf(request.namespace),
      object: objectOf(request.object),
      oldObject: objectOf(request.oldObject),
      userInfo: userOf(request.userInfo),
      dryRun: request.dryRun === true,
      options: objectOf(request.options),
      request,
    },
  };
}
