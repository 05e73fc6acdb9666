// A real control plane on loopback: etcd and kube-apiserver from the folder that KUBEBUILDER_ASSETS names, as envtest has it.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Api, createApi, readKubeConfig } from '../../src/cluster/index.js';

export const ASSETS = process.env.KUBEBUILDER_ASSETS ?? '';
export const hasAssets = ['etcd', 'kube-apiserver'].every((name) => existsSync(join(ASSETS, name)));

/** Users by token, with their groups. */
const USERS = {
  admin: ['system:masters'],
  alice: ['developers'],
} as const;
export type User = keyof typeof USERS;

export interface ControlPlane {
  /** A client that asks as a user. */
  as(user: User): Promise<Api>;
  kubeconfigOf(user: User): string;
  stop(): Promise<void>;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo; // it listens on a port
      server.close(() => resolve(port));
    });
  });

/** Waits until something holds; throws with what it is after a minute. */
export async function eventually(what: string, holds: () => Promise<boolean>, seconds = 60): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if (await holds().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });

export async function startControlPlane(): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'warder-e2e-'));
  const [clients, peers, secure] = [await freePort(), await freePort(), await freePort()];
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(join(folder, 'sa.key'), privateKey);
  writeFileSync(join(folder, 'sa.pub'), publicKey);
  const tokens = Object.entries(USERS).map(
    ([user, groups]) => `token-${user},${user},${user},"${groups.join(',')}"`,
  );
  writeFileSync(join(folder, 'tokens.csv'), `${tokens.join('\n')}\n`);
  const etcd = spawn(
    join(ASSETS, 'etcd'),
    [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=http://127.0.0.1:${clients}`,
      `--advertise-client-urls=http://127.0.0.1:${clients}`,
      `--listen-peer-urls=http://127.0.0.1:${peers}`,
      '--unsafe-no-fsync=true',
    ],
    { stdio: 'ignore' },
  );
  const apiServer = spawn(
    join(ASSETS, 'kube-apiserver'),
    [
      `--etcd-servers=http://127.0.0.1:${clients}`,
      `--cert-dir=${join(folder, 'apiserver')}`,
      '--bind-address=127.0.0.1',
      `--secure-port=${secure}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--authorization-mode=RBAC',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--service-account-issuer=https://localhost',
      `--service-account-key-file=${join(folder, 'sa.pub')}`,
      `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      '--disable-admission-plugins=ServiceAccount',
      '--allow-privileged=true',
    ],
    { stdio: 'ignore' },
  );
  const kubeconfigOf = (user: User): string => {
    const file = join(folder, `kubeconfig-${user}`);
    writeFileSync(
      file,
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [
          { name: 'c', cluster: { server: `https://127.0.0.1:${secure}`, 'insecure-skip-tls-verify': true } },
        ],
        users: [{ name: 'u', user: { token: `token-${user}` } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    return file;
  };
  const apis = new Map<User, Api>();
  const as = async (user: User): Promise<Api> => {
    const known = apis.get(user) ?? createApi(await readKubeConfig({ file: kubeconfigOf(user) }));
    apis.set(user, known);
    return known;
  };
  const stop = async (): Promise<void> => {
    for (const api of apis.values()) api.close();
    apiServer.kill('SIGTERM');
    await ended(apiServer);
    etcd.kill('SIGTERM');
    await ended(etcd);
    rmSync(folder, { recursive: true, force: true });
  };
  const admin = await as('admin');
  await eventually('the API server serves', async () => {
    const namespace = await admin.send({ method: 'GET', path: '/api/v1/namespaces/default' });
    return namespace.ok;
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { as, kubeconfigOf, stop };
}
