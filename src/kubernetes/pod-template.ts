// Where each kind carries the template of the pods it makes.
import type { FieldPath } from './field-path.js';
import type { GroupVersionKind } from './identity.js';
import { field, isJsonObject, type JsonObject } from './json.js';

const TEMPLATE: FieldPath = ['spec', 'template'];

const PATHS: ReadonlyMap<string, FieldPath> = new Map<string, FieldPath>([
  ['/Pod', []],
  ['/PodTemplate', ['template']],
  ['/ReplicationController', TEMPLATE],
  ['apps/ReplicaSet', TEMPLATE],
  ['apps/Deployment', TEMPLATE],
  ['apps/StatefulSet', TEMPLATE],
  ['apps/DaemonSet', TEMPLATE],
  ['batch/Job', TEMPLATE],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
]);

/** A pod template as the Pod it would become, and where it stands in the object. */
export interface PodTemplate {
  readonly path: FieldPath;
  /** The Pod itself, or a view that shares the template's metadata and spec. */
  readonly pod: JsonObject;
}

/** Where objects of this kind carry a pod template; undefined where they carry none. */
export function podTemplatePath(kind: GroupVersionKind): FieldPath | undefined {
  return PATHS.get(`${kind.group}/${kind.kind}`);
}

/** The pod template of an object; null where its kind carries none or the template is not there. */
export function podTemplateOf(kind: GroupVersionKind, object: JsonObject): PodTemplate | null {
  const path = podTemplatePath(kind);
  if (path === undefined) return null;
  if (path.length === 0) return { path, pod: object };
  let template: unknown = object;
  for (const step of path) template = isJsonObject(template) ? field(template, String(step)) : undefined;
  if (!isJsonObject(template)) return null;
  return { path, pod: { ...template, apiVersion: 'v1', kind: 'Pod' } };
}
