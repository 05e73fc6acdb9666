// A Kubernetes API server that holds nothing but Pods and one namespace, over HTTPS. Arguments: certificate, key, number of Pods.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [certificate, key, count] = process.argv.slice(2);
const total = Number(count);
const container = (name) => ({
  name,
  image: `registry.example.com/shop/${name}:1.4.2`,
  ports: [{ containerPort: 8080, protocol: 'TCP' }],
  env: [{ name: 'PORT', value: '8080' }],
  resources: { limits: { cpu: '200m', memory: '128Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
  securityContext: { allowPrivilegeEscalation: false, privileged: false, readOnlyRootFilesystem: true },
});
const pod = (index) => ({
  metadata: {
    name: `pod-${index}`,
    namespace: `team-${index % 50}`,
    uid: `uid-${index}`,
    labels: { app: 'checkout', team: 'payments' },
    managedFields: [
      { manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': { 'f:containers': {} } } },
    ],
  },
  // One in a hundred is privileged.
  spec: {
    containers: [
      container('server'),
      { ...container('sidecar'), securityContext: { privileged: index % 100 === 0 } },
    ],
  },
});
const answers = {
  '/api/v1': {
    resources: [
      { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] },
      { name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: ['list'] },
    ],
  },
  '/apis': { groups: [] },
};
const server = createServer(
  { cert: readFileSync(certificate), key: readFileSync(key) },
  (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'https://localhost');
    let body = answers[pathname];
    if (pathname === '/api/v1/namespaces') body = { items: [{ metadata: { name: 'team-0' } }] };
    if (pathname === '/api/v1/pods') {
      const from = Number(searchParams.get('continue') ?? 0);
      const next = Math.min(total, from + Number(searchParams.get('limit')));
      const items = Array.from({ length: next - from }, (_, index) => pod(from + index));
      body = { metadata: next < total ? { continue: String(next) } : {}, items };
    }
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? { kind: 'Status', message: 'not found' }));
  },
);
server.listen(0, '127.0.0.1', () => process.stdout.write(`port ${server.address().port}\n`));
