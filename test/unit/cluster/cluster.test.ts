import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type Election,
  type Followed,
  followObjects,
  type LeaseOptions,
  takePart,
} from '../../../src/cluster/index.js';
import { field, type JsonObject } from '../../../src/kubernetes/index.js';
import { startApiServer, type TestApiServer, until } from './api-server.js';

const POLICIES = '/apis/warder.dev/v1/policies';
const named = (name: string, more: JsonObject = {}): JsonObject => ({
  kind: 'Policy',
  metadata: { name },
  ...more,
});
const quickly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

let server: TestApiServer;
beforeEach(async () => {
  server = await startApiServer([POLICIES]);
});
afterEach(() => server.close());

describe('objects that are followed', () => {
  let problems: string[] = [];
  let followed: Followed;
  const start = (): Followed => {
    problems = [];
    followed = followObjects({
      api: server.api,
      path: POLICIES,
      onChange: () => undefined,
      onProblem: (text) => problems.push(text),
      wait: quickly,
    });
    return followed;
  };
  afterEach(() => followed.close());
  const names = (): readonly string[] => [...followed.objects.keys()].sort();

  test('are those of the list, and then every change', async () => {
    server.put(`${POLICIES}/a`, named('a'));
    start();
    expect(followed.synced).toBe(false);
    await until(() => followed.synced && names().join() === '/a');
    await until(() => server.asked.filter((line) => line.endsWith(POLICIES)).length > 1);
    server.put(`${POLICIES}/b`, named('b'));
    server.put(`${POLICIES}/a`, named('a', { spec: 2 }));
    await until(() => names().join() === '/a,/b' && followed.objects.get('/a')?.spec === 2);
    server.remove(`${POLICIES}/a`);
    await until(() => names().join() === '/b');
    expect(problems).toEqual([]);
  });

  test('a watch that is cut goes on, one that is too old begins anew', async () => {
    start();
    await until(() => followed.synced);
    server.cut();
    server.put(`${POLICIES}/a`, named('a'));
    server.cut(true);
    server.put(`${POLICIES}/b`, named('b'));
    await until(() => names().join() === '/a,/b');
  });

  test('a kind the cluster does not have has no objects, until it does', async () => {
    server.kinds.clear();
    start();
    await until(() => followed.synced);
    expect(names()).toEqual([]);
    server.kinds.add(POLICIES);
    server.put(`${POLICIES}/a`, named('a'));
    await until(() => names().join() === '/a');
  });
});

describe('the election', () => {
  const LEASES = '/apis/coordination.k8s.io/v1/namespaces/warder/leases';
  let clock = 0;
  const candidates: Election[] = [];
  const candidate = (identity: string, more: Partial<LeaseOptions> = {}): Election => {
    const election = takePart({
      api: server.api,
      namespace: 'warder',
      name: 'leader',
      identity,
      duration: 15_000,
      renewEvery: 5_000,
      monotonic: () => clock,
      now: () => clock,
      wait: quickly,
      onChange: () => undefined,
      onProblem: () => undefined,
      ...more,
    });
    candidates.push(election);
    return election;
  };
  beforeEach(() => {
    clock = 0;
    server.kinds.add(LEASES);
  });
  afterEach(async () => {
    await Promise.all(candidates.splice(0).map((one) => one.close()));
  });
  const holder = (): unknown =>
    field(field(server.objects.get(`${LEASES}/leader`), 'spec'), 'holderIdentity');

  test('has one leader, and another once it gives up', async () => {
    const a = candidate('a');
    await until(() => a.leads);
    const b = candidate('b');
    await quickly();
    await quickly();
    expect([a.leads, b.leads, holder()]).toEqual([true, false, 'a']);
    await a.close();
    await until(() => b.leads);
    expect(holder()).toBe('b');
  });

  test('a leader that is gone is followed when its lease has run out, and knows itself that it has', async () => {
    let frozen = false;
    const never = (): Promise<void> => (frozen ? new Promise(() => undefined) : quickly());
    const a = candidate('a', { wait: never });
    await until(() => a.leads);
    const b = candidate('b');
    frozen = true;
    await quickly();
    expect(b.leads).toBe(false);
    clock = 20_000;
    expect(a.leads).toBe(false);
    await until(() => b.leads);
    expect(field(field(server.objects.get(`${LEASES}/leader`), 'spec'), 'leaseTransitions')).toBe(1);
  });
});
