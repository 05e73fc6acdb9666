// What a server knows of the cluster: policies, exceptions and emergencies written there, and the labels of namespaces.
import { type Api, type Followed, followObjects } from '../cluster/index.js';
import type { SourceDocument } from '../files.js';
import { field, isJsonObject, type JsonObject } from '../kubernetes/index.js';

export interface ClusterObjects {
  /** Policies as documents; those that Kubernetes enforces itself only where that is asked for. */
  policies(): readonly SourceDocument[];
  exceptions(): readonly JsonObject[];
  emergencies(): readonly JsonObject[];
  namespaces(): readonly JsonObject[];
  /** Whether everything has been read at least once: before that nothing may be judged. */
  readonly synced: boolean;
  close(): void;
}

export type ClusterPart = 'policies' | 'exemptions' | 'context';

export interface ClusterObjectsOptions {
  readonly api: Api;
  /** Whether ValidatingAdmissionPolicies and their bindings are judged here too, with what that adds to them. */
  readonly nativePolicies: boolean;
  /** Called some milliseconds after changes, once for each part that changed. */
  onChange(part: ClusterPart): void;
  onProblem(message: string): void;
}

/** Changes that come together are taken together. */
const SETTLE = 100;

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });

/** What the engine reads of an object that is only looked up: its name and labels. */
function slimNamespace(object: JsonObject): JsonObject {
  const metadata = field(object, 'metadata');
  const { name, labels, annotations } = isJsonObject(metadata) ? metadata : {};
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: name ?? '',
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

/** Without the API server's bookkeeping, which is larger than a policy and says nothing to us. */
function slim(object: JsonObject): JsonObject {
  const metadata = field(object, 'metadata');
  if (!isJsonObject(metadata)) return object;
  const { managedFields: _, ...rest } = metadata;
  const { status: __, ...others } = object;
  return { ...others, metadata: rest };
}

const documentOf = (object: JsonObject): SourceDocument => {
  const metadata = field(object, 'metadata');
  const file = `cluster:${String(object.kind)}/${String(field(metadata, 'name'))}`;
  return { file, value: object, line: 1, positionOf: () => ({ line: 1, column: 1 }) };
};

/** Begins to follow the cluster. */
export function openClusterObjects(options: ClusterObjectsOptions): ClusterObjects {
  const { api, onProblem } = options;
  const pending = new Map<ClusterPart, NodeJS.Timeout>();
  const changed = (part: ClusterPart): void => {
    if (pending.has(part)) return;
    const timer = setTimeout(() => {
      pending.delete(part);
      options.onChange(part);
    }, SETTLE);
    pending.set(part, timer.unref());
  };
  const follow = (path: string, part: ClusterPart, keep = slim): Followed =>
    followObjects({ api, path, keep, onChange: () => changed(part), onProblem, wait });
  const native = '/apis/admissionregistration.k8s.io/v1';
  const policies = [
    follow('/apis/warder.dev/v1/policies', 'policies'),
    ...(options.nativePolicies
      ? [
          follow(`${native}/validatingadmissionpolicies`, 'policies'),
          follow(`${native}/validatingadmissionpolicybindings`, 'policies'),
        ]
      : []),
  ];
  const exceptions = follow('/apis/warder.dev/v1/policyexceptions', 'exemptions');
  const emergencies = follow('/apis/warder.dev/v1/breakglasses', 'exemptions');
  const namespaces = follow('/api/v1/namespaces', 'context', slimNamespace);
  const all = [...policies, exceptions, emergencies, namespaces];
  return {
    policies: () => policies.flatMap(({ objects }) => [...objects.values()].map(documentOf)),
    exceptions: () => [...exceptions.objects.values()],
    emergencies: () => [...emergencies.objects.values()],
    namespaces: () => [...namespaces.objects.values()],
    get synced() {
      return all.every(({ synced }) => synced);
    },
    close() {
      for (const one of all) one.close();
      for (const timer of pending.values()) clearTimeout(timer);
    },
  };
}
