// Who changed what, from recorded reviews or the decision log: the person behind a field manager.

import {
  type Attribution,
  type FindingKind,
  type FindingObject,
  NOBODY_KNOWN,
} from '../../findings/index.js';
import {
  decodeReview,
  diffObjects,
  type FieldPath,
  field,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseApiVersion,
  type Review,
} from '../../kubernetes/index.js';

/** One write that was allowed. */
interface Write {
  readonly operation: string;
  readonly person: string;
  readonly groups: readonly string[];
  readonly decision: string;
  readonly time: string;
  /** What the record itself says was changed, where it holds no objects: paths without list indices. */
  readonly paths: readonly string[] | undefined;
  readonly review: Review | undefined;
}

export interface History {
  /** Records read so far that name a write. */
  readonly size: number;
  /** Takes an AdmissionReview or a record of the decision log; false where it is neither. */
  add(value: JsonValue): boolean;
  /** The last write that explains a finding; nobody where none does. */
  whoDid(kind: FindingKind, object: FindingObject, path: FieldPath, live: JsonValue | undefined): Attribution;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const keyOf = (group: string, kind: string, namespace: string, name: string): string =>
  `${group}/${kind}/${namespace}/${name}`;

const namesOf = (path: FieldPath): string => path.filter((step) => typeof step === 'string').join('\0');
const touches = (changed: string, wanted: string): boolean =>
  changed === wanted ||
  changed.startsWith(`${wanted}\0`) ||
  wanted.startsWith(`${changed}\0`) ||
  changed === '';

/** Steps of a path as a record shows it, without indices. */
const namesIn = (text: string): string =>
  [...text.matchAll(/\['((?:[^'\\]|\\.)*)'\]|\[\d+\]|([^.[\]]+)/g)]
    .flatMap(([, quoted, plain]) => quoted ?? plain ?? [])
    .join('\0');

function fromReview(review: Review): Write {
  const time = textOf(
    field(field(review.object ?? review.oldObject ?? undefined, 'metadata'), 'creationTimestamp'),
  );
  return {
    operation: review.operation,
    person: review.userInfo.username,
    groups: review.userInfo.groups,
    decision: review.uid,
    time: review.operation === 'CREATE' ? time : '',
    paths: undefined,
    review,
  };
}

function fromRecord(record: JsonObject): Write {
  const change = field(record, 'change');
  const paths = field(change, 'paths');
  const request = field(record, 'request');
  const decoded = isJsonObject(request)
    ? decodeReview({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request })
    : undefined;
  const groups = field(record, 'groups');
  return {
    operation: textOf(record.operation),
    person: textOf(record.user),
    groups: Array.isArray(groups) ? groups.map(String) : [],
    decision: textOf(record.id),
    time: textOf(record.time),
    paths: Array.isArray(paths) ? paths.map((path) => namesIn(String(path))) : undefined,
    review: decoded?.ok === true ? decoded.review : undefined,
  };
}

/** The paths an UPDATE changed, with the values they got. */
function changesOf(
  review: Review,
): readonly { readonly names: string; readonly after: JsonValue | undefined }[] {
  // A scale request carries a Scale: the number of replicas of what it is for.
  const subResource = review.subResource === 'scale' ? '' : review.subResource;
  return diffObjects(review.kind, review.oldObject, review.object, subResource).map(({ path, after }) => ({
    names: namesOf(path),
    after,
  }));
}

const holds = (value: JsonValue | undefined, live: JsonValue | undefined): boolean =>
  JSON.stringify(value ?? null) === JSON.stringify(live ?? null);

/** How well a write explains a finding: 2 where it left the very value that is there, 1 where it touched the field, else 0. */
function explains(write: Write, kind: FindingKind, path: FieldPath, live: JsonValue | undefined): number {
  if (kind === 'missing') return write.operation === 'DELETE' ? 2 : 0;
  if (kind === 'orphan' || kind === 'unmanaged') return write.operation === 'CREATE' ? 2 : 0;
  if (write.operation === 'CREATE') return 0;
  const wanted = namesOf(path);
  if (write.review !== undefined) {
    const touched = changesOf(write.review).filter(({ names }) => touches(names, wanted));
    if (touched.length === 0) return 0;
    return touched.some(({ names, after }) => names === wanted && holds(after, live)) ? 2 : 1;
  }
  return (write.paths ?? []).some((names) => touches(names, wanted)) ? 1 : 0;
}

/** An empty history; records are added in the order they were written. */
export function createHistory(): History {
  const writes = new Map<string, Write[]>();
  let size = 0;
  const put = (key: string, write: Write): void => {
    const known = writes.get(key);
    if (known === undefined) writes.set(key, [write]);
    else known.push(write);
    size++;
  };
  return {
    get size() {
      return size;
    },
    add(value) {
      if (!isJsonObject(value)) return false;
      if (value.kind === 'AdmissionReview') {
        const decoded = decodeReview(value);
        if (!decoded.ok) return false;
        const { review } = decoded;
        if (review.dryRun || review.operation === 'CONNECT') return true;
        const scaled = review.subResource !== '' && review.kind.kind === 'Scale';
        const kind = scaled ? `/${review.resource.resource}` : review.kind.kind;
        put(keyOf(review.resource.group, kind, review.namespace, review.name), fromReview(review));
        return true;
      }
      if (value.type !== 'decision') return false;
      if (value.allowed !== true || value.dryRun === true || value.operation === 'CONNECT') return true;
      const { group } = parseApiVersion(textOf(value.apiVersion));
      put(keyOf(group, textOf(value.kind), textOf(value.namespace), textOf(value.name)), fromRecord(value));
      return true;
    },
    whoDid(kind, object, path, live) {
      const { group, namespace, name } = object;
      const plural = `/${object.kind.toLowerCase()}s`; // what scales: deployments, statefulsets, replicasets
      const own = namespace === '' && object.kind === 'Namespace' ? [namespace, name] : [namespace];
      const candidates = own.flatMap((at) => [
        ...(writes.get(keyOf(group, object.kind, at, name)) ?? []),
        ...(writes.get(keyOf(group, plural, at, name)) ?? []),
        // A deletion of a collection names no object.
        ...(kind === 'missing' ? (writes.get(keyOf(group, object.kind, at, '')) ?? []) : []),
      ]);
      let best: Write | undefined;
      let most = 0;
      for (const write of candidates) {
        const score = explains(write, kind, path, live);
        if (score > 0 && score >= most) [best, most] = [write, score];
      }
      if (best === undefined) return NOBODY_KNOWN;
      const { person, groups, decision, time } = best;
      return { manager: '', time, person, groups, decision };
    },
  };
}
