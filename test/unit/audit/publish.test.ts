import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { metricsText, notification, notify, type ToldViolation } from '../../../src/audit/index.js';
import type { Io } from '../../../src/cli/io.js';
import { main } from '../../../src/cli/main.js';
import { field, type JsonObject } from '../../../src/kubernetes/index.js';
import { startApiServer, type TestApiServer, until } from '../cluster/api-server.js';

const folder = mkdtempSync(join(tmpdir(), 'warder-publish-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const violation = (id: string, message = 'm'): ToldViolation => ({
  ...{
    id,
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: 'shop',
    name: 'web',
    uid: 'u',
    rule: 'p/r',
    severity: 'high',
    message,
  },
});

describe('a notification', () => {
  test('names the violations, and for Slack nothing in them is markup', () => {
    expect(notification([violation('a')], 'json')).toMatchObject({
      count: 1,
      violations: [{ id: 'a', rule: 'p/r' }],
    });
    const { text } = notification(
      Array.from({ length: 25 }, () => violation('a', '<!channel> & <http://x|y>')),
      'slack',
    );
    expect(text).toContain('25 new violations');
    expect(text).toContain('…and 5 more');
    expect(text).not.toContain('<!channel>');
  });

  test.each([
    [[200], undefined, 1],
    [[500, 429, 200], undefined, 3],
    [[500, 500, 500], 'HTTP 500', 3],
    [[403], 'HTTP 403', 1],
    [[302], expect.any(String), 3],
  ])('answers %j', async (codes, problem, asked) => {
    let calls = 0;
    const server = createServer((_, response) => {
      response.writeHead(codes[calls++] ?? 500, { location: 'http://169.254.169.254/' });
      response.end();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo; // it listens on a port
    const said = await notify(`http://127.0.0.1:${port}/`, [violation('a')], 'json', async () => undefined);
    server.closeAllConnections();
    server.close();
    expect([said, calls]).toEqual([problem, asked]);
  });
});

test('figures are Prometheus text, whatever is in the names', () => {
  const text = metricsText({
    objects: 3,
    whole: false,
    seconds: 1.5,
    now: 1_000_000,
    violations: [['p"\n\\', 'high', 'deny', 'shop', 2]],
  });
  expect(text).toContain('warder_audit_objects 3\n');
  expect(text).toContain('warder_audit_complete 0\n');
  expect(text).toContain(
    'warder_audit_violations{policy="p\\"\\n\\\\",severity="high",action="deny",namespace="shop"} 2\n',
  );
});

describe('an audit of a cluster', () => {
  let cluster: TestApiServer;
  beforeEach(async () => {
    cluster = await startApiServer(['/api/v1/pods', '/api/v1/namespaces']);
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
    const listed = (name: string, kind: string, namespaced: boolean): JsonObject => ({
      name,
      kind,
      namespaced,
      verbs: ['list'] as unknown as JsonObject,
    });
    cluster.put('/api/v1', {
      resources: [
        listed('pods', 'Pod', true),
        listed('namespaces', 'Namespace', false),
      ] as unknown as JsonObject,
    });
    cluster.put('/apis', { groups: [] as unknown as JsonObject });
    cluster.put('/api/v1/pods/bad', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bad', namespace: 'shop', uid: 'uid-bad' },
      spec: {
        containers: [
          { name: 'c', image: 'a:1', securityContext: { privileged: true } },
        ] as unknown as JsonObject,
      },
    });
  });
  afterEach(() => cluster.close());

  const audit = (...more: readonly string[]) => warder('audit', '--cluster', ...more);
  const drift = (...more: readonly string[]) => warder('drift', ...more, '--cluster');

  async function warder(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    let [out, err] = ['', ''];
    const io: Io = {
      write: async (text) => {
        out += text;
      },
      warn: (text) => {
        err += `${text}\n`;
      },
      isTerminal: false,
      colours: false,
      columns: 100,
      environment: {},
      now: () => Date.UTC(2026, 10, 21),
    };
    const code = await main(
      [
        ...argv.flatMap((word, index) =>
          index === argv.indexOf('--cluster')
            ? [word, '--kubeconfig', join(folder, 'kubeconfig'), '--rate', '1000']
            : [word],
        ),
      ],
      io,
    );
    return { code, out, err };
  }
  const REPORT = '/apis/wgpolicyk8s.io/v1alpha2/namespaces/shop/policyreports/warder';

  test('finds what is there, and says so as it is asked', async () => {
    const { code, out } = await audit();
    expect(code).toBe(1);
    expect(out).toContain('Pod shop/bad');
    expect(out).toContain('privileged-containers/privileged');
    expect((await audit('--exit-zero')).code).toBe(0);
  });

  test('writes reports, and only when they change', async () => {
    expect((await audit('--publish', 'policyreport')).err).toContain('reports: 1 written, 0 unchanged');
    expect(field(field(cluster.objects.get(REPORT), 'summary'), 'fail')).toBe(1);
    expect((await audit('--publish', 'policyreport')).err).toContain('reports: 0 written, 1 unchanged');
  });

  test('records Events of new violations once, and writes figures', async () => {
    const options = [
      '--events',
      '--state',
      join(folder, 'state.json'),
      '--metrics-file',
      join(folder, 'metrics.prom'),
    ];
    await audit(...options);
    const events = [...cluster.objects].filter(([path]) => path.includes('/events/'));
    expect(events.length).toBeGreaterThan(0);
    expect(events.map(([, event]) => field(field(event, 'regarding'), 'name'))).toContain('bad');
    const again = await audit(...options);
    expect([...cluster.objects].filter(([path]) => path.includes('/events/'))).toHaveLength(events.length);
    expect(again.err).toContain('since the last run: 0 new, 0 resolved');
    expect(readFileSync(join(folder, 'metrics.prom'), 'utf8')).toContain(
      'policy="privileged-containers",severity="critical",action="deny",namespace="shop"} 1',
    );
  });

  test('watches, and tells of what is written as it comes', async () => {
    cluster.remove('/api/v1/pods/bad');
    const running = audit('--watch');
    await until(() => cluster.watches('/api/v1/pods') > 0);
    const written = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'new', namespace: 'shop', uid: 'uid-new' },
    };
    const spec = {
      containers: [
        { name: 'c', image: 'a:1', securityContext: { privileged: true } },
      ] as unknown as JsonObject,
    };
    cluster.put('/api/v1/pods/new', { ...written, spec });
    cluster.put('/api/v1/pods/new', { ...written, spec, status: { phase: 'Running' } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    process.emit('SIGINT');
    const { out } = await running;
    const lines = out
      .split('\n')
      .filter((line) => line.includes('critical Pod shop/new privileged-containers/privileged'));
    expect(lines).toHaveLength(1); // once, however often it is written
  });

  test('reconciling carries out what needs nobody, and leaves the rest for approval', async () => {
    const desired = join(folder, 'desired');
    mkdirSync(desired, { recursive: true });
    const service = (namespace: string, type: string): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace, resourceVersion: '' },
      spec: { type },
    });
    const stated = (namespace: string): string =>
      `apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: ${namespace} }\nspec: { type: ClusterIP }\n`;
    writeFileSync(join(desired, 'services.yaml'), `${stated('dev')}---\n${stated('prod')}`);
    const resource = {
      name: 'services',
      kind: 'Service',
      namespaced: true,
      verbs: ['list'] as unknown as JsonObject,
    };
    cluster.put('/api/v1', { resources: [resource] as unknown as JsonObject });
    cluster.kinds.add('/api/v1/services');
    for (const namespace of ['dev', 'prod']) {
      cluster.put(`/api/v1/services/${namespace}`, service(namespace, 'NodePort'));
      const { resourceVersion } = cluster.objects.get(`/api/v1/services/${namespace}`)
        ?.metadata as JsonObject;
      const own = service(namespace, 'NodePort');
      cluster.objects.set(`/api/v1/namespaces/${namespace}/services/web`, {
        ...own,
        metadata: { ...(own.metadata as JsonObject), resourceVersion: resourceVersion ?? '' },
      });
      cluster.put(`/api/v1/namespaces/${namespace}`, {
        metadata: { name: namespace, labels: { env: namespace } },
      });
    }
    const plan = join(folder, 'plan.json');
    const { code, out, err } = await drift(
      ...[
        'reconcile',
        '--desired',
        desired,
        '--mode',
        'auto-remediate',
        '--plan-file',
        plan,
        '--auto',
        'env=dev',
      ],
    );
    expect(out).toBe('done Service dev/web\n');
    expect(err).toMatch(
      /1 steps wait for approval: warder drift apply .*plan\.json --approve plan-[0-9a-f]{12}/,
    );
    expect(code).toBe(1);
    const patched = cluster.asked.filter((line) => line.startsWith('PATCH'));
    expect(patched).toEqual(Array(2).fill('PATCH /api/v1/namespaces/dev/services/web')); // tried, then done
    expect(JSON.parse(readFileSync(plan, 'utf8')).steps).toHaveLength(2);
  });

  test('a cluster that is not there is exit code 3, in words', async () => {
    await cluster.close();
    const { code, err } = await audit();
    expect(code).toBe(3);
    expect(err).toMatch(/core API: .*ECONNREFUSED/);
  }, 30_000);

  test.each([
    [['--every', 'soon'], '--every must be'],
    [['--leader-elect', 'x'], '--leader-elect must be'],
    [['--shard', '2/2'], '--shard must be'],
    [['--rate', 'fast'], '--rate must be'],
  ])('%j is refused', async (options, message) => {
    const { code, err } = await audit(...options);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
