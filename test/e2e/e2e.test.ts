// Warder in front of a real control plane. Needs `etcd` and `kube-apiserver` in the folder KUBEBUILDER_ASSETS names; see the README.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BREAK_GLASS_DEFINITION } from '../../src/breakglass/index.js';
import type { Api, ApiAnswer } from '../../src/cluster/index.js';
import { EXCEPTION_DEFINITION } from '../../src/exceptions/index.js';
import { field, type JsonObject } from '../../src/kubernetes/index.js';
import { customResourceDefinition, POLICY_DEFINITION } from '../../src/policy/index.js';
import { type ControlPlane, eventually, hasAssets, startControlPlane } from './control-plane.js';

if (!hasAssets)
  process.stderr.write('e2e: skipped, KUBEBUILDER_ASSETS names no folder with etcd and kube-apiserver\n');

const WEBHOOKS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
const CLI = join(import.meta.dirname, '../../dist/cli/main.js');

const pod = (name: string, more: JsonObject = {}, annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', annotations },
  spec: { containers: [{ name: 'c', image: 'example.com/c:1', ...more }] as unknown as JsonObject },
});
const PRIVILEGED = { securityContext: { privileged: true } };

(hasAssets ? describe : describe.skip)('in front of a real control plane', () => {
  let plane: ControlPlane;
  let admin: Api;
  let alice: Api;
  let folder: string;
  const servers: ChildProcess[] = [];

  const create = (api: Api, collection: string, body: JsonObject): Promise<ApiAnswer> =>
    api.send({ method: 'POST', path: collection, body });
  const apply = (path: string, body: JsonObject): Promise<ApiAnswer> =>
    admin.send({
      method: 'PATCH',
      path: `${path}?fieldManager=e2e&force=true`,
      contentType: 'application/apply-patch+yaml',
      body,
    });
  /** Whether a Pod would be admitted; nothing is made. */
  const admits = async (body: JsonObject, api = alice): Promise<ApiAnswer> =>
    create(api, '/api/v1/namespaces/shop/pods?dryRun=All', body);

  async function startWarder(): Promise<{ child: ChildProcess; port: string }> {
    const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--host', '127.0.0.1'], {
      env: {
        ...process.env,
        WARDER_TLS_FOLDER: join(folder, 'certs'),
        WARDER_CLUSTER_WATCH: 'true',
        WARDER_CLUSTER_KUBECONFIG: plane.kubeconfigOf('admin'),
        WARDER_RELOAD_INTERVAL: '1s',
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    servers.push(child);
    let said = '';
    child.stderr?.on('data', (chunk) => {
      said += String(chunk);
    });
    await eventually('Warder listens', async () => /listens on/.test(said));
    return { child, port: /listens on https:\/\/[^:]+:(\d+)/.exec(said)?.[1] ?? '' };
  }

  beforeAll(async () => {
    plane = await startControlPlane();
    [admin, alice] = [await plane.as('admin'), await plane.as('alice')];
    folder = mkdtempSync(join(tmpdir(), 'warder-e2e-server-'));
    for (const definition of [POLICY_DEFINITION, EXCEPTION_DEFINITION, BREAK_GLASS_DEFINITION]) {
      const made = await create(
        admin,
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        customResourceDefinition(definition),
      );
      expect(made).toMatchObject({ ok: true });
    }
    await create(admin, '/api/v1/namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop' },
    });
    await create(admin, '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'alice' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' },
      ] as unknown as JsonObject,
    });
    const { port } = await startWarder();
    const { readFileSync } = await import('node:fs');
    const ca = readFileSync(join(folder, 'certs/ca.crt'));
    const rule = (groups: readonly string[], resources: readonly string[]): JsonObject =>
      ({
        apiGroups: groups,
        apiVersions: ['*'],
        operations: ['CREATE', 'UPDATE'],
        resources,
        scope: '*',
      }) as unknown as JsonObject;
    await apply(`${WEBHOOKS}/warder-e2e`, {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'warder-e2e' },
      webhooks: [
        {
          name: 'validate.warder.dev',
          admissionReviewVersions: ['v1'],
          clientConfig: { url: `https://localhost:${port}/validate`, caBundle: ca.toString('base64') },
          failurePolicy: 'Ignore',
          sideEffects: 'None',
          timeoutSeconds: 5,
          rules: [rule([''], ['pods', 'configmaps']), rule(['warder.dev'], ['*'])],
        },
      ] as unknown as JsonObject,
    });
    await eventually('the webhook is asked', async () => !(await admits(pod('bad', PRIVILEGED))).ok);
  }, 120_000);

  afterAll(async () => {
    for (const child of servers) child.kill('SIGKILL');
    if (plane !== undefined) await plane.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test('a denial says what, where and how to mend it', async () => {
    const denied = await admits(pod('bad', PRIVILEGED));
    expect(denied).toMatchObject({ ok: false, status: 403 });
    if (denied.ok) return;
    expect(denied.message).toContain(
      'admission webhook "validate.warder.dev" denied the request: Pod shop/bad breaks 1 rule',
    );
    expect(denied.message).toContain(
      'spec.containers[0].securityContext.privileged: true, expected false or unset',
    );
    expect(await admits(pod('good'))).toMatchObject({ ok: true });
  });

  test('a policy of the cluster takes effect, changes and goes', async () => {
    const policy = (action: string): JsonObject => ({
      apiVersion: 'warder.dev/v1',
      kind: 'Policy',
      metadata: { name: 'no-config' },
      spec: {
        title: 'No ConfigMap is called forbidden',
        description: 'For a test.',
        action,
        match: [{ resources: ['configmaps'] }] as unknown as JsonObject,
        rules: [
          {
            name: 'name',
            require: { path: 'metadata.name', notEquals: 'forbidden' },
            message: 'not this name',
          },
        ] as unknown as JsonObject,
      },
    });
    const path = '/apis/warder.dev/v1/policies/no-config';
    const forbidden = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'forbidden', namespace: 'shop' },
    };
    const admitted = async (): Promise<boolean> =>
      (await create(alice, '/api/v1/namespaces/shop/configmaps?dryRun=All', forbidden)).ok;
    expect(await admitted()).toBe(true);
    expect(await apply(path, policy('deny'))).toMatchObject({ ok: true });
    await eventually('the policy denies', async () => !(await admitted()), 10);
    expect(await apply(path, policy('warn'))).toMatchObject({ ok: true });
    await eventually('the policy only warns', admitted, 10);
    await admin.send({ method: 'DELETE', path });
  });

  test('nobody but administrators writes policies, whatever RBAC says', async () => {
    await create(admin, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'alice-all' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [
        { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' },
      ] as unknown as JsonObject,
    });
    const policy = {
      apiVersion: 'warder.dev/v1',
      kind: 'Policy',
      metadata: { name: 'mine' },
      spec: {
        title: 'T',
        description: 'D',
        match: [{ resources: ['pods'] }] as unknown as JsonObject,
        rules: [
          { name: 'r', require: { path: 'metadata.name', exists: true }, message: 'm' },
        ] as unknown as JsonObject,
      },
    };
    await eventually('alice is refused by Warder', async () => {
      const refused = await create(alice, '/apis/warder.dev/v1/policies?dryRun=All', policy);
      return !refused.ok && refused.message.includes('validate.warder.dev');
    });
  });

  test('an audit finds what was there before', async () => {
    expect(await create(admin, '/api/v1/namespaces/shop/pods', pod('fine'))).toMatchObject({ ok: true });
    const child = spawn(
      process.execPath,
      [CLI, 'audit', '--cluster', '--kubeconfig', plane.kubeconfigOf('admin'), '--output', 'json'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += String(chunk);
    });
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect([0, 1]).toContain(code);
    const report = JSON.parse(out) as JsonObject;
    expect(Number(field(report.summary, 'objects'))).toBeGreaterThan(5);
    expect(out).toContain('"fine"');
  }, 60_000);

  test('a Warder that is gone does not lock anybody out', async () => {
    for (const child of servers.splice(0)) child.kill('SIGKILL');
    await eventually('requests pass', async () => (await admits(pod('bad', PRIVILEGED))).ok, 30);
  }, 60_000);
});
