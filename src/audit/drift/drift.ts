// Desired state against what is there: every stated object and field, and what is there that nobody stated.

import type { FindingKind } from '../../findings/index.js';
import {
  type FieldPath,
  field,
  formatFieldPath,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  matchesGlobs,
} from '../../kubernetes/index.js';
import { findAdditions, lastAppliedOf } from './additions.js';
import { compareStated, normaliseDesired } from './compare.js';
import { isControlled, kindOf, type LiveObjects, nameIn } from './live.js';
import { isSystemManager, type ManagerEntry, managersOf, owns } from './managed-fields.js';

/** An object of the desired state, and where it is written. */
export interface DesiredObject {
  readonly object: JsonObject;
  readonly file: string;
  readonly line: number;
  /** Names of the folders it lies in, the innermost last: one of them may be its namespace. */
  readonly folders: readonly string[];
}

/** A difference that is not yet judged. */
export interface Drift {
  readonly kind: FindingKind;
  readonly desired: JsonObject | undefined;
  readonly live: JsonObject | undefined;
  readonly path: FieldPath;
  readonly wanted: JsonValue | undefined;
  readonly found: JsonValue | undefined;
  readonly manager: ManagerEntry | undefined;
  readonly source: { readonly file: string; readonly line: number } | undefined;
  readonly namespace: string;
}

export interface DriftResult {
  readonly drifts: readonly Drift[];
  /** Stated objects that are there. */
  readonly compared: number;
  readonly stated: number;
  /** Kinds stated that were not looked for, with how many objects of each. */
  readonly unknown: ReadonlyMap<string, number>;
  /** Differences of fields that a controller sets by itself, e.g. replicas under an autoscaler. */
  readonly controlled: number;
}

export interface DriftOptions {
  /** Namespace of stated objects that name none and lie in no folder of that name. */
  readonly defaultNamespace: string;
  /** Namespaces (globs) left out. */
  readonly excludedNamespaces: readonly string[];
  /** Whether objects that nobody stated are looked for too. */
  readonly unmanaged: boolean;
}

/** The namespace a stated object is for: its own, that of a folder it lies in, or the default. */
function namespaceOf(desired: DesiredObject, live: LiveObjects, options: DriftOptions): string {
  const { group, version, kind } = kindOf(desired.object);
  if (!live.mapper.resourceOf({ group, version, kind }).namespaced) return '';
  const own = nameIn(desired.object, 'namespace');
  if (own !== '') return own;
  const folder = [...desired.folders]
    .reverse()
    .find((name) => live.find('', 'Namespace', '', name) !== undefined);
  return folder ?? options.defaultNamespace;
}

/** The last manager that owns a field. */
const managerOf = (object: JsonObject, path: FieldPath): ManagerEntry | undefined =>
  managersOf(object).findLast((entry) => entry.subResource !== 'status' && owns(object, entry, path));

/** Whether an autoscaler is in charge of how many replicas there are. */
function isScaled(object: JsonObject, live: LiveObjects): boolean {
  const [name, namespace] = [nameIn(object, 'name'), nameIn(object, 'namespace')];
  return live.objects.some((candidate) => {
    if (candidate.kind !== 'HorizontalPodAutoscaler' || nameIn(candidate, 'namespace') !== namespace)
      return false;
    const target = field(field(candidate, 'spec'), 'scaleTargetRef');
    return field(target, 'name') === name && field(target, 'kind') === object.kind;
  });
}

function isControllers(drift: Drift, live: LiveObjects): boolean {
  const { live: object, manager, path, kind } = drift;
  if (object === undefined || kind === 'added') return false;
  const at = formatFieldPath(path);
  if (path[0] === 'rules' && object.kind === 'ClusterRole' && object.aggregationRule !== undefined)
    return true;
  if (manager === undefined || !isSystemManager(manager.manager)) return false;
  return at !== 'spec.replicas' || isScaled(object, live);
}

function compareOne(desired: DesiredObject, object: JsonObject, namespace: string): readonly Drift[] {
  const stated = normaliseDesired(desired.object);
  const differences = compareStated(kindOf(object), stated, object);
  const all = [...differences, ...findAdditions(stated, object, differences)];
  return all.map(({ kind, path, desired: wanted, live: found }) => ({
    kind,
    desired: stated,
    live: object,
    path,
    wanted,
    found,
    manager: managerOf(object, kind === 'removed' ? path.slice(0, -1) : path),
    source: { file: desired.file, line: desired.line },
    namespace,
  }));
}

/** Kinds whose objects come and go by themselves. */
const TRANSIENT = new Set([
  ...['/Event', 'events.k8s.io/Event', '/Endpoints', 'discovery.k8s.io/EndpointSlice'],
  ...['coordination.k8s.io/Lease', 'apps/ControllerRevision', '/Node', 'storage.k8s.io/CSINode'],
  ...['metrics.k8s.io/PodMetrics', 'metrics.k8s.io/NodeMetrics', 'storage.k8s.io/VolumeAttachment'],
]);
const GIVEN_NAMES: Readonly<Record<string, readonly string[]>> = {
  '/ConfigMap': ['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert'],
  '/ServiceAccount': ['default'],
  '/Service': ['kubernetes'],
  '/Namespace': ['default', 'kube-system', 'kube-public', 'kube-node-lease'],
};
const OWNERSHIP_LABELS = [
  ...['app.kubernetes.io/managed-by', 'argocd.argoproj.io/instance', 'kustomize.toolkit.fluxcd.io/name'],
  ...['helm.toolkit.fluxcd.io/name', 'helm.sh/chart'],
];
const OWNERSHIP_ANNOTATIONS = [
  'argocd.argoproj.io/tracking-id',
  'meta.helm.sh/release-name',
  'config.k8s.io/owning-inventory',
];

/** Whether the cluster itself made an object. */
function isClusters(object: JsonObject): boolean {
  const { group, kind } = kindOf(object);
  const [name, labels] = [nameIn(object, 'name'), field(field(object, 'metadata'), 'labels')];
  if (TRANSIENT.has(`${group}/${kind}`) || isControlled(object)) return true;
  if (GIVEN_NAMES[`${group}/${kind}`]?.includes(name) === true || name.startsWith('system:')) return true;
  if (field(labels, 'kubernetes.io/bootstrapping') !== undefined) return true;
  if (
    kind === 'Secret' &&
    (object.type === 'kubernetes.io/service-account-token' || object.type === 'helm.sh/release.v1')
  )
    return true;
  const managers = managersOf(object);
  return managers.length > 0 && managers.every(({ manager }) => isSystemManager(manager));
}

/** Whether a delivery made an object: it says so, or kept what it applied. */
function isDelivered(object: JsonObject): boolean {
  const metadata = field(object, 'metadata');
  const [labels, annotations] = [field(metadata, 'labels'), field(metadata, 'annotations')];
  return (
    lastAppliedOf(object) !== undefined ||
    OWNERSHIP_LABELS.some((label) => field(labels, label) !== undefined) ||
    OWNERSHIP_ANNOTATIONS.some((name) => field(annotations, name) !== undefined)
  );
}

interface Stated {
  /** `group/kind/namespace/name` of every stated object. */
  readonly names: Set<string>;
  readonly namespaces: Set<string>;
  /** `group/kind` of stated objects without a namespace. */
  readonly clusterKinds: Set<string>;
}

function strangers(live: LiveObjects, stated: Stated, options: DriftOptions): readonly Drift[] {
  const found: Drift[] = [];
  for (const object of live.objects) {
    const { group, kind } = kindOf(object);
    const [namespace, name] = [nameIn(object, 'namespace'), nameIn(object, 'name')];
    const concerned =
      namespace === '' ? stated.clusterKinds.has(`${group}/${kind}`) : stated.namespaces.has(namespace);
    if (!concerned || matchesGlobs(options.excludedNamespaces, namespace)) continue;
    if (stated.names.has(`${group}/${kind}/${namespace}/${name}`) || isClusters(object)) continue;
    found.push({
      kind: isDelivered(object) ? 'orphan' : 'unmanaged',
      desired: undefined,
      live: object,
      path: [],
      wanted: undefined,
      found: undefined,
      manager: managersOf(object).find(({ manager }) => !isSystemManager(manager)),
      source: undefined,
      namespace,
    });
  }
  return found;
}

const isNamed = (object: JsonObject): boolean =>
  isJsonObject(object.metadata) && nameIn(object, 'name') !== '';

/** Every difference, in the order of the desired state; what nobody stated last. Pure; never throws. */
export function findDrift(
  desired: readonly DesiredObject[],
  live: LiveObjects,
  options: DriftOptions,
): DriftResult {
  const drifts: Drift[] = [];
  const unknown = new Map<string, number>();
  const stated: Stated = { names: new Set(), namespaces: new Set(), clusterKinds: new Set() };
  let [compared, count, controlled] = [0, 0, 0];
  for (const one of desired) {
    if (!isNamed(one.object)) continue; // generateName: every apply makes another object
    const { group, kind } = kindOf(one.object);
    const namespace = namespaceOf(one, live, options);
    if (matchesGlobs(options.excludedNamespaces, namespace) && namespace !== '') continue;
    count++;
    const name = nameIn(one.object, 'name');
    stated.names.add(`${group}/${kind}/${namespace}/${name}`);
    if (namespace === '') stated.clusterKinds.add(`${group}/${kind}`);
    else stated.namespaces.add(namespace);
    const object = live.find(group, kind, namespace, name);
    if (object !== undefined) {
      compared++;
      const all = compareOne(one, object, namespace);
      const own = all.filter((drift) => !isControllers(drift, live));
      controlled += all.length - own.length;
      drifts.push(...own);
    } else if (live.knows(group, kind)) {
      const { file, line } = one;
      const nothing = { live: undefined, path: [], wanted: undefined, found: undefined, manager: undefined };
      drifts.push({
        kind: 'missing',
        desired: normaliseDesired(one.object),
        ...nothing,
        source: { file, line },
        namespace,
      });
    } else unknown.set(kind, (unknown.get(kind) ?? 0) + 1);
  }
  if (options.unmanaged) drifts.push(...strangers(live, stated, options));
  return { drifts, compared, stated: count, unknown, controlled };
}
