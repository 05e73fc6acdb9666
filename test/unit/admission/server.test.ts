import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { POLICY, type Running, review, run } from './running.js';

let running: Running;
beforeAll(async () => {
  running = await run();
});
afterAll(() => running.stop());

const responseOf = (body: string) => JSON.parse(body).response;
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not come to be');
};

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void; // what --expose-gc adds

/** Bytes in use once what is garbage is gone. */
async function settledMemory(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const OPEN_AND_LEAVE = `
  const { connect } = require('node:net');
  let [opened, closed] = [0, 0];
  const open = () => new Promise((resolve) => {
    const socket = connect(Number(process.argv[1]), '127.0.0.1', () => { opened++; resolve(); });
    socket.on('error', () => undefined).on('close', () => { closed++; resolve(); });
  });
  (async () => {
    for (let wave = 0; wave < 50; wave++) await Promise.all(Array.from({ length: 200 }, open));
    while (closed < 10_000) await new Promise((resolve) => setTimeout(resolve, 20));
    process.stdout.write(opened + ' opened, ' + closed + ' closed');
  })();
`;

describe('a review over HTTPS', () => {
  test('that breaks a rule is denied to the letter of AdmissionReview v1', async () => {
    const { status, headers, body } = await running.post(review());
    const answer = JSON.parse(body);
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(answer).toMatchObject({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' });
    expect(answer.response).toMatchObject({
      uid: 'u-1',
      allowed: false,
      status: {
        code: 403,
        reason: 'Forbidden',
        details: {
          causes: [
            {
              field: 'spec.containers[0].securityContext.privileged',
              message: 'container c runs privileged',
            },
          ],
        },
      },
      auditAnnotations: { denied: 'no-privileged/privileged' },
    });
    expect(answer.response.status.message).toContain('expected false or unset');
    for (const key of Object.keys(answer.response.auditAnnotations))
      expect(key).toMatch(/^[a-z][a-z-]{0,62}$/);
  });

  test.each<[string, string]>([
    ['that breaks nothing', review({}, false)],
    [
      'of a deletion, whose object is null',
      review({ operation: 'DELETE', object: null, oldObject: { kind: 'Pod', metadata: {} } }),
    ],
    [
      'of a connection with its options',
      review({
        operation: 'CONNECT',
        subResource: 'exec',
        object: { kind: 'PodExecOptions', command: ['ls'] },
      }),
    ],
    ['with fields nobody knows', review({ later: { added: true } }, false)],
    [
      'with __proto__ and constructor as keys',
      review({}, false).replace(
        '"metadata":{',
        '"__proto__":{"polluted":true},"constructor":{"prototype":{}},"metadata":{',
      ),
    ],
    [
      'with duplicate keys, of which the last counts',
      review({}, false).replace('"namespace":"shop"', '"namespace":"a","namespace":"shop"'),
    ],
  ])('%s is allowed', async (_name, body) => {
    const answer = await running.post(body);
    expect([answer.status, responseOf(answer.body).allowed]).toEqual([200, true]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('leaves one line in the log, without the object', async () => {
    const before = running.logged.length;
    await running.post(review({ uid: 'u-log' }));
    const lines = running.logged.slice(before);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      uid: 'u-log',
      user: 'alice',
      namespace: 'shop',
      allowed: false,
      broken: { deny: ['no-privileged/privileged'] },
    });
    expect(JSON.stringify(lines[0])).not.toContain('securityContext');
  });

  test('that is a dry run is not counted by rule', async () => {
    const count = async () =>
      /warder_rule_results_total\{[^}]*result="fail"[^}]*\} (\d+)/.exec(
        (await running.get('/metrics')).body,
      )?.[1];
    await running.post(review());
    const before = await count();
    await running.post(review({ dryRun: true }));
    expect(await count()).toBe(before);
  });

  test('whose time is over before it began is still answered', async () => {
    const { body } = await running.post(review({}, false), { path: '/validate?timeout=1ns' });
    expect(responseOf(body).uid).toBe('u-1');
  });
});

describe('hostile input', () => {
  test.each<[string, () => Parameters<Running['post']>, number, string]>([
    ['text that is not JSON', () => ['{"a": nope}'], 400, 'is not JSON'],
    ['a body that stops short', () => ['{"apiVersion": "admission'], 400, 'is not JSON'],
    ['invalid UTF-8', () => [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])], 400, 'not valid UTF-8'],
    ['NUL bytes', () => ['\0\0\0'], 400, 'is not JSON'],
    ['an empty body', () => [''], 400, 'is not JSON'],
    ['another kind', () => [JSON.stringify({ kind: 'Pod' })], 400, 'expected AdmissionReview'],
    ['a review without uid', () => [review({ uid: undefined })], 400, 'request.uid'],
    ['a body of 9 MiB', () => ['x'.repeat(9 * 1024 * 1024)], 413, 'larger than'],
    ['another method', () => [review(), { method: 'PUT' }], 405, 'reviews are POSTed'],
    ['another content type', () => [review(), { type: 'text/yaml' }], 415, 'application/json'],
  ])('%s gets the right status, a readable reason and one log line', async (_name, args, status, message) => {
    const before = running.logged.length;
    const answer = await running.post(...args()).catch((error: NodeJS.ErrnoException) => error);
    // A client that is still sending when it is refused may see its connection closed instead of the answer.
    if (answer instanceof Error)
      expect([status, ['EPIPE', 'ECONNRESET']]).toEqual([
        413,
        expect.arrayContaining([(answer as NodeJS.ErrnoException).code]),
      ]);
    else {
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({
        kind: 'Status',
        code: status,
        message: expect.stringContaining(message),
      });
    }
    expect(running.logged.slice(before)).toHaveLength(1);
  });

  test('a review that can be addressed but not judged is denied with the reason', async () => {
    const { status, body } = await running.post(review({ operation: 'PATCH' }));
    expect(status).toBe(200);
    expect(responseOf(body)).toMatchObject({
      uid: 'u-1',
      allowed: false,
      status: { code: 400, message: expect.stringContaining('request.operation') },
    });
  });

  test('100,000 levels of nesting are judged or refused, never a crash', async () => {
    const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const { status } = await running.post(
      review({}, false).replace('"metadata":{', `"deep":${deep},"metadata":{`),
    );
    expect(status).toBe(200);
    expect((await running.get('/livez')).status).toBe(200);
  });

  test('a body cut off by its client is one log line and nothing more', async () => {
    const before = running.logged.length;
    await new Promise<void>((resolve) => {
      const socket = connect(
        { port: running.server.port, host: '127.0.0.1', servername: 'localhost', ca: running.ca },
        () => {
          socket.write(
            'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"half":',
          );
          setTimeout(() => {
            socket.destroy();
            resolve();
          }, 50);
        },
      );
    });
    await until(() => running.logged.length > before);
    expect(running.logged.slice(before)).toMatchObject([{ reason: 'cut_off' }]);
  });

  test('TLS 1.0 and 1.2 are refused', async () => {
    const version = (max: 'TLSv1' | 'TLSv1.2') =>
      new Promise<string>((resolve) => {
        const socket = connect(
          {
            port: running.server.port,
            host: '127.0.0.1',
            ca: running.ca,
            minVersion: 'TLSv1',
            maxVersion: max,
            ciphers: 'DEFAULT@SECLEVEL=0',
          },
          () => resolve('connected'),
        );
        socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
      });
    expect(await version('TLSv1')).not.toBe('connected');
    expect(await version('TLSv1.2')).not.toBe('connected');
  });
});

describe('limits', () => {
  test('a slow client is cut off in time and others are served meanwhile', async () => {
    const slow = await run({ 'limits.requestTimeout': '1s', 'limits.headersTimeout': '1s' });
    try {
      const closed = new Promise<string>((resolve) => {
        let said = '';
        const socket = connect(
          { port: slow.server.port, host: '127.0.0.1', servername: 'localhost', ca: slow.ca },
          () => {
            socket.write(
              'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
            );
          },
        );
        socket.on('data', (chunk) => {
          said += String(chunk);
        });
        socket.on('error', () => resolve(said));
        socket.on('close', () => resolve(said));
      });
      expect(responseOf((await slow.post(review({}, false))).body).allowed).toBe(true);
      expect(await closed).toMatch(/^(HTTP\/1.1 408|$)/);
    } finally {
      await slow.stop();
    }
  }, 20_000);

  test('more reviews than may be under way are answered 503 at once', async () => {
    const busy = await run({ 'limits.concurrency': 1 });
    try {
      const socket = connect({
        port: busy.server.port,
        host: '127.0.0.1',
        servername: 'localhost',
        ca: busy.ca,
      });
      await new Promise<void>((resolve) => socket.once('secureConnect', () => resolve()));
      socket.write(
        'POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
      );
      await until(async () => (await busy.post(review())).status === 503);
      socket.destroy();
      await until(async () => (await busy.post(review())).status === 200);
    } finally {
      await busy.stop();
    }
  });

  test('ten thousand connections opened and left do not keep the next review out, nor their memory', async () => {
    const host = await run({ 'limits.connections': 500, 'limits.headersTimeout': '1s' });
    try {
      const before = await settledMemory();
      // In a process of its own: clients and server would wait for one another. Those over the limit are closed at once, the
      // rest when they have said nothing for too long.
      const client = await promisify(execFile)(
        process.execPath,
        ['-e', OPEN_AND_LEAVE, String(host.server.port)],
        { timeout: 30_000 },
      );
      expect(client.stdout).toBe('10000 opened, 10000 closed');
      await until(
        async () => (await host.post(review({}, false)).catch(() => ({ status: 0 }))).status === 200,
      );
      expect((await settledMemory()) - before).toBeLessThan(30 * 1024 * 1024);
    } finally {
      await host.stop();
    }
  }, 60_000);
});

describe('beside reviews', () => {
  test.each([
    ['/livez', 200, 'ok'],
    ['/readyz', 200, 'ok'],
    ['/readyz?verbose', 200, '[+]policies ok: 1 policies'],
    ['/metrics', 200, 'warder_policy_set_info'],
    ['/nothing', 404, 'reviews go to /validate'],
  ])('%s', async (path, status, text) => {
    const answer = await running.get(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(text);
  });
});

describe('a reload', () => {
  test('takes a changed policy, keeps the last good set when it breaks, and says so', async () => {
    const host = await run();
    try {
      const file = join(host.folder, 'policy.yaml');
      const allowed = async () => responseOf((await host.post(review())).body).allowed;
      expect(await allowed()).toBe(false);
      writeFileSync(file, POLICY.replace('title:', 'action: warn\n  title:'));
      await until(allowed);
      writeFileSync(file, 'kind: [');
      await until(async () =>
        (await host.get('/readyz?verbose')).body.includes('problems in the policy files'),
      );
      expect((await host.get('/readyz')).status).toBe(200);
      expect((await host.get('/metrics')).body).toContain('warder_policy_set_stale 1');
      expect(await allowed()).toBe(true);
      writeFileSync(file, POLICY);
      await until(async () => !(await allowed()));
    } finally {
      await host.stop();
    }
  }, 20_000);
});

test('a stop finishes what is under way and takes nothing new', async () => {
  const host = await run();
  const body = review({}, false);
  const answer = new Promise<string>((resolve) => {
    let said = '';
    const socket = connect(
      { port: host.server.port, host: '127.0.0.1', servername: 'localhost', ca: host.ca },
      () => {
        socket.write(
          `POST /validate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body.slice(0, 10)}`,
        );
        setTimeout(() => socket.write(body.slice(10)), 300);
      },
    );
    socket.on('data', (chunk) => {
      said += String(chunk);
    });
    socket.on('close', () => resolve(said));
  });
  await new Promise((resolve) => setTimeout(resolve, 150));
  const stopped = host.stop();
  await expect(host.post(review())).rejects.toThrow();
  expect(await answer).toMatch(/^HTTP\/1.1 200[\s\S]*"allowed":true/);
  await stopped;
}, 20_000);
