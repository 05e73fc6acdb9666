import { describe, expect, test } from '@jest/globals';
import {
  applyPlan,
  type Drift,
  decide,
  findDrift,
  indexLive,
  makePlan,
  type Plan,
  planId,
  type Queue,
  updateQueue,
  withDecisions,
} from '../../../src/audit/index.js';
import type { Window } from '../../../src/breakglass/index.js';
import type { Api, ApiAnswer, ApiRequest } from '../../../src/cluster/index.js';
import { type Finding, findingId, NOBODY_KNOWN } from '../../../src/findings/index.js';
import {
  applyPatch,
  createResourceMapper,
  formatFieldPath,
  type JsonObject,
} from '../../../src/kubernetes/index.js';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const mapper = createResourceMapper();

const object = (kind: string, name: string, fields: JsonObject, version = '7'): JsonObject => ({
  apiVersion: kind === 'Deployment' ? 'apps/v1' : kind === 'NetworkPolicy' ? 'networking.k8s.io/v1' : 'v1',
  kind,
  metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: version },
  ...fields,
});
const bare = (live: JsonObject, fields: JsonObject): JsonObject => ({
  apiVersion: live.apiVersion as string,
  kind: live.kind as string,
  metadata: { name: (live.metadata as JsonObject).name as string, namespace: 'shop' },
  ...fields,
});

/** Findings as the classification would give them, with a class and a risk of the test's. */
function findingFor(drift: Drift, more: Partial<Finding> = {}): Finding {
  const subject = (drift.live ?? drift.desired)?.metadata as JsonObject;
  const about = {
    group: '',
    version: 'v1',
    kind: String((drift.live ?? drift.desired)?.kind),
    namespace: 'shop',
    name: String(subject.name),
    uid: '',
  };
  return {
    id: findingId(drift.kind, about, drift.path),
    kind: drift.kind,
    class: 'violation',
    rule: 'r',
    evidence: ['because'],
    object: about,
    path: formatFieldPath(drift.path),
    desired: '',
    live: '',
    risk: 'medium',
    by: NOBODY_KNOWN,
    source: undefined,
    fingerprint: 'f',
    ...more,
  };
}

const container = (fields: JsonObject): JsonObject => ({
  template: { spec: { containers: [{ name: 'c', ...fields }] } },
});
const web = object('Deployment', 'web', {
  spec: {
    ...container({
      image: 'bad',
      env: [
        { name: 'A', value: '1' },
        { name: 'X', value: '2' },
        { name: 'Y', value: '3' },
      ],
    }),
    replicas: 3,
  },
});
const webDesired = bare(web, {
  spec: { ...container({ image: 'good', env: [{ name: 'A', value: '1' }] }), replicas: 2 },
});
const policy = object('NetworkPolicy', 'deny', { spec: {} });

function planOf(
  desired: readonly JsonObject[],
  live: readonly JsonObject[],
  more: Partial<Finding> = {},
): Plan {
  const stated = desired.map((one) => ({ object: one, file: 'f', line: 1, folders: [] }));
  const files = [
    'services.json',
    'deployments.apps.json',
    'networkpolicies.networking.k8s.io.json',
    'secrets.json',
  ];
  const { drifts } = findDrift(stated, indexLive(live, files), {
    defaultNamespace: 'shop',
    excludedNamespaces: [],
    unmanaged: true,
  });
  return makePlan(
    drifts,
    drifts.map((drift) => findingFor(drift, more)),
    { mapper, classes: ['violation', 'review'], now: NOW },
  );
}

describe('a plan', () => {
  test('brings the object back exactly, and its way back undoes it exactly', () => {
    const [step] = planOf([webDesired], [web]).steps;
    expect(step).toMatchObject({
      action: 'patch',
      object: { path: '/apis/apps/v1/namespaces/shop/deployments/web', resourceVersion: '7' },
    });
    const done = applyPatch(web, step?.patch ?? []);
    if (!done.ok) throw new Error(done.message);
    expect((done.value as JsonObject).spec).toEqual(webDesired.spec);
    const back = applyPatch(done.value, step?.rollback ?? []);
    expect(back).toEqual({ ok: true, value: web });
  });

  test('what others need comes first, then what is dangerous', () => {
    const service = object('Service', 's', { spec: { type: 'NodePort' } });
    const { steps } = planOf(
      [
        webDesired,
        bare(service, { spec: { type: 'ClusterIP' } }),
        bare(policy, { spec: { podSelector: { a: 'b' } } }),
      ],
      [web, service],
    );
    expect(steps.map(({ action, object: { kind } }) => `${action} ${kind}`)).toEqual([
      'create NetworkPolicy',
      'patch Service',
      'patch Deployment',
    ]);
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3]);
  });

  test('holds nothing secret: what would is left to people', () => {
    const secret = object('Secret', 's', { data: { a: 'eA==' } });
    const leaking = object('Deployment', 'web', {
      spec: container({ env: [{ name: 'DB_PASSWORD', value: 'hunter2-hunter2' }] }),
    });
    const plan = planOf(
      [
        bare(secret, { stringData: { a: 'top-secret-value' } }),
        bare(leaking, { spec: container({ env: [] }) }),
      ],
      [secret, leaking],
    );
    expect(JSON.stringify(plan)).not.toMatch(/hunter2|top-secret|dG9wLXNlY3JldC12YWx1ZQ/);
    expect(plan.manual).toEqual([
      expect.objectContaining({ object: 'Secret shop/s', why: expect.stringContaining('apply it again') }),
    ]);
    expect(plan.steps).toEqual([expect.objectContaining({ rollback: null })]);
  });

  test('leaves what is known and allowed, and what nobody stated', () => {
    expect(planOf([webDesired], [web], { class: 'known-and-allowed' })).toMatchObject({
      steps: [],
      manual: [],
    });
    const stranger = object('Service', 'x', {});
    expect(planOf([webDesired], [stranger]).manual).toEqual([
      expect.objectContaining({ object: 'Service shop/x' }),
    ]);
  });

  test('has an id of what it would do, the same every time and another for anything else', () => {
    const plan = planOf([webDesired], [web]);
    expect(planOf([webDesired], [web]).id).toBe(plan.id);
    const [step] = plan.steps;
    if (step === undefined) throw new Error('no step');
    expect(planId({ ...plan, steps: [{ ...step, patch: step.patch.slice(1) }] })).not.toBe(plan.id);
  });
});

/** An API server that holds objects by path and remembers what it was asked. */
function server(
  objects: Readonly<Record<string, JsonObject>>,
  refuse: (request: ApiRequest) => string | undefined = () => undefined,
) {
  const asked: string[] = [];
  const api: Api = {
    async send(request): Promise<ApiAnswer> {
      const { method, path } = request;
      asked.push(`${method} ${path}`);
      const message = refuse(request);
      if (message !== undefined) return { ok: false, status: 422, message, retryAfter: undefined };
      const found = objects[path.replace(/\?.*/, '')];
      if (method === 'GET' && found === undefined)
        return { ok: false, status: 404, message: 'not found', retryAfter: undefined };
      return { ok: true, status: 200, body: found ?? {} };
    },
    stream: async () => ({ status: 0, message: '' }),
    close: () => undefined,
  };
  return { api, asked };
}

const WEB = '/apis/apps/v1/namespaces/shop/deployments/web';
const SVC = '/api/v1/namespaces/shop/services/s';
const service = object('Service', 's', { spec: { type: 'NodePort' } });
const plan = planOf([webDesired, bare(service, { spec: { type: 'ClusterIP' } })], [web, service]);
const live = { [WEB]: web, [SVC]: service };
const namespaces = { '/api/v1/namespaces/shop': { metadata: { labels: { env: 'prod' } } } };

const apply = (api: Api, more: object = {}) =>
  applyPlan(plan, {
    api,
    approval: plan.id,
    windows: [],
    stages: [],
    dryRun: false,
    mapper,
    now: () => NOW,
    ...more,
  });
const outcomes = async (result: ReturnType<typeof apply>): Promise<readonly string[]> => {
  const done = await result;
  return done.ok ? done.results.map(({ object: name, result: what }) => `${name} ${what}`) : [done.message];
};

describe('carrying it out', () => {
  test('looks again, tries, then changes', async () => {
    const { api, asked } = server(live);
    expect(await outcomes(apply(api))).toEqual(['Service shop/s done', 'Deployment shop/web done']);
    expect(asked.slice(0, 3)).toEqual([
      `GET ${SVC}`,
      `PATCH ${SVC}?fieldManager=warder&dryRun=All`,
      `PATCH ${SVC}?fieldManager=warder`,
    ]);
  });

  test('a dry run changes nothing', async () => {
    const { api, asked } = server(live);
    expect(await outcomes(apply(api, { dryRun: true }))).toEqual([
      'Service shop/s tried',
      'Deployment shop/web tried',
    ]);
    expect(asked.filter((line) => line.startsWith('PATCH') && !line.includes('dryRun=All'))).toEqual([]);
  });

  test.each<[string, object, RegExp]>([
    ['another approval', { approval: 'plan-000000000000' }, /was approved, and this is plan-/],
    ['no approval', { approval: '' }, /was approved/],
  ])('%s is refused before anything is asked', async (_, more, message) => {
    const { api, asked } = server(live);
    expect(await apply(api, more)).toEqual({ ok: false, message: expect.stringMatching(message) });
    expect(asked).toEqual([]);
  });

  test('a plan that was edited is refused', async () => {
    const edited = { ...plan, steps: plan.steps.slice(1) };
    const result = await applyPlan(edited, {
      api: server(live).api,
      approval: plan.id,
      windows: [],
      stages: [],
      dryRun: false,
      mapper,
      now: () => NOW,
    });
    expect(result).toEqual({ ok: false, message: expect.stringContaining('it was changed') });
  });

  test('an object that moved, or that the server refuses, ends it there', async () => {
    const moved = server({
      ...live,
      [SVC]: { ...service, metadata: { ...(service.metadata as JsonObject), resourceVersion: '8' } },
    });
    expect(await outcomes(apply(moved.api))).toEqual(['Service shop/s failed', 'Deployment shop/web left']);
    const refused = server(live, ({ path }) => (path.includes('dryRun') ? 'denied by a webhook' : undefined));
    expect(await outcomes(apply(refused.api))).toEqual(['Service shop/s failed', 'Deployment shop/web left']);
    expect(refused.asked).toHaveLength(2);
    const { [SVC]: _, ...gone } = live;
    expect(await outcomes(apply(server(gone).api))).toEqual([
      'Service shop/s failed',
      'Deployment shop/web left',
    ]);
  });

  test('what is under an open emergency is left alone, and the rest is done', async () => {
    const window: Window = {
      id: 'bg',
      reason: 'r',
      incident: 'INC-1',
      openedBy: 'oncall',
      opens: NOW - 1,
      locks: NOW + 1,
      scope: { resources: [], namespaces: ['shop'], names: ['s'], selector: undefined, images: [] },
      opening: { ok: true, how: 'signature' },
      resolutions: [],
      source: '',
    };
    expect(await outcomes(apply(server(live).api, { windows: [window] }))).toEqual([
      'Service shop/s skipped',
      'Deployment shop/web done',
    ]);
    expect(await outcomes(apply(server(live).api, { windows: [window], now: () => NOW + 1 }))).toEqual([
      'Service shop/s done',
      'Deployment shop/web done',
    ]);
  });

  test('stages go by the labels of namespaces', async () => {
    const { api, asked } = server({ ...live, ...namespaces });
    const selector = (env: string) => ({ matchLabels: { env }, matchExpressions: [] });
    await apply(api, { stages: [selector('dev'), selector('prod')] });
    expect(asked[0]).toBe('GET /api/v1/namespaces/shop');
    expect(asked.filter((line) => line.startsWith('PATCH'))).toHaveLength(4);
  });
});

describe('the review queue', () => {
  const finding = (value: string): Finding => {
    const about = { group: '', version: 'v1', kind: 'Service', namespace: 'shop', name: 's', uid: '' };
    return {
      ...findingFor(
        {
          kind: 'changed',
          live: service,
          desired: undefined,
          path: ['spec'],
          wanted: undefined,
          found: undefined,
          manager: undefined,
          source: undefined,
          namespace: 'shop',
        },
        { class: 'review', fingerprint: value },
      ),
      object: about,
    };
  };
  const seen = (one: Finding) => ({ finding: one, object: 'o', difference: 'd', by: 'b' });
  const first = finding('v1');
  const queue: Queue = updateQueue(new Map(), [seen(first)], NOW, true);
  const decided = (verdict: 'accept' | 'reject' | 'adopt'): Queue => {
    const result = decide(queue, first.id, {
      verdict,
      by: 'carol',
      at: '2026-11-21T00:00:00Z',
      reason: 'fine',
    });
    if (!result.ok) throw new Error(result.message);
    return result.queue;
  };

  test.each([
    ['accept', 'known-and-allowed'],
    ['adopt', 'known-and-allowed'],
    ['reject', 'violation'],
  ] as const)('%s makes it %s, and says who decided', (verdict, wanted) => {
    expect(withDecisions([first], decided(verdict))[0]).toMatchObject({
      class: wanted,
      rule: `review-${verdict}`,
      evidence: [expect.stringContaining('carol decided'), 'because'],
    });
  });

  test('what was accepted is raised again when its value changes, and the decision stays on record', () => {
    const later = finding('v2');
    expect(withDecisions([later], decided('accept'))[0]).toMatchObject({ class: 'review' });
    const after = updateQueue(decided('accept'), [seen(later)], NOW + 1, true).get(first.id);
    expect(after).toMatchObject({
      fingerprint: 'v2',
      decisions: [{ fingerprint: 'v1', by: 'carol' }],
      firstSeen: '2026-11-21T00:00:00.000Z',
    });
  });

  test('only a whole comparison resolves what it did not see, and nothing is decided on what is gone', () => {
    expect(updateQueue(queue, [], NOW, false).get(first.id)?.resolved).toBe('');
    const gone = updateQueue(queue, [], NOW, true);
    const decision = { verdict: 'accept' as const, by: 'c', at: '', reason: '' };
    expect(decide(gone, first.id, decision)).toMatchObject({
      ok: false,
      message: expect.stringContaining('is gone since'),
    });
    expect(decide(gone, 'd-nothing', decision)).toMatchObject({ ok: false });
  });
});
