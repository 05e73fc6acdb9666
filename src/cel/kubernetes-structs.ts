// The object types of `request` and `namespaceObject`. Source of truth: k8s.io/apiserver
// pkg/admission/plugin/cel/compile.go (BuildRequestType, BuildNamespaceType).
import { type FieldDeclaration, type StructDeclaration, struct } from './structs.js';
import { parseTimestamp } from './timestamps.js';
import { BOOL, DYN, INT, listType, mapType, STRING, structType, TIMESTAMP } from './types.js';
import { celError } from './values.js';

const STRINGS = listType(STRING);

export const REQUEST_STRUCTS: readonly StructDeclaration[] = [
  struct('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING }),
  struct('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING }),
  struct('kubernetes.UserInfo', {
    username: STRING,
    uid: STRING,
    groups: STRINGS,
    extra: mapType(STRING, STRINGS),
  }),
  struct('kubernetes.AdmissionRequest', {
    kind: structType('kubernetes.GroupVersionKind'),
    resource: structType('kubernetes.GroupVersionResource'),
    subResource: STRING,
    requestKind: structType('kubernetes.GroupVersionKind'),
    requestResource: structType('kubernetes.GroupVersionResource'),
    requestSubResource: STRING,
    name: STRING,
    namespace: STRING,
    operation: STRING,
    userInfo: structType('kubernetes.UserInfo'),
    dryRun: BOOL,
    options: DYN,
  }),
];

/** A timestamp as JSON has it, a string. */
const TIME: FieldDeclaration = {
  type: TIMESTAMP,
  convert: (value) =>
    (typeof value === 'string' ? parseTimestamp(value) : undefined) ?? celError('no such overload'),
};

export const NAMESPACE_STRUCTS: readonly StructDeclaration[] = [
  struct('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapType(STRING, STRING),
    annotations: mapType(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIME,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIME,
    generation: INT,
    resourceVersion: STRING,
    finalizers: STRINGS,
  }),
  struct('kubernetes.NamespaceSpec', { finalizers: STRINGS }),
  struct('kubernetes.NamespaceCondition', {
    status: STRING,
    type: STRING,
    lastTransitionTime: TIME,
    message: STRING,
    reason: STRING,
  }),
  struct('kubernetes.NamespaceStatus', {
    conditions: listType(structType('kubernetes.NamespaceCondition')),
    phase: STRING,
  }),
  struct('kubernetes.Namespace', {
    metadata: structType('kubernetes.NamespaceMetadata'),
    spec: structType('kubernetes.NamespaceSpec'),
    status: structType('kubernetes.NamespaceStatus'),
  }),
];
