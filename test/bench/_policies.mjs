// Fifty policies of the kinds people write, as YAML files in a temporary folder.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CONTAINERS = '$.spec[containers,initContainers,ephemeralContainers][*]';
const KINDS = [
  ['privileged', CONTAINERS, '{ path: securityContext.privileged, notEquals: true }'],
  ['host-network', undefined, '{ path: spec.hostNetwork, notEquals: true }'],
  ['memory-limit', '$.spec.containers[*]', '{ path: resources.limits.memory, exists: true }'],
  ['image-tag', '$.spec.containers[*]', '{ path: image, notMatches: ":latest$" }'],
  ['owner', undefined, '{ path: metadata.labels.app, exists: true }'],
  ['host-path', '$.spec.volumes[*]', '{ path: hostPath, absent: true }'],
  ['cpu-bound', '$.spec.containers[*]', '{ path: resources.limits.cpu, atMost: "64" }'],
  [
    'capabilities',
    '$.spec.containers[*].securityContext.capabilities.add[*]',
    '{ path: $, in: [NET_BIND_SERVICE] }',
  ],
  [
    'cel-privileged',
    undefined,
    `{ cel: "object.spec.containers.all(c, !has(c.securityContext) || !has(c.securityContext.privileged) || c.securityContext.privileged == false)" }`,
  ],
  ['cel-label', undefined, `{ cel: "has(object.metadata.labels) && 'app' in object.metadata.labels" }`],
];

/** Writes `count` policies and returns their folder. */
export function writePolicies(count) {
  const folder = mkdtempSync(join(tmpdir(), 'warder-bench-'));
  for (let index = 0; index < count; index++) {
    const [name, each, require] = KINDS[index % KINDS.length];
    writeFileSync(
      join(folder, `p${index}.yaml`),
      `apiVersion: warder.dev/v1
kind: Policy
metadata: { name: p${index}-${name} }
spec:
  title: Benchmark
  description: Benchmark
  podTemplates: true
  rules:
    - name: ${name}
${each === undefined ? '' : `      each: ${JSON.stringify(each)}\n`}      require: ${require}
      message: broken
`,
    );
  }
  return folder;
}

/** A Pod review of about `size` bytes that breaks none of them. */
export function podReview(size) {
  const container = (name) => ({
    name,
    image: `registry.example.com/shop/${name}:1.4.2`,
    ports: [{ containerPort: 8080, protocol: 'TCP' }],
    env: [
      { name: 'PORT', value: '8080' },
      { name: 'CATALOG', value: 'productcatalog:3550' },
    ],
    resources: { limits: { cpu: '200m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
    livenessProbe: { grpc: { port: 8080, service: '' }, timeoutSeconds: 1, periodSeconds: 10 },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [
      { name: 'kube-api-access', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ],
  });
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'checkout-5d8f9',
      namespace: 'shop',
      uid: '1',
      labels: { app: 'checkout', team: 'payments' },
      annotations: {},
    },
    spec: {
      containers: [container('server'), container('sidecar')],
      volumes: [{ name: 'tmp', emptyDir: {} }],
      serviceAccountName: 'default',
      tolerations: [],
    },
  };
  const review = {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: '0a2e7c59-11af-42f4-8278-f9c8578968eb',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      requestResource: { group: '', version: 'v1', resource: 'pods' },
      name: 'checkout-5d8f9',
      namespace: 'shop',
      operation: 'CREATE',
      userInfo: { username: 'alice', uid: 'alice', groups: ['team-a', 'system:authenticated'] },
      object,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
  const managed = [];
  while (JSON.stringify(review).length + JSON.stringify(managed).length < size) {
    managed.push({
      manager: 'kubectl',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:spec': {
          'f:containers': {
            [`k:{"name":"c${managed.length}"}`]: { '.': {}, 'f:image': {}, 'f:resources': {} },
          },
        },
      },
    });
  }
  object.metadata.managedFields = managed;
  return JSON.stringify(review);
}
