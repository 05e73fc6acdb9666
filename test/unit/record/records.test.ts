import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { DEFAULT_SETTINGS, type Decision } from '../../../src/engine/index.js';
import { EMPTY_CONTEXT, isJsonObject, type JsonObject } from '../../../src/kubernetes/index.js';
import { createRiskTable, DEFAULT_RISKS, type PolicySet } from '../../../src/policy/index.js';
import {
  createFigures,
  createRecordReader,
  createReplayer,
  createRuleLists,
  createShadow,
  httpSink,
  type ReadRecord,
  type Replayed,
  recordOf,
} from '../../../src/record/index.js';
import {
  approved,
  deployment,
  exemptionsOf,
  judged,
  NOW,
  policy,
  policySet,
  register,
} from '../exceptions/fixtures.js';
import { T0 } from './logging.js';

const RISKS = createRiskTable(DEFAULT_RISKS);
const SENT = { allowed: false, code: 403, delivered: true };
const none = exemptionsOf(register());

function record(
  decision: Decision,
  {
    sent = { allowed: decision.allowed, code: decision.denial?.code, delivered: true },
    objects = false,
  } = {},
): JsonObject {
  return recordOf(decision, sent, T0, 0.0015, 'r1', { objects, risks: RISKS });
}
const read = (...bodies: readonly JsonObject[]): readonly ReadRecord[] => {
  const reader = createRecordReader();
  return bodies
    .map((body) => reader.read(JSON.stringify({ seq: 1, ...body })))
    .filter((found) => found !== undefined);
};
const container = (fields: JsonObject): JsonObject =>
  deployment(
    {},
    { spec: { template: { spec: { containers: [{ name: 'server', image: 'a:1', ...fields }] } } } },
  );

describe('a record', () => {
  test('says who did what, what was answered and what was broken', () => {
    expect(record(judged({ object: deployment(), exemptions: none }))).toEqual({
      type: 'decision',
      time: '2026-11-21T12:00:00.000Z',
      id: '01JD1111111111111111111111',
      uid: 'u1',
      operation: 'CREATE',
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      resource: 'deployments.apps',
      namespace: 'shop',
      name: 'checkout',
      user: 'alice',
      groups: ['developers', 'system:authenticated'],
      allowed: false,
      code: 403,
      policySet: policySet().digest,
      rules: 'r1',
      results: [
        {
          policy: 'privileged-containers',
          rule: 'privileged',
          result: 'fail',
          action: 'deny',
          message: 'container server runs privileged',
          path: 'spec.template.spec.containers[0].securityContext.privileged',
        },
      ],
      ms: 1.5,
    });
  });

  test('holds the answer that was sent, whatever was decided', () => {
    const decision = judged({ object: container({}), exemptions: none });
    expect(decision.allowed).toBe(true);
    expect(record(decision, { sent: SENT })).toMatchObject({ allowed: false, code: 403 });
    const denied = judged({ object: deployment(), exemptions: none });
    const passed = record(denied, { sent: { allowed: true, code: undefined, delivered: false } });
    expect(passed).toMatchObject({ allowed: true, delivered: false });
    expect(passed.code).toBeUndefined();
  });

  test('names the exception that was used, and one that did not hold', () => {
    const exemptions = exemptionsOf(register([approved()]));
    const object = deployment({ 'warder.dev/exception': 'checkout,gone' });
    expect(record(judged({ object, exemptions }))).toMatchObject({
      allowed: true,
      results: [{ rule: 'privileged', result: 'excepted' }],
      exceptions: [
        { id: 'checkout', result: 'excepted', excepted: ['privileged-containers/privileged'] },
        { id: 'gone', result: 'refused', code: 'unknown' },
      ],
    });
  });

  test('shows the risk of an update and what it changed', () => {
    const decision = judged({
      object: container({ image: 'a:2' }),
      oldObject: container({}),
      operation: 'UPDATE',
      exemptions: none,
    });
    expect(record(decision).change).toEqual({
      risk: 'medium',
      paths: ['spec.template.spec.containers[0].image'],
    });
  });

  test('holds objects only where that is configured, and never a secret', () => {
    const secret = container({ env: [{ name: 'DB_PASSWORD', value: 'hunter2hunter2' }] });
    const decision = judged({ object: secret, exemptions: none });
    expect(record(decision).request).toBeUndefined();
    const full = record(decision, { objects: true });
    expect(JSON.stringify(full)).not.toContain('hunter2');
    expect(full.redacted).toEqual(['/object/spec/template/spec/containers/0/env/0/value']);
  });

  test('names its rules by a list that is written once, and reads back with all of them', () => {
    const lists = createRuleLists('x');
    const decision = judged({ object: deployment(), exemptions: none });
    const [first, second] = [
      lists.of(decision),
      lists.of(judged({ object: deployment(), exemptions: none, policies: decisionSet(decision) })),
    ];
    expect([first.isNew, second.isNew, second.id]).toEqual([true, false, first.id]);
    const [back] = read(first.definition, { ...record(decision), rules: first.id });
    expect(back).toMatchObject({ passed: ['privileged-containers/tagged'], skipped: {} });
  });
});

/** The set a decision was made with, so that its policies are the same ones. */
function decisionSet(decision: Decision): PolicySet {
  const { policies } = policySet();
  const own = decision.outcomes.map((outcome) => outcome.policy);
  return {
    policies: own.length > 0 ? own : policies,
    digest: 'd',
    candidates: () => own.map((one) => ({ policy: one, certain: false })),
  };
}

describe('figures', () => {
  test('count denials by rule and user, exceptions, and time taken', () => {
    const figures = createFigures();
    const denied = record(judged({ object: deployment(), exemptions: none }));
    const passed = record(judged({ object: container({}), exemptions: none }));
    const excepted = record(
      judged({
        object: deployment({ 'warder.dev/exception': 'checkout' }),
        exemptions: exemptionsOf(register([approved()])),
      }),
    );
    for (const one of read(denied, denied, passed, excepted)) figures.add(one);
    expect(figures.figures()).toMatchObject({
      decisions: 4,
      denied: 2,
      rules: [['privileged-containers/privileged', 2]],
      users: [['alice', 2]],
      exceptions: [['checkout excepted', 1]],
      latency: { p50: 1.5, p99: 1.5, max: 1.5 },
    });
  });
});

const rule = (name: string, require: JsonObject): JsonObject => ({
  ...policy(name),
  spec: { ...(policy().spec as JsonObject), rules: [{ name: 'r', require, message: 'm' }] },
});

describe('replay', () => {
  const replayed = (
    object: JsonObject,
    candidate: PolicySet,
    live: Parameters<typeof judged>[0]['policies'] = policySet(),
    exemptions = none,
  ): Replayed => {
    const decision = judged({ object, exemptions, policies: live });
    const [back] = read(record(decision, { objects: true }));
    if (back === undefined) throw new Error('no record');
    return createReplayer({ candidate, context: EMPTY_CONTEXT, settings: DEFAULT_SETTINGS }).replay(back);
  };
  const secret = container({ env: [{ name: 'DB_PASSWORD', value: 'hunter2hunter2' }] });

  test.each([
    {
      name: 'the same set',
      object: deployment(),
      candidate: policySet(),
      was: 'denied',
      now: 'denied',
      newly: [],
      cleared: [],
    },
    {
      name: 'a rule less',
      object: deployment(),
      candidate: policySet(rule('other', { cel: 'true' })),
      was: 'denied',
      now: 'allowed',
      newly: [],
      cleared: ['privileged-containers/privileged'],
    },
    {
      name: 'a rule more',
      object: container({}),
      candidate: policySet(policy(), rule('other', { cel: 'false' })),
      was: 'allowed',
      now: 'denied',
      newly: ['other/r'],
      cleared: [],
    },
    {
      name: 'a rule that only warns',
      object: deployment(),
      candidate: policySet(policy('privileged-containers', {}, 'warn')),
      was: 'denied',
      now: 'allowed',
      newly: [],
      cleared: ['privileged-containers/privileged'],
    },
    {
      name: 'a look at a secret',
      object: secret,
      candidate: policySet(
        rule('other', { cel: "object.spec.containers.all(c, c.env.all(e, e.value != 'x'))" }),
      ),
      was: 'allowed',
      now: 'unknown',
      newly: [],
      cleared: [],
    },
    {
      name: 'a look at a secret by a field check',
      object: secret,
      candidate: policySet(rule('other', { path: 'spec.containers[*].env[*].value', notMatches: 'hunter' })),
      was: 'allowed',
      now: 'unknown',
      newly: [],
      cleared: [],
    },
    {
      name: 'a look at the name beside a secret',
      object: secret,
      candidate: policySet(
        rule('other', { cel: "object.spec.containers.all(c, c.env.all(e, e.name != 'x'))" }),
      ),
      was: 'allowed',
      now: 'allowed',
      newly: [],
      cleared: [],
    },
    {
      name: 'a look at a secret, but denied anyway',
      object: secret,
      candidate: policySet(
        rule('other', { cel: "object.spec.containers.all(c, c.env.all(e, e.value != 'x'))" }),
        rule('never', { cel: 'false' }),
      ),
      was: 'allowed',
      now: 'denied',
      newly: ['never/r'],
      cleared: [],
    },
  ])('$name: $was to $now', ({ object, candidate, was, now, newly, cleared }) => {
    expect(replayed(object, candidate)).toMatchObject({ kind: 'judged', flip: { was, now, newly, cleared } });
  });

  test('what looked at a secret is named', () => {
    const result = replayed(
      secret,
      policySet(rule('other', { cel: "object.spec.containers[0].env[0].value == ''" })),
    );
    expect(result).toMatchObject({
      hidden: [{ rule: 'other/r', pointer: '/object/spec/template/spec/containers/0/env/0/value' }],
    });
  });

  test('what was excepted then is excepted now', () => {
    const exemptions = exemptionsOf(register([approved()]));
    const result = replayed(
      deployment({ 'warder.dev/exception': 'checkout' }),
      policySet(),
      policySet(),
      exemptions,
    );
    expect(result).toMatchObject({ flip: { was: 'allowed', now: 'allowed', newly: [] } });
  });

  test('a record without objects cannot be replayed, and says so', () => {
    const [back] = read(record(judged({ object: deployment(), exemptions: none })));
    const replayer = createReplayer({
      candidate: policySet(),
      context: EMPTY_CONTEXT,
      settings: DEFAULT_SETTINGS,
    });
    expect(back === undefined ? undefined : replayer.replay(back)).toMatchObject({ kind: 'not-replayable' });
  });
});

describe('a shadow', () => {
  test('counts what a candidate would decide otherwise, after the answer', () => {
    const tasks: (() => void)[] = [];
    const shadow = createShadow(
      () => policySet(rule('never', { cel: 'false' })),
      (task) => void tasks.push(task),
    );
    const seen: string[] = [];
    for (const object of [container({}), deployment()]) {
      const live = judged({ object, exemptions: none });
      const input = {
        review: live.review,
        policies: policySet(),
        context: EMPTY_CONTEXT,
        settings: DEFAULT_SETTINGS,
        now: NOW,
        decisionId: 'x',
        deadline: 0,
      };
      shadow.consider(input, live, ({ was, now, newly }) => seen.push(`${was} ${now} ${newly.join()}`));
    }
    expect(shadow.counts()).toEqual({ same: 0, wouldDeny: 0, wouldAllow: 0, skipped: 0 });
    for (const task of tasks) task();
    expect(seen).toEqual(['allowed denied never/r', 'denied denied never/r']);
    expect(shadow.counts()).toEqual({ same: 1, wouldDeny: 1, wouldAllow: 0, skipped: 0 });
  });

  test('leaves out what it has no time for, and counts that', () => {
    const shadow = createShadow(
      () => policySet(),
      () => undefined,
    );
    const live = judged({ object: container({}), exemptions: none });
    const input = {
      review: live.review,
      policies: policySet(),
      context: EMPTY_CONTEXT,
      settings: DEFAULT_SETTINGS,
      now: NOW,
      decisionId: 'x',
      deadline: undefined,
    };
    for (let count = 0; count < 300; count++) shadow.consider(input, live, () => undefined);
    expect(shadow.counts().skipped).toBe(44);
  });
});

describe('records over HTTP', () => {
  interface Got {
    readonly type: string;
    readonly body: string;
    readonly token: string | undefined;
  }

  /** A collector that answers with the given codes in turn, then 200. */
  async function collector(codes: readonly number[]) {
    const got: Got[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        got.push({ type: request.headers['content-type'] ?? '', body, token: request.headers.authorization });
        response.writeHead(codes[got.length - 1] ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return {
      got,
      url: `http://127.0.0.1:${port}/logs`,
      stop: () => new Promise((resolve) => server.close(resolve)),
    };
  }

  async function sent(codes: readonly number[], lines: readonly string[], part: object = {}) {
    const { got, url, stop } = await collector(codes);
    const dropped: string[] = [];
    const sink = httpSink({
      url,
      format: 'ndjson',
      headers: { authorization: 'Bearer t' },
      batch: 2,
      queue: 4,
      timeout: 2_000,
      attempts: 3,
      onDropped: (count, reason) => dropped.push(`${count} ${reason}`),
      ...part,
    });
    await sink.write(lines);
    for (
      let spin = 0;
      spin < 60 && got.length < codes.length + Math.ceil(Math.min(lines.length, 4) / 2);
      spin++
    )
      await new Promise((resolve) => setTimeout(resolve, 20));
    await sink.close();
    await stop();
    return { got, dropped };
  }

  test('go out in batches, with the headers given', async () => {
    const { got, dropped } = await sent([], ['{"a":1}', '{"a":2}', '{"a":3}']);
    expect(got.map(({ body }) => body)).toEqual(['{"a":1}\n{"a":2}\n', '{"a":3}\n']);
    expect(got[0]).toMatchObject({ type: 'application/x-ndjson', token: 'Bearer t' });
    expect(dropped).toEqual([]);
  });

  test('are tried again after a fault of the collector', async () => {
    const { got, dropped } = await sent([503], ['{"a":1}']);
    expect(got.map(({ body }) => body)).toEqual(['{"a":1}\n', '{"a":1}\n']);
    expect(dropped).toEqual([]);
  });

  test('are dropped and counted where the collector refuses them, or the queue is full', async () => {
    expect((await sent([400], ['{"a":1}'])).dropped).toEqual(['1 HTTP 400']);
    expect((await sent([], ['1', '2', '3', '4', '5', '6'])).dropped).toEqual(['2 the queue is full']);
  });

  test('are OpenTelemetry log records where that is asked for', async () => {
    const { got } = await sent(
      [],
      ['{"type":"decision","time":"2026-11-21T12:00:00.000Z","user":"alice","allowed":false}'],
      { format: 'otlp' },
    );
    const body: unknown = JSON.parse(got[0]?.body ?? '');
    expect(isJsonObject(body) && body.resourceLogs).toMatchObject([
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'warder' } }] },
        scopeLogs: [
          {
            logRecords: [
              {
                timeUnixNano: '1795262400000000000',
                severityText: 'WARN',
                attributes: [
                  { key: 'warder.type', value: { stringValue: 'decision' } },
                  { key: 'warder.user', value: { stringValue: 'alice' } },
                  { key: 'warder.allowed', value: { boolValue: false } },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });
});
