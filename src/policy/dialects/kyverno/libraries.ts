// Those of Kyverno's CEL libraries that need no network. Source of truth: kyverno/sdk cel/libs. Functions that are not here are
// undeclared, so a policy that uses one is refused when it is loaded, by the name of the function.
import { createHash } from 'node:crypto';
import {
  BOOL,
  type CelError,
  CelOpaque,
  CelTimestamp,
  type CelValue,
  celError,
  DYN,
  defineLibrary,
  fn,
  type Input,
  type Library,
  opaqueType,
  overload,
  receiver,
  STRING,
  TIMESTAMP,
} from '../../../cel/index.js';
import {
  builtInResources,
  parseApiVersion,
  parseJsonText,
  readDocuments,
} from '../../../kubernetes/index.js';
import type { Scope } from '../../compiled.js';

/** Functions that need the network or what a running Kyverno collects. */
const UNREACHABLE =
  /\b(image\.GetMetadata|http\.(?:Get|Post|Client)|globalContext\.Get|verify(?:Image|Attestation)Signatures|extractPayload|generator\.Apply)\s*\(/;

/** The function an expression calls that cannot be answered here; undefined where there is none. */
export const unreachableIn = (expression: string): string | undefined => UNREACHABLE.exec(expression)?.[1];

/** `resource`: looks objects up in what is known of the cluster. */
class ResourceContext extends CelOpaque {
  readonly typeName = 'context.Context';
  readonly scope: Scope;

  constructor(scope: Scope) {
    super();
    this.scope = scope;
  }

  equals(other: CelOpaque): boolean {
    return this === other;
  }
}

/** `time`: the time of the evaluation. */
class Clock extends CelOpaque {
  readonly typeName = 'time.Time';
  readonly now: number;

  constructor(now: number) {
    super();
    this.now = now;
  }

  equals(other: CelOpaque): boolean {
    return this === other;
  }
}

/** `json` and `yaml`: a name to read texts by. */
class Reader extends CelOpaque {
  readonly typeName: string;

  constructor(typeName: string) {
    super();
    this.typeName = typeName;
  }

  equals(other: CelOpaque): boolean {
    return this === other;
  }
}

/** A reference to an image, taken apart as go-containerregistry does. */
class ImageReference extends CelOpaque {
  readonly typeName = 'image.Image';
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;

  constructor(parts: Pick<ImageReference, 'registry' | 'repository' | 'tag' | 'digest'>) {
    super();
    this.registry = parts.registry;
    this.repository = parts.repository;
    this.tag = parts.tag;
    this.digest = parts.digest;
  }

  equals(other: CelOpaque): boolean {
    return (
      other instanceof ImageReference &&
      this.registry === other.registry &&
      this.repository === other.repository &&
      this.tag === other.tag &&
      this.digest === other.digest
    );
  }
}

const RESOURCE = opaqueType<ResourceContext>('context.Context');
const CLOCK = opaqueType<Clock>('time.Time');
const JSON_READER = opaqueType<Reader>('json.Json');
const YAML_READER = opaqueType<Reader>('yaml.Yaml');
const IMAGE = opaqueType<ImageReference>('image.Image');

const DEFAULT_REGISTRY = 'index.docker.io';
const REPOSITORY = /^[a-z0-9_./-]{2,255}$/;
const TAG = /^[A-Za-z0-9_.-]{1,128}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `registry/repository:tag@digest` with Docker's defaults; undefined for what is no reference. */
export function parseImage(text: string): ImageReference | undefined {
  const at = text.indexOf('@');
  const digest = at < 0 ? '' : text.slice(at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const colon = named.lastIndexOf(':');
  const hasTag = colon > named.lastIndexOf('/');
  const tag = hasTag ? named.slice(colon + 1) : at < 0 ? 'latest' : '';
  const path = hasTag ? named.slice(0, colon) : named;
  const slash = path.indexOf('/');
  const first = slash < 0 ? '' : path.slice(0, slash);
  const isRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = !isRegistry || first === 'docker.io' ? DEFAULT_REGISTRY : first;
  const rest = isRegistry ? path.slice(slash + 1) : path;
  const repository = registry === DEFAULT_REGISTRY && !rest.includes('/') ? `library/${rest}` : rest;
  const isValid =
    REPOSITORY.test(repository) &&
    rest !== '' &&
    (tag === '' ? !hasTag : TAG.test(tag)) &&
    (at < 0 || DIGEST.test(digest));
  return isValid ? new ImageReference({ registry, repository, tag: at < 0 ? tag : '', digest }) : undefined;
}

/** The kind that a resource of an API version is; undefined where nobody knows it. */
function kindOf(apiVersion: string, resource: string) {
  const { group, version } = parseApiVersion(apiVersion);
  const found = builtInResources().find((known) => known.group === group && known.resource === resource);
  return found === undefined ? undefined : { group, version, kind: found.kind };
}

function getObject(
  { scope }: ResourceContext,
  apiVersion: string,
  resource: string,
  namespace: string,
  name: string,
): CelValue | CelError {
  const gvk = kindOf(apiVersion, resource);
  const found = gvk === undefined ? undefined : scope.context.object(gvk, namespace, name);
  if (found) return found as CelValue; // JSON is read in place
  if (found === undefined && gvk !== undefined) scope.missing.push({ kind: 'object', gvk, namespace, name });
  return celError(`failed to get resource: ${resource} "${name}" not found`);
}

function listObjects(
  { scope }: ResourceContext,
  apiVersion: string,
  resource: string,
  namespace: string,
): CelValue | CelError {
  const gvk = kindOf(apiVersion, resource);
  if (gvk === undefined)
    return celError(`failed to list resources: ${resource} of ${apiVersion} is not known here`);
  const found = scope.context.list(gvk, namespace === '' ? undefined : namespace);
  if (found === undefined) scope.missing.push({ kind: 'list', gvk, namespace });
  return { apiVersion, kind: `${gvk.kind}List`, items: (found ?? []) as readonly CelValue[] } as CelValue; // JSON
}

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** The service account a user name is; empty names where it is none. */
function serviceAccountOf(username: string): CelValue {
  const [, Namespace = '', Name = ''] = SERVICE_ACCOUNT.exec(username) ?? [];
  return { Name, Namespace };
}

function readJson(_reader: Reader, text: string): CelValue | CelError {
  const parsed = parseJsonText(text);
  return parsed.ok
    ? (parsed.value as CelValue)
    : celError(`failed to unmarshal json: ${parsed.problem.message}`); // JSON
}

function readYaml(_reader: Reader, text: string): CelValue | CelError {
  const { documents, problems } = readDocuments(text);
  const error = problems.find(({ level }) => level === 'error');
  if (error !== undefined) return celError(`failed to parse yaml: ${error.message}`);
  return (documents[0]?.value ?? null) as CelValue; // JSON
}

const ofImage = (name: string, read: (image: ImageReference) => string) =>
  fn(name, receiver(`image_${name}`, [IMAGE], STRING, read));

const hashed = (algorithm: string) =>
  fn(
    algorithm,
    overload(`${algorithm}_string`, [STRING], STRING, (text) =>
      createHash(algorithm).update(text).digest('hex'),
    ),
  );

export const kyvernoLibrary: Library = defineLibrary({
  name: 'kyverno',
  version: 1,
  functions: [
    fn('Get', receiver('resource_get', [RESOURCE, STRING, STRING, STRING, STRING], DYN, getObject)),
    fn('List', receiver('resource_list', [RESOURCE, STRING, STRING, STRING], DYN, listObjects)),
    fn(
      'now',
      receiver('time_now', [CLOCK], TIMESTAMP, ({ now }) => new CelTimestamp(BigInt(now) * 1_000_000n)),
    ),
    fn(
      'image',
      overload(
        'string_to_image',
        [STRING],
        IMAGE,
        (text) => parseImage(text) ?? celError(`could not parse reference: ${text}`),
      ),
    ),
    fn(
      'isImage',
      overload('is_image_string', [STRING], BOOL, (text) => parseImage(text) !== undefined),
    ),
    ofImage('registry', ({ registry }) => registry),
    ofImage('repository', ({ repository }) => repository),
    ofImage('tag', ({ tag }) => tag),
    ofImage('digest', ({ digest }) => digest),
    ofImage('identifier', ({ tag, digest }) => (digest === '' ? tag : digest)),
    fn(
      'containsDigest',
      receiver('image_contains_digest', [IMAGE], BOOL, ({ digest }) => digest !== ''),
    ),
    fn('parseServiceAccount', overload('parse_service_account_string', [STRING], DYN, serviceAccountOf)),
    fn('unmarshal', receiver('json_unmarshal', [JSON_READER, STRING], DYN, readJson)),
    fn('parse', receiver('yaml_parse', [YAML_READER, STRING], DYN, readYaml)),
    hashed('md5'),
    hashed('sha1'),
    hashed('sha256'),
  ],
});

/** Variables of these libraries. */
export const KYVERNO_VARIABLES = [
  { name: 'resource', type: RESOURCE },
  { name: 'time', type: CLOCK },
  { name: 'json', type: JSON_READER },
  { name: 'yaml', type: YAML_READER },
] as const;

const JSON_VALUE = new Reader('json.Json');
const YAML_VALUE = new Reader('yaml.Yaml');

export const kyvernoValues = (scope: Scope): Readonly<Record<string, Input>> => ({
  resource: new ResourceContext(scope),
  time: new Clock(scope.now),
  json: JSON_VALUE,
  yaml: YAML_VALUE,
});
