// A sweep of 10,000, 30,000 and 100,000 Pods with 50 policies, from an API server on loopback: the time must grow with the number
// of objects, and the memory must not.
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureSelfSigned } from '../../dist/admission/index.js';
import { writePolicies } from './_policies.mjs';

const here = import.meta.dirname;
const SIZES = [10_000, 30_000, 100_000];

async function startApi(folder, count) {
  const process_ = spawn(
    process.execPath,
    [join(here, '_api-server.mjs'), join(folder, 'tls.crt'), join(folder, 'tls.key'), String(count)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const port = await new Promise((resolve) => {
    process_.stdout.on('data', (chunk) => resolve(/port (\d+)/.exec(String(chunk))?.[1]));
  });
  return { process: process_, port };
}

const kubeconfig = (folder, port) => `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "https://localhost:${port}", certificate-authority: ${join(folder, 'ca.crt')} } }]
users: [{ name: u, user: { token: none } }]
contexts: [{ name: x, context: { cluster: c, user: u } }]
current-context: x
`;

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'warder-bench-'));
  await ensureSelfSigned(folder, ['localhost', '127.0.0.1'], Date.now());
  const policies = writePolicies(50);
  const rows = [];
  for (const size of SIZES) {
    const api = await startApi(folder, size);
    const config = join(folder, `kubeconfig-${size}`);
    writeFileSync(config, kubeconfig(folder, api.port));
    const { stdout } = await promisify(execFile)(process.execPath, [
      join(here, '_audit-run.mjs'),
      config,
      policies,
    ]);
    const result = JSON.parse(stdout);
    rows.push({
      objects: result.objects,
      violations: result.violations,
      seconds: result.seconds.toFixed(2),
      'objects/s': Math.round(result.objects / result.seconds),
      'peak MB': Math.round(result.peak),
      'longest block ms': result.block.toFixed(1),
      failures: result.failures,
    });
    api.process.kill();
  }
  console.table(rows);
  const [first, , last] = rows;
  const growth = (last['peak MB'] / first['peak MB'] - 1) * 100;
  process.stdout.write(
    `100,000 against 10,000 objects: ${(last.seconds / first.seconds).toFixed(1)} times the time (linear: 10), ${growth.toFixed(0)} % more memory (bound: 10 %)\n`,
  );
}
