// What a grant that an object carries costs: one seen before against a signature checked each time.
import { generateKeyPairSync } from 'node:crypto';
import { createKeyRing, createTokenVerifier, signGrant, verifyGrant } from '../../dist/exceptions/index.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const DAY = 86_400_000;
const ROUNDS = 9;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Nanoseconds a call over texts that are equal but not the same string, as parsing gives them. */
function nanoseconds(verify, texts) {
  const started = process.hrtime.bigint();
  for (const text of texts) if (!verify(text).ok) throw new Error('the grant does not hold');
  return Number(process.hrtime.bigint() - started) / texts.length;
}

export function run() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = {
    id: 'k',
    user: 'carol',
    groups: ['approvers'],
    publicKey,
    from: 0,
    until: Number.POSITIVE_INFINITY,
  };
  const ring = createKeyRing([key]);
  const request = {
    id: '01JD0000000000000000000000',
    policies: [{ name: 'privileged-containers', rules: ['privileged'] }],
    object: { resource: 'deployments.apps', namespace: 'shop', name: 'checkout' },
    images: [],
    reason: 'a benchmark',
    requestedBy: 'alice',
    approvedBy: 'carol',
    approvedAs: 'group:approvers',
    expires: NOW + 10 * DAY,
  };
  const token = signGrant(request, NOW, 'k', privateKey);
  const copies = (count) => Array.from({ length: count }, () => Buffer.from(token).toString());
  const cached = createTokenVerifier(ring, undefined);
  const times = { cached: [], checked: [] };
  for (let round = 0; round < ROUNDS; round++) {
    times.cached.push(nanoseconds(cached, copies(5_000)));
    times.checked.push(nanoseconds((text) => verifyGrant(text, ring, undefined), copies(200)));
  }
  const [seen, checked] = [median(times.cached), median(times.checked)];
  process.stdout.write(
    `a grant seen before: ${(seen / 1000).toFixed(2)} µs (bound: 2 µs); its signature checked: ${(checked / 1000).toFixed(0)} µs; ratio ${(checked / seen).toFixed(0)}\n`,
  );
}
