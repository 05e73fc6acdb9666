import { describe, expect, test } from '@jest/globals';
import {
  type BreakGlassSettings,
  createExemptions,
  DEFAULT_BREAK_GLASS_SETTINGS,
  isOpen,
  pausesRemediation,
  readWindows,
  reviewItemOf,
  signResolution,
} from '../../../src/breakglass/index.js';
import type { Decision } from '../../../src/engine/index.js';
import { createKeyRing, createPeople, DEFAULT_OWNERS, signDocument } from '../../../src/exceptions/index.js';
import { applyPatch, type JsonObject, type Operation, type UserInfo } from '../../../src/kubernetes/index.js';
import { createRiskTable, DEFAULT_RISKS } from '../../../src/policy/index.js';
import {
  ALICE,
  approved,
  deployment,
  judged,
  NOW,
  policy,
  policySet,
  register,
  signer,
  source,
} from '../exceptions/fixtures.js';

const MINUTE = 60_000;
const RISKS = createRiskTable(DEFAULT_RISKS);
const SETTINGS: BreakGlassSettings = {
  ...DEFAULT_BREAK_GLASS_SETTINGS,
  groups: ['sre-breakglass'],
  reviewers: ['group:sre-leads'],
  except: ['never-privileged'],
};
const BOB: UserInfo = { username: 'oncall-bob', groups: ['sre-breakglass', 'system:authenticated'] };
const LEAD: UserInfo = { username: 'erin', groups: ['sre-leads', 'system:authenticated'] };
const BOBS_KEY = signer('bob-emergency', 'oncall-bob', ['sre-breakglass']);
const ERINS_KEY = signer('erin-2026', 'erin', ['sre-leads']);
const RING = createKeyRing([BOBS_KEY, ERINS_KEY]);

const iso = (time: number): string => new Date(time).toISOString();

function emergency(spec: JsonObject = {}, name = 'inc-4711'): JsonObject {
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
      ...spec,
    },
  };
}

function windowsOf(documents: readonly JsonObject[], origin: 'file' | 'cluster' = 'cluster', ring = RING) {
  const people = createPeople({ bob: ['bob', 'oncall-bob'] });
  const context = { ring, audience: undefined, trustFiles: false, settings: SETTINGS, people };
  const { windows, problems } = readWindows(documents.map(source), origin, context);
  expect(problems).toEqual([]);
  return windows;
}

function exemptionsOf(
  documents: readonly JsonObject[],
  settings = SETTINGS,
  origin: 'file' | 'cluster' = 'cluster',
) {
  const state = {
    register: register([approved()], { people: { bob: ['bob', 'oncall-bob'] } }),
    windows: windowsOf(documents, origin),
  };
  return createExemptions(() => state, { breakGlass: settings, owners: DEFAULT_OWNERS });
}

interface Act {
  readonly documents?: readonly JsonObject[];
  readonly user?: UserInfo;
  readonly object?: JsonObject;
  readonly oldObject?: JsonObject;
  readonly operation?: Operation;
  readonly now?: number;
  readonly settings?: BreakGlassSettings;
  readonly policies?: ReturnType<typeof policySet>;
}

const act = ({
  documents = [emergency()],
  user = BOB,
  object = deployment(),
  settings,
  ...rest
}: Act): Decision => judged({ object, user, exemptions: exemptionsOf(documents, settings), ...rest });

describe('inside a window', () => {
  test('what would be denied is allowed, warned about, annotated and recorded', () => {
    const decision = act({});
    expect(decision.allowed).toBe(true);
    expect(decision.exemption?.overridden).toEqual(['privileged-containers/privileged']);
    expect(decision.warnings).toEqual([
      'break-glass inc-4711 (INC-4711) until 2026-11-21T12:50:00Z: every change is recorded and will be reviewed',
      'privileged-containers/privileged: container server runs privileged',
    ]);
    expect(decision.auditAnnotations['break-glass']).toBe(
      'inc-4711 (INC-4711); privileged-containers/privileged',
    );
    expect(reviewItemOf(decision, NOW, RISKS)).toMatchObject({
      window: 'inc-4711',
      user: 'oncall-bob',
      resource: 'deployments.apps',
      overridden: ['privileged-containers/privileged'],
      risk: 'high',
      rollback: { kind: 'delete' },
    });
  });

  test('what would be allowed anyway is recorded too', () => {
    const plain = deployment({}, { spec: { replicas: 1 } });
    const decision = act({
      object: deployment({}, { spec: { replicas: 3 } }),
      oldObject: plain,
      operation: 'UPDATE',
    });
    expect(reviewItemOf(decision, NOW, RISKS)).toMatchObject({
      overridden: [],
      changes: [{ op: 'replace', path: 'spec.replicas', before: 1, after: 3, risk: 'medium' }],
    });
  });

  test('an exception that holds leaves nothing to override', () => {
    const decision = act({ object: deployment({ 'warder.dev/exception': 'checkout' }) });
    expect(decision.exemption).toMatchObject({
      overridden: [],
      claims: [{ result: 'excepted' }],
      window: { id: 'inc-4711' },
    });
  });

  test('a dry run leaves nothing to review', () => {
    const decision = act({});
    expect(
      reviewItemOf({ ...decision, review: { ...decision.review, dryRun: true } }, NOW, RISKS),
    ).toBeUndefined();
  });
});

describe('outside of it nothing changes, and the denial says why', () => {
  test.each<Act & { name: string; message: string }>([
    {
      name: 'a normal identity',
      user: ALICE,
      message: 'does not apply: was opened by oncall-bob, who alone may act in it',
    },
    {
      name: 'another emergency identity',
      user: { ...BOB, username: 'oncall-ann' },
      message: 'does not apply: was opened by oncall-bob',
    },
    {
      name: 'the identity no longer in the group',
      user: { ...BOB, groups: ['system:authenticated'] },
      message: 'oncall-bob is no emergency identity: not in sre-breakglass',
    },
    {
      name: 'the identity also in a normal group',
      user: { ...BOB, groups: [...BOB.groups, 'developers'] },
      message: 'oncall-bob is also in developers: an emergency identity must be distinct from the normal one',
    },
    {
      name: 'after it has locked',
      now: NOW + 53 * MINUTE,
      message: 'does not apply: locked 3 minutes ago (2026-11-21T12:50:00Z)',
    },
    {
      name: 'at the very moment it locks',
      now: NOW + 50 * MINUTE,
      message: 'does not apply: locked 0 seconds ago',
    },
    {
      name: 'before it opens',
      documents: [emergency({ openedAt: iso(NOW + MINUTE) })],
      message: 'does not apply: opens at 2026-11-21T12:01:00Z',
    },
    {
      name: 'longer than the longest time allowed',
      documents: [emergency({ openedAt: iso(NOW - 250 * MINUTE), duration: '24h' })],
      message: 'does not apply: locked 10 minutes ago',
    },
    {
      name: 'closed',
      documents: [emergency({ closedAt: iso(NOW - MINUTE) })],
      message: 'does not apply: locked 1 minute ago',
    },
    {
      name: 'another namespace',
      documents: [emergency({ scope: { namespaces: ['cart'] } })],
      message: 'does not apply: its scope is namespace cart, not shop',
    },
    {
      name: 'another resource',
      documents: [emergency({ scope: { namespaces: ['*'], resources: ['services'] } })],
      message: 'scope is resource services, not deployments.apps',
    },
    {
      name: 'no emergency identities are configured',
      settings: { ...SETTINGS, groups: [] },
      message: 'no group of emergency identities is configured',
    },
  ])('$name', ({ message, ...rest }) => {
    const decision = act(rest);
    expect(decision.allowed).toBe(false);
    expect(decision.denial?.message).toContain(message);
    expect(reviewItemOf(decision, NOW, RISKS)).toBeUndefined();
  });

  test('policies that stand even in an emergency', () => {
    const policies = policySet(policy(), policy('never-privileged'));
    const decision = act({ policies });
    expect(
      decision.violations.filter(({ action }) => action === 'deny').map(({ policy: name }) => name),
    ).toEqual(['never-privileged']);
    expect(decision.allowed).toBe(false);
  });

  test('a clock that steps back does not open it again', () => {
    const exemptions = exemptionsOf([emergency()]);
    const at = (now: number): boolean => judged({ object: deployment(), user: BOB, exemptions, now }).allowed;
    expect([at(NOW), at(NOW + 55 * MINUTE), at(NOW)]).toEqual([true, false, false]);
  });
});

describe('windows in files', () => {
  const signed = (spec: JsonObject = {}, by = BOBS_KEY): JsonObject => {
    const document = emergency(spec);
    const signature = signDocument(
      document,
      { user: by.user, as: `group:${by.groups[0]}`, at: NOW - 10 * MINUTE, keyId: by.id },
      undefined,
      by.privateKey,
    );
    return { ...document, spec: { ...(document.spec as JsonObject), signature } };
  };

  test.each([
    { name: 'signed by who opened it', document: signed(), open: true },
    { name: 'not signed', document: emergency(), open: false },
    { name: 'signed by somebody else', document: signed({}, ERINS_KEY), open: false },
    {
      name: 'changed after it was signed',
      document: { ...signed(), spec: { ...(signed().spec as JsonObject), duration: '3h' } },
      open: false,
    },
    {
      name: 'closed after it was signed, later than now',
      document: { ...signed(), spec: { ...(signed().spec as JsonObject), closedAt: iso(NOW + MINUTE) } },
      open: true,
    },
  ])('$name: open is $open', ({ document, open }) => {
    expect(windowsOf([document], 'file').map((window) => isOpen(window, NOW))).toEqual([open]);
  });

  test.each([
    { name: 'a reviewer’s signature', by: ERINS_KEY, as: 'group:sre-leads', counts: 1 },
    { name: 'a signature of who opened it', by: BOBS_KEY, as: 'group:sre-breakglass', counts: 0 },
    { name: 'no signature', by: undefined, as: '', counts: 0 },
  ])('a decision on an item counts with $name', ({ by, as, counts }) => {
    const resolution = { item: '01X', verdict: 'adopt' as const, by: by?.user ?? 'erin', at: NOW };
    const signature =
      by === undefined
        ? {}
        : { signature: signResolution('inc-4711', resolution, as, undefined, by.id, by.privateKey) };
    const reviews = [{ ...resolution, at: iso(NOW), ...signature }] as unknown as JsonObject[];
    expect(windowsOf([emergency({ reviews })], 'file')[0]?.resolutions.length).toBe(counts);
  });

  test('remediation pauses where a window is open, and only there', () => {
    const windows = windowsOf([emergency()]);
    const { review } = act({});
    expect(pausesRemediation(windows, review, NOW)?.id).toBe('inc-4711');
    expect(pausesRemediation(windows, review, NOW + 50 * MINUTE)).toBeUndefined();
    expect(pausesRemediation(windows, { ...review, namespace: 'cart' }, NOW)).toBeUndefined();
  });
});

describe('who may open, close, change and review an emergency', () => {
  const fresh = (spec: JsonObject = {}): JsonObject => emergency({ openedAt: iso(NOW), ...spec });
  const decision = (by = 'erin', spec: JsonObject = {}): JsonObject => ({
    item: '01X',
    verdict: 'adopt',
    by,
    at: iso(NOW),
    ...spec,
  });

  test.each<{
    name: string;
    user?: UserInfo;
    old?: JsonObject;
    object: JsonObject;
    operation?: Operation;
    now?: number;
    denied?: string;
  }>([
    { name: 'an emergency identity opens one', object: fresh() },
    {
      name: 'a normal identity opens one',
      user: ALICE,
      object: fresh({ openedBy: 'alice' }),
      denied: 'alice is no emergency identity: not in sre-breakglass',
    },
    {
      name: 'an emergency identity that is also a normal one',
      user: { ...BOB, groups: ['sre-breakglass', 'developers'] },
      object: fresh(),
      denied: 'an emergency identity must be distinct from the normal one',
    },
    {
      name: 'in the name of another',
      object: fresh({ openedBy: 'oncall-ann' }),
      denied: 'oncall-bob cannot open an emergency in the name of oncall-ann',
    },
    {
      name: 'for longer than allowed',
      object: fresh({ duration: '5h' }),
      denied: 'an emergency lasts at most 4 hours',
    },
    {
      name: 'without an incident',
      object: fresh({ incident: '' }),
      denied: 'spec.incident must not be empty',
    },
    { name: 'without a reason', object: fresh({ reason: '' }), denied: 'spec.reason must not be empty' },
    { name: 'without a scope', object: fresh({ scope: {} }), denied: 'needs namespaces, or names' },
    {
      name: 'starting later',
      object: fresh({ openedAt: iso(NOW + 60 * MINUTE) }),
      denied: 'openedAt must be the time of opening',
    },
    {
      name: 'prolonging it',
      old: fresh(),
      object: fresh({ duration: '4h' }),
      denied: 'an emergency cannot be changed, prolonged or moved',
    },
    {
      name: 'starting it anew',
      old: emergency(),
      object: fresh(),
      denied: 'an emergency cannot be changed, prolonged or moved',
    },
    {
      name: 'widening it',
      old: fresh(),
      object: fresh({ scope: { namespaces: ['*'] } }),
      denied: 'an emergency cannot be changed, prolonged or moved',
    },
    { name: 'closing it', old: emergency(), object: emergency({ closedAt: iso(NOW) }) },
    {
      name: 'opening it again',
      old: emergency({ closedAt: iso(NOW - MINUTE) }),
      object: emergency(),
      denied: 'what was closed stays closed',
    },
    {
      name: 'closing it later',
      old: emergency({ closedAt: iso(NOW - MINUTE) }),
      object: emergency({ closedAt: iso(NOW) }),
      denied: 'what was closed stays closed',
    },
    {
      name: 'a reviewer decides',
      user: LEAD,
      old: emergency(),
      object: emergency({ reviews: [decision()] }),
    },
    {
      name: 'who opened it decides',
      old: emergency(),
      object: emergency({ reviews: [decision('oncall-bob')] }),
      denied: 'oncall-bob opened inc-4711: somebody else has to decide',
    },
    {
      name: 'their other account decides',
      user: { username: 'bob', groups: ['sre-leads'] },
      old: emergency(),
      object: emergency({ reviews: [decision('bob')] }),
      denied: 'bob opened inc-4711: somebody else has to decide',
    },
    {
      name: 'somebody decides who may not',
      user: ALICE,
      old: emergency(),
      object: emergency({ reviews: [decision('alice')] }),
      denied: 'alice may not decide on what was done in inc-4711: only group:sre-leads',
    },
    {
      name: 'a reviewer decides in another’s name',
      user: LEAD,
      old: emergency(),
      object: emergency({ reviews: [decision('frank')] }),
      denied: 'erin cannot decide in the name of frank',
    },
    {
      name: 'a decision is taken back',
      user: LEAD,
      old: emergency({ reviews: [decision()] }),
      object: emergency(),
      denied: 'what was decided stays',
    },
    {
      name: 'a decision is made twice',
      user: LEAD,
      old: emergency({ reviews: [decision()] }),
      object: emergency({ reviews: [decision(), decision('erin', { verdict: 'rollback' })] }),
      denied: '01X is decided already',
    },
    {
      name: 'who opened it deletes it',
      object: emergency(),
      operation: 'DELETE',
      denied: 'oncall-bob opened inc-4711',
    },
    {
      name: 'a reviewer deletes it while open',
      user: LEAD,
      object: emergency(),
      operation: 'DELETE',
      denied: 'inc-4711 is open until 2026-11-21T12:50:00Z: close it first',
    },
    {
      name: 'a reviewer deletes it afterwards',
      user: LEAD,
      object: emergency(),
      operation: 'DELETE',
      now: NOW + 60 * MINUTE,
    },
  ])('$name', ({ user = BOB, old, object, operation, now, denied }) => {
    const judgement = act({
      documents: [emergency()],
      user,
      object,
      operation: operation ?? (old === undefined ? 'CREATE' : 'UPDATE'),
      ...(old === undefined ? {} : { oldObject: old }),
      ...(now === undefined ? {} : { now }),
    });
    if (denied === undefined) expect(judgement.denial?.message).toBeUndefined();
    else expect(judgement.denial?.message).toContain(denied);
  });
});

describe('rolling back', () => {
  const before = deployment(
    {},
    {
      spec: {
        replicas: 1,
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'a:1', env: [{ name: 'DB_PASSWORD', value: 'hunter2hunter2' }] },
            ],
          },
        },
      },
    },
  );
  const after = deployment(
    { note: 'x' },
    {
      spec: {
        replicas: 3,
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'a:2', env: [{ name: 'DB_PASSWORD', value: 'other-password' }] },
            ],
          },
        },
      },
    },
  );

  test('the patch makes the old object of the new one, and tests first that it is still the new one', () => {
    const plain: JsonObject = { ...before, spec: { replicas: 1, template: {} } };
    const changed = {
      ...plain,
      metadata: { ...(plain.metadata as JsonObject), annotations: { note: 'x' } },
      spec: { replicas: 3, paused: true },
    };
    const item = reviewItemOf(act({ object: changed, oldObject: plain, operation: 'UPDATE' }), NOW, RISKS);
    const rollback = item?.rollback;
    if (rollback?.kind !== 'patch') throw new Error('expected a patch');
    expect(rollback.hidden).toEqual([]);
    expect(applyPatch(changed, rollback.operations)).toEqual({ ok: true, value: plain });
    const moved = { ...changed, spec: { replicas: 5, paused: true } };
    expect(applyPatch(moved, rollback.operations)).toEqual({
      ok: false,
      message: 'test /spec/replicas: the value has changed since',
    });
  });

  test('secrets stay out of it, and it says where they are missing', () => {
    const item = reviewItemOf(act({ object: after, oldObject: before, operation: 'UPDATE' }), NOW, RISKS);
    expect(JSON.stringify(item)).not.toMatch(/hunter2|other-password/);
    expect(item?.rollback).toMatchObject({
      kind: 'patch',
      hidden: ['/spec/template/spec/containers/0/env/0/value'],
    });
  });

  test('what was deleted is created again, without what was secret', () => {
    const secret: JsonObject = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'shop', uid: 'u' },
      data: { password: 'aHVudGVyMg==' },
    };
    const item = reviewItemOf(act({ object: secret, operation: 'DELETE' }), NOW, RISKS);
    expect(JSON.stringify(item)).not.toContain('aHVudGVyMg');
    expect(item?.rollback).toMatchObject({
      kind: 'create',
      hidden: ['/data/password'],
      object: { metadata: { name: 'db', namespace: 'shop' } },
    });
  });
});
