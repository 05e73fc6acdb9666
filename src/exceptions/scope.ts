// Whether a grant covers a request, and which findings of it. A scope never names an API version: the object is the same
// through all of them.
import {
  type FieldPath,
  field,
  isJsonObject,
  type JsonValue,
  labelsOf,
  matchesGlobs,
  matchesSelector,
  type Review,
  resourceNameOf,
  selectsEverything,
} from '../kubernetes/index.js';
import type { GrantScope, Refusal } from './grant.js';

const outside = (what: string, covered: readonly string[], found: string): Refusal => ({
  code: 'scope',
  message: `its scope is ${what} ${covered.join(', ')}, not ${found === '' ? 'none' : found}`,
});

/** Whether names cover an object whose name the API server will make up from a prefix: only where any ending fits. */
function coversGenerated(globs: readonly string[], prefix: string): boolean {
  return globs.some((glob) => glob.endsWith('*') && matchesGlobs([glob], `${prefix}\u{1}`));
}

function generateName(review: Review): string {
  const prefix = field(field(review.object ?? undefined, 'metadata'), 'generateName');
  return typeof prefix === 'string' ? prefix : '';
}

function outsideName(names: readonly string[], review: Review): Refusal | undefined {
  if (names.length === 0) return undefined;
  const prefix = review.name === '' ? generateName(review) : '';
  const covered =
    review.name === '' ? prefix !== '' && coversGenerated(names, prefix) : matchesGlobs(names, review.name);
  return covered ? undefined : outside('name', names, review.name === '' ? `${prefix}…` : review.name);
}

function outsidePlace(scope: GrantScope, review: Review): Refusal | undefined {
  if (review.namespace !== '') {
    if (matchesGlobs(scope.namespaces, review.namespace)) return undefined;
    return scope.namespaces.length === 0
      ? { code: 'scope', message: 'it names no namespace, so it covers cluster-scoped objects only' }
      : outside('namespace', scope.namespaces, review.namespace);
  }
  if (scope.names.length > 0) return undefined;
  return { code: 'scope', message: 'it names no object, so it covers nothing that is cluster-scoped' };
}

/** Why a scope does not cover a request; undefined where it does. */
export function outsideScope(scope: GrantScope, review: Review): Refusal | undefined {
  const resource = resourceNameOf(review);
  if (scope.resources.length > 0 && !matchesGlobs(scope.resources, resource))
    return outside('resource', scope.resources, resource);
  const place = outsidePlace(scope, review) ?? outsideName(scope.names, review);
  if (place !== undefined) return place;
  if (selectsEverything(scope.selector) || scope.selector === undefined) return undefined;
  const subject = review.operation === 'DELETE' ? review.oldObject : review.object;
  return matchesSelector(scope.selector, labelsOf(subject))
    ? undefined
    : { code: 'scope', message: 'its selector does not fit the labels of the object' };
}

const CONTAINERS = new Set(['containers', 'initContainers', 'ephemeralContainers']);
const MAX_DEPTH = 64;

/** The image of the container that a path leads into; undefined where it leads into none. */
function imageAt(root: JsonValue | null, path: FieldPath): string | undefined {
  let at: JsonValue | undefined = root ?? undefined;
  for (const [index, step] of path.entries()) {
    at = Array.isArray(at) ? at[Number(step)] : field(at, String(step));
    if (typeof step !== 'number' || !CONTAINERS.has(String(path[index - 1]))) continue;
    const image = field(at, 'image');
    return typeof image === 'string' ? image : '';
  }
  return undefined;
}

/** Every image of containers anywhere in an object. */
function imagesOf(value: JsonValue | null, depth = 0, into: string[] = []): readonly string[] {
  if (depth > MAX_DEPTH) return into;
  if (Array.isArray(value)) for (const item of value) imagesOf(item, depth + 1, into);
  else if (isJsonObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (!CONTAINERS.has(key) || !Array.isArray(inner)) imagesOf(inner, depth + 1, into);
      else for (const container of inner) into.push(String(field(container, 'image') ?? ''));
    }
  }
  return into;
}

/**
 * Whether a scope that names images covers a finding at `path`: the container it leads into must have such an image; a
 * finding about the object as a whole is covered where all of its containers have.
 */
export function coversFinding(scope: GrantScope, review: Review, path: FieldPath | undefined): boolean {
  if (scope.images.length === 0) return true;
  const subject = review.operation === 'DELETE' ? review.oldObject : review.object;
  const image = path === undefined ? undefined : imageAt(subject, path);
  if (image !== undefined) return matchesGlobs(scope.images, image);
  const images = imagesOf(subject);
  return images.length > 0 && images.every((one) => matchesGlobs(scope.images, one));
}
