// A real server on loopback for tests: temporary certificate, policies from text, everything it logs kept.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type RunningServer, startServer } from '../../../src/admission/index.js';
import type { Api } from '../../../src/cluster/index.js';
import { type Config, resolveConfig } from '../../../src/config.js';
import { DEFAULT_SETTINGS } from '../../../src/engine/index.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Running {
  readonly server: RunningServer;
  readonly folder: string;
  readonly ca: Buffer;
  readonly logged: readonly Readonly<Record<string, unknown>>[];
  post(
    body: string | Buffer,
    options?: { readonly path?: string; readonly method?: string; readonly type?: string },
  ): Promise<Answer>;
  get(path: string): Promise<Answer>;
  stop(): Promise<void>;
}

export const POLICY = `apiVersion: warder.dev/v1
kind: Policy
metadata: { name: no-privileged }
spec:
  title: No privileged containers
  description: D
  podTemplates: true
  rules:
    - name: privileged
      each: $.spec.containers[*]
      require: { path: securityContext.privileged, notEquals: true }
      message: "container {item.name} runs privileged"
      fix: { op: replace, path: securityContext.privileged, value: false }
`;

export function review(request_: object = {}, privileged = true): string {
  return JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u-1',
      operation: 'CREATE',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'shop',
      name: 'web',
      userInfo: { username: 'alice', groups: [] },
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web' },
        spec: { containers: [{ name: 'c', securityContext: { privileged } }] },
      },
      ...request_,
    },
  });
}

/** A server on the policy above, or on what the flags say, at a time the test may move. */
export async function run(
  flags: Readonly<Record<string, unknown>> = {},
  now: () => number = Date.now,
  api?: Api,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'warder-test-'));
  writeFileSync(join(folder, 'policy.yaml'), POLICY);
  const resolved = resolveConfig({
    environment: {},
    flags: {
      policies: [join(folder, 'policy.yaml')],
      'listen.host': '127.0.0.1',
      'listen.port': 0,
      'tls.folder': join(folder, 'certs'),
      reloadInterval: '200ms',
      drain: '2s',
      ...flags,
    },
  });
  if (!resolved.ok) throw new Error(resolved.problems.join('\n'));
  const config: Config = resolved.config;
  const logged: Record<string, unknown>[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const server = await startServer({
    config,
    engine: DEFAULT_SETTINGS,
    policies: config.policies ?? [join(import.meta.dirname, '../../../policies')],
    defaultSetOnly: () => config.policies === undefined,
    log,
    version: 'test',
    now,
    api,
  });
  const ca = readFileSync(join(folder, 'certs/ca.crt'));
  const send = (method: string, path: string, body: string | Buffer, type: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: 'localhost',
          port: server.port,
          path,
          method,
          ca,
          agent: false,
          headers: { 'content-type': type, 'content-length': Buffer.byteLength(body) },
        },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('end', () =>
            resolve({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
          incoming.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return {
    server,
    folder,
    ca,
    logged,
    post: (body, { path = '/validate?timeout=10s', method = 'POST', type = 'application/json' } = {}) =>
      send(method, path, body, type),
    get: (path) => send('GET', path, '', 'text/plain'),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
