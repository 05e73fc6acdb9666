import { describe, expect, test } from '@jest/globals';
import { createRegister, readClusterExceptions } from '../../../src/exceptions/index.js';
import type { JsonObject, Operation, UserInfo } from '../../../src/kubernetes/index.js';
import {
  ALICE,
  approved,
  CAROLS,
  deployment,
  exception,
  exemptionsOf,
  judged,
  policy,
  policySet,
  register,
} from './fixtures.js';

const NOW_TEXT = '2026-11-21T12:00:00Z';
const bySelf = { approvedBy: 'alice', approvedAs: 'group:developers', approvedAt: NOW_TEXT };
const byCarol = { approvedBy: 'carol', approvedAs: 'group:security-approvers', approvedAt: NOW_TEXT };
const ALICE_APPROVES: UserInfo = { username: 'alice', groups: ['security-approvers'] };
const ADMIN: UserInfo = { username: 'admin', groups: ['system:masters', 'system:authenticated'] };

interface Case {
  readonly name: string;
  readonly user?: UserInfo;
  readonly old?: JsonObject;
  readonly object: JsonObject;
  readonly operation?: Operation;
  readonly terms?: JsonObject;
  readonly settings?: Parameters<typeof register>[1];
  /** Undefined: allowed. */
  readonly denied?: string;
}

const specOf = (document: JsonObject): JsonObject => document.spec as JsonObject;
const changed = (document: JsonObject, spec: JsonObject): JsonObject => ({
  ...document,
  spec: { ...specOf(document), ...spec },
});
const inForce = exception(byCarol);

function decisionOf({ user = ALICE, old, object, operation, terms, settings }: Omit<Case, 'name'>) {
  return judged({
    object,
    user,
    operation: operation ?? (old === undefined ? 'CREATE' : 'UPDATE'),
    ...(old === undefined ? {} : { oldObject: old }),
    policies: policySet(policy('privileged-containers', terms)),
    exemptions: exemptionsOf(register([], settings)),
  });
}

describe('who may create or change a PolicyException', () => {
  test.each<Case>([
    { name: 'asking in one’s own name', object: exception() },
    {
      name: 'asking in another’s name',
      object: exception({ requestedBy: 'bob' }),
      denied: 'alice cannot ask in the name of bob',
    },
    {
      name: 'a pipeline asks for others',
      object: exception({ requestedBy: 'bob' }),
      user: { username: 'ci', groups: ['pipelines'] },
      settings: { delegates: ['group:pipelines'] },
    },
    {
      name: 'approving what one asks for',
      object: exception(bySelf),
      denied: 'alice cannot approve what they asked for themselves',
    },
    {
      name: 'approving in another’s name',
      object: exception(byCarol),
      denied: 'alice cannot approve in the name of carol',
    },
    { name: 'an approver approves what another asked for', user: CAROLS, old: exception(), object: inForce },
    {
      name: 'an approver approves without having the right stated',
      user: { username: 'carol', groups: [] },
      old: exception(),
      object: inForce,
      denied: 'carol is not group:security-approvers',
    },
    {
      name: 'an approver of another policy',
      user: CAROLS,
      old: exception(),
      object: inForce,
      terms: { approvers: ['group:other'] },
      denied: 'exceptions from privileged-containers are approved by group:other',
    },
    {
      name: 'an exception from a policy that allows none',
      user: CAROLS,
      old: exception(),
      object: inForce,
      terms: { allowed: false },
      denied: 'privileged-containers allows no exceptions',
    },
    {
      name: 'an exception from one policy that is approved and one that is not there',
      user: CAROLS,
      old: exception({ policies: [{ name: 'privileged-containers' }, { name: 'x' }] }),
      object: exception({ ...byCarol, policies: [{ name: 'privileged-containers' }, { name: 'x' }] }),
      denied: 'no policy x is in force here',
    },
    {
      name: 'longer than allowed',
      user: CAROLS,
      old: exception(),
      object: exception({ ...byCarol, expires: '2027-06-01T00:00:00Z' }),
      denied: 'exceptions from privileged-containers last at most 30 days',
    },
    {
      name: 'an approval with another date',
      user: CAROLS,
      old: exception(),
      object: exception({ ...byCarol, approvedAt: '2026-12-01T00:00:00Z' }),
      denied: `approvedAt must be the time of the approval, ${NOW_TEXT}`,
    },
    {
      name: 'an approval without a right',
      user: CAROLS,
      old: exception(),
      object: exception({ approvedBy: 'carol', approvedAt: NOW_TEXT }),
      denied: 'approvedAs must name the right to approve',
    },
    {
      name: 'changing who asked, then approving',
      user: ALICE_APPROVES,
      old: exception(),
      object: exception({ ...byCarol, approvedBy: 'alice', requestedBy: 'bob' }),
      denied: 'alice asked for this exception; that cannot be changed',
    },
    {
      name: 'a second account of who asked approves',
      user: { username: 'alice-admin', groups: ['security-approvers'] },
      old: exception(),
      object: exception({ ...byCarol, approvedBy: 'alice-admin' }),
      settings: { people: { alice: ['alice', 'alice-admin'] } },
      denied: 'alice-admin cannot approve what they asked for themselves',
    },
    {
      name: 'widening an approved exception',
      old: inForce,
      object: changed(inForce, { scope: { namespaces: ['*-prod', 'shop'] } }),
      denied: 'alice cannot approve in the name of carol',
    },
    {
      name: 'prolonging an approved exception',
      old: inForce,
      object: changed(inForce, { expires: '2026-12-11T00:00:00Z' }),
      denied: 'alice cannot approve in the name of carol',
    },
    {
      name: 'taking back a revocation',
      old: changed(inForce, { revoked: { by: 'erin', at: NOW_TEXT, reason: 'r' } }),
      object: inForce,
      denied: 'alice cannot approve in the name of carol',
    },
    {
      name: 'shortening an approved exception',
      old: inForce,
      object: changed(inForce, { expires: '2026-11-30T00:00:00Z' }),
    },
    {
      name: 'revoking an approved exception',
      old: inForce,
      object: changed(inForce, { revoked: { by: 'alice', at: NOW_TEXT, reason: 'fixed' } }),
    },
    {
      name: 'labelling an approved exception',
      old: inForce,
      object: { ...inForce, metadata: { name: 'checkout', labels: { a: 'b' } } },
    },
    { name: 'deleting an approved exception', old: inForce, object: inForce, operation: 'DELETE' },
    { name: 'delivering a signed exception', object: approved() },
    {
      name: 'delivering a signed exception that was changed',
      object: changed(approved(), { reason: 'another' }),
      denied: 'the signature was changed after it was signed',
    },
    {
      name: 'a made-up signature, to ask in another’s name',
      object: exception({ requestedBy: 'bob', signature: 'x.y.z' }),
      denied: 'alice cannot ask in the name of bob',
    },
    {
      name: 'a scope of everything',
      object: exception({ scope: { namespaces: ['*'] } }),
      denied: 'would cover everything: name what is meant',
    },
    {
      name: 'a scope by labels alone',
      object: exception({ scope: { selector: { matchLabels: { a: 'b' } } } }),
      denied: 'needs namespaces, or names for cluster-scoped objects',
    },
    {
      name: 'a namespace of its own',
      object: { ...exception(), metadata: { name: 'checkout', namespace: 'shop' } },
      denied: 'metadata.namespace',
    },
    {
      name: 'a misspelt field',
      object: exception({ expiry: 'x' }),
      denied: 'spec.expiry is not a field of this document; did you mean expires?',
    },
    {
      name: 'no end',
      object: changed(exception(), { expires: 'never' }),
      denied: 'spec.expires is not a time',
    },
  ])('$name', ({ denied, ...request }) => {
    const decision = decisionOf(request);
    if (denied === undefined) expect(decision.denial?.message).toBeUndefined();
    else {
      expect(decision.denial?.message).toContain(denied);
      expect(decision.denial?.message).toContain('warder-exceptions/');
    }
  });

  test('the checks hold in a server that only audits, and for the control plane', () => {
    const system: UserInfo = { username: 'system:kube-controller-manager', groups: [] };
    expect(decisionOf({ object: exception(byCarol), user: system }).allowed).toBe(false);
  });

  test('an object in the cluster holds by what admission let through', () => {
    const { grants, problems } = readClusterExceptions([inForce], {
      ring: register().ring,
      audience: undefined,
      trustFiles: false,
    });
    expect(problems).toEqual([]);
    const exemptions = exemptionsOf(createRegister(grants));
    const object = deployment({ 'warder.dev/exception': 'checkout' });
    expect(judged({ object, exemptions }).allowed).toBe(true);
    expect(judged({ object, exemptions, user: CAROLS }).allowed).toBe(false);
  });

  test('a malformed object in the cluster is told of and exempts nobody', () => {
    const { grants, problems } = readClusterExceptions([changed(inForce, { expires: 'never' })], {
      ring: register().ring,
      audience: undefined,
      trustFiles: false,
    });
    expect(grants).toEqual([]);
    expect(problems[0]?.message).toContain('is not a time');
  });
});

const definition = (
  spec: JsonObject = { group: 'warder.dev' },
  name = 'policyexceptions.warder.dev',
): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name },
  spec,
});

describe('who may change what Warder is made of', () => {
  test.each<Case>([
    {
      name: 'a user edits the definition of PolicyException',
      old: definition(),
      object: definition({ group: 'warder.dev', scope: 'Namespaced' }),
      denied:
        'alice may not change the definition policyexceptions.warder.dev: only group:system:masters may',
    },
    {
      name: 'a user deletes it',
      object: definition(),
      operation: 'DELETE',
      denied: 'alice may not change the definition',
    },
    {
      name: 'a user creates another of the group',
      object: definition({ group: 'warder.dev' }, 'x'),
      denied: 'alice may not change the definition',
    },
    {
      name: 'an administrator edits it',
      user: ADMIN,
      old: definition(),
      object: definition({ group: 'warder.dev', scope: 'Cluster' }),
    },
    {
      name: 'a user edits another definition',
      object: definition({ group: 'example.com' }, 'apps.example.com'),
    },
    {
      name: 'a user writes a policy',
      object: policy('mine'),
      denied: 'alice may not change the policy mine: only group:system:masters may',
    },
    {
      name: 'a user deletes a policy',
      object: policy('mine'),
      operation: 'DELETE',
      denied: 'alice may not change the policy mine',
    },
    { name: 'an administrator writes a policy', user: ADMIN, object: policy('mine') },
    {
      name: 'an administrator writes a broken policy',
      user: ADMIN,
      object: {
        ...policy('mine'),
        spec: {
          ...(policy().spec as JsonObject),
          rules: [{ name: 'r', require: { cel: '1 +' }, message: 'm' }],
        },
      } as JsonObject,
      denied: 'spec.rules[0].require.cel',
    },
  ])('$name', ({ denied, ...request }) => {
    const decision = decisionOf(request);
    if (denied === undefined) expect(decision.denial?.message).toBeUndefined();
    else expect(decision.denial?.message).toContain(denied);
  });
});

describe('approvals read from files', () => {
  const text = {
    approvedBy: 'carol',
    approvedAs: 'group:security-approvers',
    approvedAt: '2026-11-20T00:00:00Z',
  };

  test('are believed only where files are trusted', () => {
    const object = deployment({ 'warder.dev/exception': 'checkout' });
    expect(judged({ object, exemptions: exemptionsOf(register([exception(text)])) }).allowed).toBe(false);
    expect(
      judged({ object, exemptions: exemptionsOf(register([exception(text)], { trustFiles: true })) }).allowed,
    ).toBe(true);
  });
});
