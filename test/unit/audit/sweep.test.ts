import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import {
  clusterSource,
  EMPTY_STATE,
  type ObjectSource,
  readState,
  type SweepResult,
  sweep,
  trackFindings,
  writeState,
} from '../../../src/audit/index.js';
import type { Api, ApiAnswer } from '../../../src/cluster/index.js';
import { DEFAULT_SETTINGS, type Decision } from '../../../src/engine/index.js';
import { createUlidGenerator, type JsonObject } from '../../../src/kubernetes/index.js';
import type { PolicySet } from '../../../src/policy/index.js';
import { loaded } from './policies.js';

const ok = (body: JsonObject): ApiAnswer => ({ ok: true, status: 200, body });
const no = (status: number, message: string, more: object = {}): ApiAnswer => ({
  ok: false,
  status,
  message,
  retryAfter: undefined,
  ...more,
});

const pod = (index: number, privileged = false): JsonObject => ({
  metadata: { name: `p${index}`, namespace: 'shop', uid: `u${index}` },
  spec: { containers: [{ name: 'c', securityContext: { privileged } }] },
});

/** An API server in memory: pods in pages of two, with faults in front of chosen requests. */
function server(pods: readonly JsonObject[], faults: Readonly<Record<string, readonly ApiAnswer[]>> = {}) {
  const left = new Map(Object.entries(faults).map(([path, answers]) => [path, [...answers]]));
  const asked: string[] = [];
  const serve = (path: string): ApiAnswer => {
    if (path === '/api/v1')
      return ok({
        resources: [
          { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] },
          { name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
          { name: 'namespaces', kind: 'Namespace', namespaced: false, verbs: ['list'] },
          { name: 'bindings', kind: 'Binding', namespaced: true, verbs: ['create'] },
        ],
      });
    if (path === '/apis')
      return ok({
        groups: [
          { name: 'apps', preferredVersion: { version: 'v1' } },
          { name: 'metrics.k8s.io', preferredVersion: { version: 'v1beta1' } },
        ],
      });
    if (path === '/apis/apps/v1')
      return ok({
        resources: [{ name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['list'] }],
      });
    if (path === '/apis/metrics.k8s.io/v1beta1')
      return no(503, 'the server is currently unable to handle the request');
    if (path.startsWith('/api/v1/namespaces'))
      return ok({ items: [{ metadata: { name: 'shop', labels: { env: 'prod' } } }] });
    if (path.startsWith('/apis/apps/v1/deployments')) return ok({ items: [] });
    const from = Number(/continue=(\d+)/.exec(path)?.[1] ?? 0);
    const next = from + 2;
    const metadata =
      next < pods.length ? { continue: String(next), resourceVersion: '1' } : { resourceVersion: '1' };
    return ok({
      metadata,
      items: pods.slice(from, next) as unknown as JsonObject[],
    } as unknown as JsonObject);
  };
  const api: Api = {
    async send({ path }) {
      asked.push(path);
      return left.get(path)?.shift() ?? serve(path);
    },
    stream: async () => ({ status: 0, message: '' }),
    close: () => undefined,
  };
  return { api, asked };
}

const waits: number[] = [];
const sourceOf = (api: Api, more: object = {}): ObjectSource =>
  clusterSource({
    api,
    wants: ({ kind }) => kind === 'Pod' || kind === 'Deployment',
    lookups: [],
    limit: 2,
    interval: 0,
    attempts: 4,
    wait: async (milliseconds) => void waits.push(milliseconds),
    ...more,
  });

const policies: PolicySet = loaded(`
- name: no-privileged
  match: [{ resources: [pods] }]
  rules: [{ name: privileged, each: "$.spec.containers[*]", require: { path: securityContext.privileged, notEquals: true }, message: broken }]
- name: breaks
  match: [{ resources: [pods] }]
  rules: [{ name: breaks, require: { cel: "object.metadata.name != 'p1' || object.spec.absent == 1" }, message: broken }]
- name: asks-who
  match: [{ resources: [pods] }]
  rules: [{ name: who, require: { cel: "request.userInfo.username != ''" }, message: broken }]
- name: production
  match: [{ resources: [pods], namespaceSelector: { matchLabels: { env: prod } } }]
  rules: [{ name: labelled, require: { path: metadata.labels.app, exists: true }, message: broken }]
`);

async function run(
  source: ObjectSource,
  more: object = {},
): Promise<{ result: SweepResult; decisions: Decision[] }> {
  const decisions: Decision[] = [];
  const result = await sweep({
    source,
    policies,
    settings: DEFAULT_SETTINGS,
    exemptions: undefined,
    shard: undefined,
    defaultNamespace: 'default',
    now: 0,
    nextId: createUlidGenerator(),
    onDecision: (decision) => void decisions.push(decision),
    ...more,
  });
  return { result, decisions };
}

const PODS = [pod(0), pod(1), pod(2, true), pod(3), pod(4)];
const names = (decisions: readonly Decision[]): readonly string[] =>
  decisions.map(({ review }) => review.name);

describe('a sweep of a cluster', () => {
  test('judges every object of every page as the webhook would', async () => {
    const { api, asked } = server(PODS);
    const { result, decisions } = await run(sourceOf(api));
    expect(names(decisions)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(
      decisions.map(({ violations }) => violations.some(({ policy }) => policy === 'no-privileged')),
    ).toEqual([false, false, true, false, false]);
    // Namespaces are looked up, so selectors of theirs work.
    expect(
      decisions.every(({ violations }) => violations.some(({ policy }) => policy === 'production')),
    ).toBe(true);
    expect(result).toMatchObject({ objects: 5, finished: true });
    expect(asked.some((path) => path.includes('bindings') || path.includes('log'))).toBe(false);
  });

  test('an aggregated API that does not answer is reported, and the rest is swept', async () => {
    const { result } = await run(sourceOf(server(PODS).api));
    expect(result.failures).toEqual([
      {
        what: 'API group metrics.k8s.io',
        message: '503: the server is currently unable to handle the request',
      },
    ]);
  });

  test('a policy that asks who did it is not auditable, and says so', async () => {
    const { result } = await run(sourceOf(server(PODS).api));
    expect([...result.notAuditable]).toEqual([
      ['asks-who', { reason: 'not auditable: it asks who made the request', objects: 5 }],
    ]);
  });

  test('an object that breaks an expression is one error, and the others are judged', async () => {
    const { decisions } = await run(sourceOf(server(PODS).api));
    const errors = decisions.flatMap(({ outcomes, review }) =>
      outcomes.flatMap(({ findings }) =>
        findings.filter(({ kind }) => kind === 'error').map(() => review.name),
      ),
    );
    expect(errors).toEqual(['p1']);
  });

  test.each<[string, readonly ApiAnswer[]]>([
    ['429 with Retry-After', [no(429, 'slow down', { retryAfter: 3_000 })]],
    ['500s', [no(500, 'x'), no(500, 'x'), no(500, 'x')]],
    ['half a page', [no(0, 'the connection broke in the middle of the answer')]],
  ])('%s in the middle of a list is tried again', async (what, answers) => {
    waits.length = 0;
    const { api } = server(PODS, { '/api/v1/pods?limit=2&continue=2': answers });
    const { result, decisions } = await run(sourceOf(api));
    expect(names(decisions)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(result.failures.filter(({ what: kind }) => kind === 'pods')).toEqual([]);
    if (what.startsWith('429')) expect(waits).toContain(3_000);
  });

  test('an API server that goes away leaves what was read and says what is missing', async () => {
    const gone = Array.from({ length: 9 }, () => no(0, 'connect ECONNREFUSED'));
    const { api } = server(PODS, { '/api/v1/pods?limit=2&continue=2': gone });
    const { result, decisions } = await run(sourceOf(api));
    expect(names(decisions)).toEqual(['p0', 'p1']);
    expect(result.failures).toContainEqual({ what: 'pods', message: 'connect ECONNREFUSED' });
  });

  test('a list that expired starts again, and no object is told twice', async () => {
    const expired = no(410, 'the provided continue parameter is too old');
    const { api } = server(PODS, { '/api/v1/pods?limit=2&continue=4': [expired] });
    const { decisions } = await run(sourceOf(api));
    expect(names(decisions)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
  });

  test('a list that expired goes on where the server says', async () => {
    const expired = no(410, 'expired', { continue: '4' });
    const { api, asked } = server(PODS, { '/api/v1/pods?limit=2&continue=2': [expired] });
    const { decisions } = await run(sourceOf(api));
    expect(names(decisions)).toEqual(['p0', 'p1', 'p4']);
    expect(asked.filter((path) => path === '/api/v1/pods?limit=2')).toHaveLength(1);
  });

  test('a list that never ends well is given up', async () => {
    const expired = Array.from({ length: 20 }, () => no(410, 'expired'));
    const { api } = server(PODS, { '/api/v1/pods?limit=2&continue=2': expired });
    const { result } = await run(sourceOf(api));
    expect(result.failures).toContainEqual({ what: 'pods', message: '410: expired' });
  });

  test('kinds done in an earlier run are left out, kinds done in this one are told', async () => {
    const done: string[] = [];
    const { api } = server(PODS);
    const { decisions } = await run(
      sourceOf(api, { done: new Set(['pods']), onDone: (kind: string) => done.push(kind) }),
    );
    expect(decisions).toEqual([]);
    expect(done).toEqual(['deployments.apps']);
  });

  test('shards share the objects without overlap', async () => {
    const parts = await Promise.all(
      [0, 1, 2].map((index) => run(sourceOf(server(PODS).api), { shard: { index, count: 3 } })),
    );
    const all = parts.flatMap(({ decisions }) => names(decisions));
    expect([...all].sort()).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(parts.filter(({ decisions }) => decisions.length > 0).length).toBeGreaterThan(1);
  });

  test('a sweep that is stopped ends with what it has', async () => {
    const controller = new AbortController();
    const { result } = await run(sourceOf(server(PODS).api), {
      signal: controller.signal,
      onPage: (objects: number) => objects >= 2 && controller.abort(),
    });
    expect(result).toMatchObject({ objects: 2, finished: false });
  });
});

describe('the state of findings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'warder-state-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const DAY = 86_400_000;
  const seen = (...ids: readonly string[]): ReadonlyMap<string, string> => new Map(ids.map((id) => [id, id]));

  test('first seen, last seen, resolved, and seen anew', () => {
    const one = trackFindings(EMPTY_STATE, seen('a', 'b'), 0, true);
    const two = trackFindings(one, seen('a'), DAY, true);
    expect(two.findings.get('a')).toMatchObject({
      firstSeen: '1970-01-01T00:00:00.000Z',
      lastSeen: '1970-01-02T00:00:00.000Z',
      resolved: '',
    });
    expect(two.findings.get('b')).toMatchObject({ resolved: '1970-01-02T00:00:00.000Z' });
    const three = trackFindings(two, seen('b'), 2 * DAY, true);
    expect(three.findings.get('b')).toMatchObject({ firstSeen: '1970-01-03T00:00:00.000Z', resolved: '' });
    expect(trackFindings(three, seen(), 200 * DAY, true).findings.has('a')).toBe(false);
  });

  test('a sweep that is not whole resolves nothing', () => {
    const one = trackFindings(EMPTY_STATE, seen('a'), 0, true);
    expect(trackFindings(one, seen(), DAY, false).findings.get('a')?.resolved).toBe('');
  });

  test('is kept in a file that is written whole or not at all', async () => {
    const file = join(folder, 'state.json');
    expect(await readState(file)).toEqual({ ok: true, state: EMPTY_STATE });
    const state = trackFindings(EMPTY_STATE, seen('a', 'b'), 0, true);
    await writeState(file, state);
    expect(await readState(file)).toEqual({ ok: true, state });
    await expect(writeState('/dev/full/state.json', state)).rejects.toThrow();
    await expect(writeState(join(folder, 'no/such/folder.json'), state)).rejects.toThrow(/ENOENT/);
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe(1);
  });

  test('one that is broken is refused rather than forgotten', async () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{"version":1,"find');
    expect(await readState(file)).toMatchObject({
      ok: false,
      message: expect.stringContaining('is no state of a sweep'),
    });
  });
});
