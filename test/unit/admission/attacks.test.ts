// What people may try at the server to escape the rules, each over a real connection: all refused, with a message that says why.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signDocument } from '../../../src/exceptions/index.js';
import {
  createResourceMapper,
  type JsonObject,
  type Operation,
  parseApiVersion,
  type UserInfo,
} from '../../../src/kubernetes/index.js';
import { createVerifier } from '../../../src/record/index.js';
import {
  ALICE,
  approved,
  CAROL,
  CAROLS,
  DAVE,
  DAY,
  deployment,
  exception,
  NOW,
  policy,
  signer,
  token,
} from '../exceptions/fixtures.js';
import { type Running, run } from './running.js';

const MINUTE = 60_000;
const ROGUE = signer('carol-2026', 'carol', ['security-approvers']);
const BOBS_KEY = signer('bob-emergency', 'oncall-bob', ['sre-breakglass']);
const BOB: UserInfo = { username: 'oncall-bob', groups: ['sre-breakglass', 'system:authenticated'] };
const BOB_BY_DAY: UserInfo = { username: 'bob', groups: ['developers', 'system:authenticated'] };

const folder = mkdtempSync(join(tmpdir(), 'warder-attacks-'));
// The server begins in the present, in which its certificate is valid, and then is told another time.
let now = Date.now();
let running: Running;

const pem = ({ publicKey }: typeof CAROL): string =>
  publicKey.export({ type: 'spki', format: 'pem' }) as string;
const keySet: JsonObject = {
  apiVersion: 'warder.dev/v1',
  kind: 'KeySet',
  metadata: { name: 'keys' },
  spec: {
    keys: [CAROL, DAVE, BOBS_KEY].map((key) => ({
      id: key.id,
      user: key.user,
      groups: [...key.groups],
      publicKey: pem(key),
    })),
  },
};

const iso = (time: number): string => new Date(time).toISOString();

function emergency(part: JsonObject = {}, name = 'inc-4711'): JsonObject {
  return {
    apiVersion: 'warder.dev/v1',
    kind: 'BreakGlass',
    metadata: { name },
    spec: {
      reason: 'checkout is down',
      incident: 'INC-4711',
      openedBy: 'oncall-bob',
      openedAt: iso(NOW - 10 * MINUTE),
      duration: '1h',
      scope: { namespaces: ['shop'] },
      ...part,
    },
  };
}

/** The emergency as a file holds it: signed by whom it names. */
function signedEmergency(part: JsonObject = {}): JsonObject {
  const document = emergency(part);
  const openedAt = NOW - 10 * MINUTE;
  const signature = signDocument(
    document,
    { user: 'oncall-bob', as: 'group:sre-breakglass', at: openedAt, keyId: BOBS_KEY.id },
    undefined,
    BOBS_KEY.privateKey,
  );
  return { ...document, spec: { ...(document.spec as JsonObject), signature } };
}

const write = (name: string, ...documents: readonly JsonObject[]): string => {
  const path = join(folder, name);
  writeFileSync(path, documents.map((document) => JSON.stringify(document)).join('\n---\n'));
  return path;
};

beforeAll(async () => {
  const policies = write('policies.yaml', policy(), policy('host-ports', { allowed: false }));
  const otherName = { ...approved({ scope: { namespaces: ['other'] } }, { name: 'elsewhere' }) };
  const expired = approved({ expires: '2026-11-20T00:00:00Z' }, { name: 'expired', when: NOW - 9 * DAY });
  const files = write('exceptions.yaml', keySet, approved(), otherName, expired, signedEmergency());
  running = await run(
    {
      policies: [policies],
      'exceptions.files': [files],
      'breakGlass.groups': ['sre-breakglass'],
      people: { bob: ['bob', 'oncall-bob'] },
      'record.folder': join(folder, 'log'),
    },
    () => now,
  );
});
afterAll(async () => {
  await running.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  now = NOW;
});

interface Attempt {
  readonly object: JsonObject;
  readonly oldObject?: JsonObject;
  readonly operation?: Operation;
  readonly user?: UserInfo;
  readonly version?: string;
}

const PLURALS: Readonly<Record<string, string>> = {
  PolicyException: 'policyexceptions',
  BreakGlass: 'breakglasses',
  Policy: 'policies',
};
const mapper = createResourceMapper();
let uid = 0;

/** Posts the request an API server would send, and gives its response. */
async function attempt({ object, oldObject, operation = 'CREATE', user = ALICE, version }: Attempt) {
  const { group, version: own } = parseApiVersion(String(object.apiVersion));
  const kind = { group, version: version ?? own, kind: String(object.kind) };
  const found = mapper.resourceOf(kind);
  const resource = { group, version: kind.version, resource: PLURALS[kind.kind] ?? found.resource };
  const metadata = object.metadata as JsonObject;
  const { body } = await running.post(
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid: `u-${++uid}`,
        operation,
        ...{ kind, resource, requestKind: kind, requestResource: resource },
        name: metadata.name ?? '',
        namespace: metadata.namespace ?? '',
        userInfo: user,
        object: operation === 'DELETE' ? null : object,
        oldObject: operation === 'DELETE' ? object : (oldObject ?? null),
      },
    }),
  );
  return JSON.parse(body).response as {
    readonly allowed: boolean;
    readonly status?: { readonly message: string };
    readonly warnings?: readonly string[];
  };
}

const claiming = (name: string): JsonObject => deployment({ 'warder.dev/exception': name });
const carrying = (grant: string, part: JsonObject = {}): JsonObject =>
  deployment({ 'warder.dev/exception-grant': grant }, part);
const part = (text: string, index: number): string => text.split('.')[index] ?? '';
const encode = (text: string): string => Buffer.from(text).toString('base64url');

test('what holds does hold: an approved exception, a signed grant, an emergency', async () => {
  // "tagged" and the second policy pass: the image has a tag, and host-ports has the same rules, so it stands.
  const plain = await attempt({ object: deployment() });
  expect(plain.allowed).toBe(false);
  expect(plain.status?.message).toContain('host-ports/privileged');
  const excepted = await attempt({ object: claiming('checkout') });
  expect(excepted.status?.message).not.toContain('privileged-containers/privileged (');
  const granted = await attempt({ object: carrying(token()) });
  expect(granted.status?.message).not.toContain('privileged-containers/privileged (');
  const emergencyChange = await attempt({ object: deployment(), user: BOB });
  expect(emergencyChange.allowed).toBe(true);
  expect(emergencyChange.warnings?.join('\n')).toContain('break-glass inc-4711');
});

describe('every attack is refused and told why', () => {
  test.each<Attempt & { readonly name: string; readonly says: string; readonly at?: number }>([
    {
      name: 'exempting oneself by an annotation',
      object: claiming('because-i-say-so'),
      says: 'there is no PolicyException of this name',
    },
    { name: 'an exception that expired', object: claiming('expired'), says: 'expired 1 day ago' },
    {
      name: 'an exception of another namespace',
      object: claiming('elsewhere'),
      says: 'its scope is namespace other, not shop',
    },
    {
      name: 'the same through another API version',
      object: { ...claiming('elsewhere'), apiVersion: 'apps/v1beta2' },
      version: 'v1beta2',
      says: 'its scope is namespace other, not shop',
    },
    {
      name: 'the exception used by who approved it',
      object: claiming('checkout'),
      user: CAROLS,
      says: 'carol approved it and so may not use it',
    },
    {
      name: 'a forged grant',
      object: carrying(token({}, ROGUE)),
      says: 'is not what the key carol-2026 signed',
    },
    {
      name: 'a grant signed with alg none',
      object: carrying(
        `${encode('{"alg":"none","typ":"warder-grant+jws","kid":"carol-2026"}')}.${part(token(), 1)}.`,
      ),
      says: 'is signed with none, only EdDSA (Ed25519) is accepted',
    },
    {
      name: 'a grant with another payload under its signature',
      object: carrying(
        [part(token(), 0), part(token({ expires: NOW + 20 * DAY }), 1), part(token(), 2)].join('.'),
      ),
      says: 'is not what the key carol-2026 signed',
    },
    {
      name: 'a grant of a key nobody knows',
      object: carrying(token({}, signer('new-key', 'carol', ['security-approvers']))),
      says: 'is signed by a key nobody here knows',
    },
    {
      name: 'a grant of somebody who approves nothing',
      object: carrying(token({ approvedBy: 'dave' }, DAVE)),
      says: 'which dave (key dave-2026) is not',
    },
    {
      name: 'a grant that expired',
      object: carrying(token({ expires: NOW - DAY }, CAROL, NOW - 9 * DAY)),
      says: 'expired 1 day ago',
    },
    {
      name: 'a grant replayed on another object',
      object: carrying(token(), {
        metadata: {
          name: 'cart',
          namespace: 'shop',
          annotations: { 'warder.dev/exception-grant': token() },
        },
      }),
      says: 'its scope is name checkout, not cart',
    },
    {
      name: 'a grant for a policy that allows none',
      object: carrying(token({ policies: [{ name: 'host-ports', rules: ['privileged'] }] })),
      says: 'host-ports allows no exceptions',
    },
    {
      name: 'an emergency used by a normal identity',
      object: deployment(),
      user: BOB_BY_DAY,
      says: 'privileged-containers/privileged',
    },
    {
      name: 'an emergency used out of its scope',
      object: deployment({}, { metadata: { name: 'checkout', namespace: 'payments' } }),
      user: BOB,
      says: 'inc-4711',
    },
    {
      name: 'an emergency after its time',
      object: deployment(),
      user: BOB,
      at: NOW + 51 * MINUTE,
      says: 'locked',
    },
    {
      name: 'an emergency opened by a normal identity',
      object: emergency({ openedBy: 'bob', openedAt: iso(NOW) }, 'inc-1'),
      user: BOB_BY_DAY,
      says: 'sre-breakglass',
    },
    {
      name: 'an emergency that extends itself',
      object: emergency({ duration: '4h' }),
      oldObject: emergency(),
      operation: 'UPDATE',
      user: BOB,
      says: 'an emergency cannot be changed, prolonged or moved',
    },
    {
      name: 'an emergency longer than any may be',
      object: emergency({ duration: '48h', openedAt: iso(NOW) }, 'inc-2'),
      user: BOB,
      says: '4 hours',
    },
    {
      name: 'a PolicyException approved by who asks for it',
      object: exception({
        approvedBy: 'alice',
        approvedAs: 'group:security-approvers',
        approvedAt: iso(NOW),
      }),
      user: { username: 'alice', groups: ['security-approvers'] },
      says: 'alice',
    },
    {
      name: 'a PolicyException approved in the name of another',
      object: exception({
        approvedBy: 'carol',
        approvedAs: 'group:security-approvers',
        approvedAt: iso(NOW),
      }),
      says: 'carol',
    },
    {
      name: 'a PolicyException widened after its approval',
      object: {
        ...approved(),
        spec: { ...(approved().spec as JsonObject), scope: { namespaces: ['*shop*'] } },
      },
      oldObject: approved(),
      operation: 'UPDATE',
      says: 'was changed after it was signed',
    },
    {
      name: 'the definition of PolicyException changed',
      object: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'policyexceptions.warder.dev' },
        spec: { group: 'warder.dev' },
      },
      operation: 'UPDATE',
      oldObject: {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'policyexceptions.warder.dev' },
        spec: { group: 'warder.dev', scope: 'Cluster' },
      },
      says: 'system:masters',
    },
    {
      name: 'a policy deleted by somebody else than its authors',
      object: policy(),
      operation: 'DELETE',
      says: 'system:masters',
    },
  ])('$name', async ({ at, says, ...request }) => {
    now = at ?? NOW;
    const { allowed, status } = await attempt(request);
    expect(status?.message ?? '').toContain(says);
    expect(allowed).toBe(false);
  });

  test('a clock set back opens nothing again', async () => {
    now = NOW + 2 * 60 * MINUTE;
    expect((await attempt({ object: deployment(), user: BOB })).allowed).toBe(false);
    now = NOW;
    const { allowed, status } = await attempt({ object: deployment(), user: BOB });
    expect(allowed).toBe(false);
    expect(status?.message).toContain('locked');
  });
});

test('the log of all this is whole, and an edit, a cut and another order show', async () => {
  await running.stop();
  const log = join(folder, 'log');
  const [name = ''] = readdirSync(log).filter((entry) => entry.startsWith('decisions-'));
  const lines = readFileSync(join(log, name), 'utf8').trimEnd().split('\n');
  const problemsOf = (changed: readonly string[]): string => {
    const verifier = createVerifier({ key: undefined, anchors: [] });
    for (const [index, line] of changed.entries()) verifier.line(line, name, index + 1);
    return verifier
      .end()
      .problems.map(({ message }) => message)
      .join('\n');
  };
  expect(lines.length).toBeGreaterThan(20);
  expect(problemsOf(lines)).toBe('');
  const denial = lines.findIndex((line) => line.includes('"allowed":false'));
  const edited = lines.with(denial, (lines[denial] ?? '').replace('"allowed":false', '"allowed":true'));
  expect(problemsOf(edited)).toContain('was changed');
  expect(problemsOf(lines.toSpliced(3, 1))).toContain('missing');
  expect(problemsOf(lines.with(3, lines[4] ?? '').with(4, lines[3] ?? ''))).toContain('order');
});
