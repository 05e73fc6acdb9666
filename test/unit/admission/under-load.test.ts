// New certificates and new policies while requests keep coming: none may fail. The load comes from a process of its own.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { POLICY, review, run } from './running.js';

const REQUESTS = 20_000;

/** Reviews over kept connections, each of which is opened anew after fifty requests, as the API server does now and then. */
const LOAD = `
  const { readFileSync } = require('node:fs');
  const { Agent, request } = require('node:https');
  const [port, caFiles, body, total] = process.argv.slice(1);
  let [sent, failed, denied] = [0, 0, 0];
  const why = {};
  const one = (agent) => new Promise((resolve) => {
    const outgoing = request({ host: 'localhost', port, path: '/validate', method: 'POST', agent,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part)).on('end', () => {
        if (answer.statusCode !== 200) { failed++; why[answer.statusCode] = 1; }
        else if (!JSON.parse(text).response.allowed) denied++;
        resolve();
      });
    });
    outgoing.on('error', (error) => { failed++; why[error.message] = 1; resolve(); });
    outgoing.end(body);
  });
  const worker = async () => {
    while (sent < Number(total)) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: caFiles.split(',').map((file) => readFileSync(file)) });
      for (let turn = 0; turn < 50 && sent < Number(total); turn++) { sent++; await one(agent); }
      agent.destroy();
    }
  };
  Promise.all(Array.from({ length: 8 }, worker)).then(() => process.stdout.write(JSON.stringify({ sent, failed, denied, why })));
`;

const COMMON = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** An authority, and as many pairs signed by it as are asked for. */
async function makePairs(count: number) {
  const authority = await generate([{ name: 'commonName', value: 'test CA' }], {
    ...COMMON,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const pairs = [];
  for (let index = 0; index < count; index++)
    pairs.push(
      await generate([{ name: 'commonName', value: 'localhost' }], {
        ...COMMON,
        ca: { key: authority.private, cert: authority.cert },
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      }),
    );
  return { authority, pairs };
}

test('certificates rotate and policies are reloaded under load without a failed request', async () => {
  const host = await run({ reloadInterval: '100ms' });
  try {
    const certificates = join(host.folder, 'certs');
    const { authority, pairs } = await makePairs(5);
    const added = join(certificates, 'added-ca.crt');
    writeFileSync(added, authority.cert);
    // Old and new authority are both trusted meanwhile, as a caBundle holds both.
    const trusted = [join(certificates, 'ca.crt'), added].join(',');
    const loaded = promisify(execFile)(
      process.execPath,
      ['-e', LOAD, String(host.server.port), trusted, review({}, true), String(REQUESTS)],
      { timeout: 110_000 },
    );
    let turns = 0;
    let done = false;
    void loaded.finally(() => {
      done = true;
    });
    while (!done) {
      turns++;
      const pair = pairs[turns % pairs.length];
      // One file after the other, as an editor or a copy does: between them they do not belong together.
      writeFileSync(join(certificates, 'tls.crt'), pair?.cert ?? '');
      await new Promise((resolve) => setTimeout(resolve, 20));
      writeFileSync(join(certificates, 'tls.key'), pair?.private ?? '');
      writeFileSync(join(host.folder, 'policy.yaml'), POLICY.replace('title: No', `title: ${turns} no`));
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const result = JSON.parse((await loaded).stdout);
    expect(result).toEqual({ sent: REQUESTS, failed: 0, denied: REQUESTS, why: {} });
    const messages = host.logged.map(({ msg }) => msg);
    expect(messages.filter((message) => message === 'policies reloaded').length).toBeGreaterThan(3);
    expect(messages.filter((message) => message === 'certificate reloaded').length).toBeGreaterThan(3);
  } finally {
    await host.stop();
  }
}, 120_000);
