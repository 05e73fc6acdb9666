// A server that lives in a cluster: what is written there takes effect, what is broken there disturbs nothing, and its own registration
// is kept.
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { keepRegistration } from '../../../src/admission/registrar.js';
import { field, type JsonObject } from '../../../src/kubernetes/index.js';
import { startApiServer, type TestApiServer, until } from '../cluster/api-server.js';
import { type Running, review, run } from './running.js';

const WARDER = '/apis/warder.dev/v1';
const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/warder/leases';

let cluster: TestApiServer;
let host: Running;
beforeEach(async () => {
  cluster = await startApiServer([
    `${WARDER}/policies`,
    `${WARDER}/policyexceptions`,
    `${WARDER}/breakglasses`,
    '/api/v1/namespaces',
    LEASES,
  ]);
});
afterEach(async () => {
  await host.stop();
  await cluster.close();
});

const start = async (flags: object = {}): Promise<void> => {
  host = await run({ 'cluster.watch': true, 'cluster.register': true, ...flags }, Date.now, cluster.api);
};
const allowed = async (): Promise<boolean> =>
  JSON.parse((await host.post(review({}, false))).body).response.allowed;

const policy = (spec: JsonObject = {}): JsonObject => ({
  apiVersion: 'warder.dev/v1',
  kind: 'Policy',
  metadata: { name: 'needs-team', uid: 'u', creationTimestamp: '2026-11-21T00:00:00Z', generation: 1 },
  spec: {
    title: 'T',
    description: 'D',
    match: [{ resources: ['pods'] }],
    rules: [{ name: 'team', require: { path: 'metadata.labels.team', exists: true }, message: 'no team' }],
    ...spec,
  },
});

test('a policy of the cluster takes effect, changes and goes, beside those of files', async () => {
  await start();
  await until(async () => (await host.get('/readyz')).status === 200);
  expect(await allowed()).toBe(true);
  cluster.put(`${WARDER}/policies/needs-team`, policy());
  await until(async () => !(await allowed()));
  cluster.put(`${WARDER}/policies/needs-team`, policy({ action: 'warn' }));
  await until(allowed);
  cluster.put(`${WARDER}/policies/needs-team`, policy());
  await until(async () => !(await allowed()));
  cluster.remove(`${WARDER}/policies/needs-team`);
  await until(allowed);
  expect(JSON.parse((await host.post(review())).body).response.allowed).toBe(false); // by the policy of the file
});

test('a broken policy is left out and told, and the rest is in force', async () => {
  cluster.put(`${WARDER}/policies/needs-team`, policy());
  cluster.put(`${WARDER}/policies/broken`, { ...policy({ rules: 'none' }), metadata: { name: 'broken' } });
  await start();
  await until(async () => !(await allowed()));
  const told = host.logged
    .filter(({ msg }) => msg === 'a policy was left out')
    .map(({ problem }) => String(problem));
  expect(told.some((problem) => problem.includes('cluster:Policy/broken'))).toBe(true);
  expect((await host.get('/readyz')).status).toBe(200);
});

test('a selector sees the labels that a namespace has now', async () => {
  const namespaces = { matchLabels: { env: 'prod' } };
  cluster.put(
    `${WARDER}/policies/needs-team`,
    policy({ match: [{ resources: ['pods'], namespaceSelector: namespaces }] }),
  );
  cluster.put('/api/v1/namespaces/shop', { metadata: { name: 'shop', labels: { env: 'dev' } } });
  await start();
  await until(async () => (await host.get('/readyz')).status === 200);
  expect(await allowed()).toBe(true);
  cluster.put('/api/v1/namespaces/shop', { metadata: { name: 'shop', labels: { env: 'prod' } } });
  await until(async () => !(await allowed()));
});

test('it is ready once everything has been read', async () => {
  await cluster.close();
  await start();
  const answer = await host.get('/readyz?verbose');
  expect(answer.status).toBe(503);
  expect(answer.body).toContain('[-]cluster not ok: not everything has been read yet');
});

test('the leader registers what the policies need, and repairs what was changed', async () => {
  await start();
  await until(() => cluster.objects.has(`${WEBHOOKS}/warder`));
  const rules = (): string => JSON.stringify(field(cluster.objects.get(`${WEBHOOKS}/warder`), 'webhooks'));
  expect(rules()).toContain('"pods"');
  expect(rules()).not.toContain('"services"');
  const match = [{ resources: ['services'] }];
  cluster.put(`${WARDER}/policies/needs-team`, policy({ match }));
  await until(() => rules().includes('"services"'));
  expect(field(field(cluster.objects.get(`${LEASES}/warder-leader`), 'spec'), 'holderIdentity')).toMatch(/./);
}, 20_000);

test('a registration that somebody changed is repaired, and one is never touched while nothing is known', async () => {
  await start();
  const logged: string[] = [];
  const log = {
    info: (_: object, text: string) => logged.push(text),
    warn: (_: object, text: string) => logged.push(text),
    error: () => undefined,
  };
  let wanted: JsonObject | undefined;
  let leads = false;
  const registrar = keepRegistration({
    api: cluster.api,
    wanted: () => wanted,
    leads: () => leads,
    log: log as unknown as Parameters<typeof keepRegistration>[0]['log'],
    interval: 1_000_000,
  });
  const path = `${WEBHOOKS}/mine`;
  expect(await registrar.look()).toBe(false);
  wanted = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'mine' },
    webhooks: [{ name: 'a' }] as unknown as JsonObject,
  };
  expect(await registrar.look()).toBe(false);
  expect(cluster.objects.has(path)).toBe(false);
  leads = true;
  expect(await registrar.look()).toBe(true);
  expect(await registrar.look()).toBe(true);
  cluster.put(path, { ...wanted, webhooks: [] as unknown as JsonObject });
  expect(await registrar.look()).toBe(true);
  expect(field(cluster.objects.get(path), 'webhooks')).toEqual([{ name: 'a' }]);
  expect(logged).toEqual(['registered', 'somebody had changed the registration: it was repaired']);
  registrar.close();
});
