// Throughput of a Pod review with 50 policies, log and metrics on, against a bare HTTPS server that parses and allows: the
// two take turns in one run, each server and the load in a process of its own. Then the time from start to ready.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { podReview, writePolicies } from './_policies.mjs';

const here = import.meta.dirname;
const cli = join(here, '../../dist/cli/main.js');
const run = promisify(execFile);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Resident memory and processor time of a process, where the system tells. */
function usage(pid) {
  try {
    const rss = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
    return { rss, cpu: (Number(fields[13]) + Number(fields[14])) / 100 };
  } catch {
    return { rss: Number.NaN, cpu: Number.NaN };
  }
}

async function until(probe, limit = 10_000) {
  const end = performance.now() + limit;
  while (performance.now() < end) {
    const found = probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the server did not become ready');
}

/** Warder with its log going to a file, as in a container. */
async function startWarder(folder, policies, environment = {}) {
  const log = join(folder, `log-${Math.random()}`);
  const started = performance.now();
  const process_ = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--port',
      '0',
      '--host',
      '127.0.0.1',
      ...(policies === undefined ? [] : ['--policies', policies]),
    ],
    {
      env: { ...process.env, WARDER_TLS_FOLDER: join(folder, 'certs'), ...environment },
      stdio: ['ignore', openSync(log, 'w'), 'pipe'],
    },
  );
  let said = '';
  process_.stderr.on('data', (chunk) => (said += chunk));
  const port = await until(() => /listens on https:\/\/[^:]+:(\d+)/.exec(said)?.[1]);
  return { process: process_, port, ready: performance.now() - started };
}

async function startBare(folder) {
  const process_ = spawn(
    process.execPath,
    [join(here, '_bare-server.mjs'), join(folder, 'certs/tls.crt'), join(folder, 'certs/tls.key')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  process_.stdout.on('data', (chunk) => (said += chunk));
  const port = await until(() => /port (\d+)/.exec(said)?.[1]);
  return { process: process_, port };
}

const EXCEPTION = `apiVersion: warder.dev/v1
kind: PolicyException
metadata: { name: elsewhere }
spec:
  policies: [{ name: p0-privileged }]
  scope: { namespaces: [other], names: [thing] }
  reason: a benchmark
  requestedBy: alice
  expires: 2030-01-01T00:00:00Z
`;

const load = async (port, body, milliseconds) =>
  JSON.parse(
    (await run(process.execPath, [join(here, '_load.mjs'), port, '16', String(milliseconds), body])).stdout,
  );

async function compare(folder, size, policies, rounds, milliseconds, environment) {
  const body = join(folder, `review-${size}.json`);
  writeFileSync(body, podReview(size));
  const warder = await startWarder(folder, policies, environment);
  const bare = await startBare(folder);
  const servers = { bare, warder };
  const results = { bare: [], warder: [] };
  for (const name of ['bare', 'warder']) await load(servers[name].port, body, 1_000);
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? ['bare', 'warder'] : ['warder', 'bare']) {
      const before = usage(servers[name].process.pid).cpu;
      const result = await load(servers[name].port, body, milliseconds);
      const cpu = ((usage(servers[name].process.pid).cpu - before) * 1e6) / result.count;
      results[name].push({ ...result, cpu });
    }
  }
  const row = (name) => {
    const of = (key) => median(results[name].map((result) => result[key]));
    const failed = results[name].reduce((sum, result) => sum + result.failed, 0);
    return {
      server: name,
      rps: Math.round(of('rps')),
      'CPU µs': Math.round(of('cpu')),
      'p50 ms': of('p50').toFixed(2),
      'p99 ms': of('p99').toFixed(2),
      'peak MB': Math.round(usage(servers[name].process.pid).rss),
      failed,
    };
  };
  process.stdout.write(
    `${(size / 1024).toFixed(0)} KB Pod review, 50 policies, ${environment === undefined ? '' : 'decision log and exceptions on, '}16 connections, median of ${rounds} rounds\n`,
  );
  console.table([row('bare'), row('warder')]);
  const ratio = median(results.warder.map((result, index) => result.rps / results.bare[index].rps));
  process.stdout.write(`throughput ratio ${ratio.toFixed(2)} (bound: at least 0.80 at 5 KB)\n`);
  warder.process.kill();
  bare.process.kill();
}

async function startTimes(folder) {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const server = await startWarder(folder, undefined);
    times.push(server.ready);
    server.process.kill();
  }
  process.stdout.write(
    `start to ready with the bundled policies: median ${Math.round(median(times))} ms of 5 (bound: 500 ms)\n`,
  );
}

export async function run_(args) {
  const folder = mkdtempSync(join(tmpdir(), 'warder-bench-'));
  const policies = writePolicies(50);
  const long = args.includes('--long');
  await compare(folder, 5 * 1024, policies, long ? 9 : 5, long ? 4_000 : 2_000);
  writeFileSync(join(folder, 'exceptions.yaml'), EXCEPTION);
  await compare(folder, 5 * 1024, policies, 3, 2_000, {
    WARDER_RECORD_FOLDER: join(folder, 'record'),
    WARDER_EXCEPTIONS_FILES: join(folder, 'exceptions.yaml'),
  });
  await compare(folder, 50 * 1024, policies, 3, 2_000);
  await startTimes(folder);
}
export { run_ as run };
