import { describe, expect, test } from '@jest/globals';
import { type Decision, ruleResults } from '../../../src/engine/index.js';
import { createKeyRing, type ExceptionSettings } from '../../../src/exceptions/index.js';
import type { JsonObject, UserInfo } from '../../../src/kubernetes/index.js';
import {
  ALICE,
  approved,
  at,
  CAROL,
  CAROLS,
  DAVE,
  DAY,
  deployment,
  exception,
  exemptionsOf,
  judged,
  NOW,
  policy,
  policySet,
  RING,
  register,
  signer,
  token,
} from './fixtures.js';

const claim = (name = 'checkout'): JsonObject => ({ 'warder.dev/exception': name });
const carry = (text: string): JsonObject => ({ 'warder.dev/exception-grant': text });
const resultsOf = (decision: Decision): readonly string[] =>
  ruleResults(decision).map(({ rule, result, message }) => `${rule} ${result} ${message}`.trim());

describe('an exception that holds', () => {
  test('excepts the rule it names, which is still evaluated', () => {
    const exemptions = exemptionsOf(register([approved()]));
    const decision = judged({ object: deployment(claim()), exemptions });
    expect(decision.allowed).toBe(true);
    expect(resultsOf(decision)).toEqual([
      'privileged skip excepted by checkout until 2026-12-10T00:00:00Z, approved by carol: container server runs privileged',
      'tagged pass',
    ]);
    expect(decision.auditAnnotations.exception).toBe('checkout: privileged-containers/privileged');
    expect(decision.exemption?.claims[0]).toMatchObject({
      id: 'checkout',
      result: 'excepted',
      approvedBy: 'carol',
    });
  });

  test('leaves other rules and other policies alone', () => {
    const exemptions = exemptionsOf(register([approved()]));
    const object = deployment(claim(), {
      spec: {
        template: {
          spec: { containers: [{ name: 'server', image: 'server', securityContext: { privileged: true } }] },
        },
      },
    });
    const decision = judged({ object, exemptions, policies: policySet(policy(), policy('other')) });
    expect(decision.violations.map(({ policy: name, rule }) => `${name}/${rule}`)).toEqual([
      'other/privileged',
      'other/tagged',
      'privileged-containers/tagged',
    ]);
  });

  test('is unneeded where the rule passes anyway, and says so', () => {
    const exemptions = exemptionsOf(register([approved()]));
    const object = deployment(claim(), {
      spec: { template: { spec: { containers: [{ name: 'server', image: 'a:1' }] } } },
    });
    const decision = judged({ object, exemptions });
    expect(decision.exemption?.claims[0]?.result).toBe('unneeded');
    expect(resultsOf(decision)).toEqual([
      'privileged pass passes: exception checkout is not needed',
      'tagged pass',
    ]);
    expect(decision.warnings).toEqual([
      'exception checkout is not needed: privileged-containers/privileged passes; take the claim off',
    ]);
  });

  test('warns before it ends', () => {
    const exemptions = exemptionsOf(register([approved()]));
    const soon = judged({ object: deployment(claim()), exemptions, now: at('2026-12-07T00:00:00Z') });
    expect(soon.warnings).toEqual(['exception checkout expires in 3 days (2026-12-10T00:00:00Z)']);
    expect(judged({ object: deployment(claim()), exemptions }).warnings).toEqual([]);
  });

  test('covers only containers with the images it names', () => {
    const images = { scope: { namespaces: ['shop'], images: ['example.com/*'] } };
    const exemptions = exemptionsOf(register([approved(images)]));
    const privileged = { securityContext: { privileged: true } };
    const object = deployment(claim(), {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'ours', image: 'example.com/a:1', ...privileged },
              { name: 'theirs', image: 'evil.test/b:1', ...privileged },
            ],
          },
        },
      },
    });
    expect(judged({ object, exemptions }).violations.map(({ message }) => message)).toEqual([
      'container theirs runs privileged',
    ]);
  });

  test.each([
    {
      name: 'by the name of a policy or its id',
      spec: { policies: [{ name: 'warder/privileged-containers' }] },
    },
    { name: 'for all rules where none is named', spec: { policies: [{ name: 'privileged-containers' }] } },
    { name: 'for a glob of names', spec: { scope: { namespaces: ['shop'], names: ['check*'] } } },
    { name: 'for a glob of namespaces', spec: { scope: { namespaces: ['sh?p'] } } },
    {
      name: 'for labels',
      spec: { scope: { namespaces: ['shop'], selector: { matchLabels: { app: 'checkout' } } } },
    },
    { name: 'for a resource', spec: { scope: { resources: ['deployments.apps'], namespaces: ['shop'] } } },
  ] as { name: string; spec: JsonObject }[])('holds $name', ({ spec }) => {
    expect(
      judged({ object: deployment(claim()), exemptions: exemptionsOf(register([approved(spec)])) }).allowed,
    ).toBe(true);
  });

  test('holds on DELETE by the claim of the old object, and in an audit, where nobody asks', () => {
    const exemptions = exemptionsOf(register([approved()]));
    expect(
      judged({ object: deployment(claim()), exemptions, origin: 'audit', user: { username: '', groups: [] } })
        .allowed,
    ).toBe(true);
    const policies = policySet({
      ...policy('deletion', {}),
      spec: {
        ...(policy().spec as JsonObject),
        match: [{ resources: ['pods'], operations: ['DELETE'] }],
        rules: [{ name: 'never', require: { cel: 'false' }, message: 'no' }],
      },
    } as JsonObject);
    const own = exemptionsOf(register([approved({ policies: [{ name: 'deletion' }] })]));
    expect(
      judged({ object: deployment(claim()), exemptions: own, operation: 'DELETE', policies }).allowed,
    ).toBe(true);
    expect(judged({ object: deployment(), exemptions: own, operation: 'DELETE', policies }).allowed).toBe(
      false,
    );
  });
});

interface Refused {
  readonly name: string;
  readonly exceptions?: readonly JsonObject[];
  readonly annotations?: JsonObject;
  readonly settings?: Partial<ExceptionSettings>;
  readonly object?: JsonObject;
  readonly user?: UserInfo;
  readonly terms?: JsonObject;
  readonly now?: number;
  readonly code: string;
  readonly message: string;
}

const inNamespace = (namespace: string, part: JsonObject = {}): JsonObject => ({
  ...deployment(claim()),
  ...part,
  metadata: { name: 'checkout', namespace, annotations: claim() },
});

const ROGUE = signer('carol-2026', 'carol', ['security-approvers']);
const OLD = signer('carol-2025', 'carol', ['security-approvers'], { until: NOW - 5 * DAY });

describe('a claim that does not hold says why', () => {
  test.each<Refused>([
    {
      name: 'an exception nobody wrote',
      exceptions: [],
      code: 'unknown',
      message: 'Exception checkout does not hold: there is no PolicyException of this name',
    },
    {
      name: 'not approved',
      exceptions: [exception()],
      code: 'unapproved',
      message: 'is not approved by anybody yet',
    },
    {
      name: 'approved in words only',
      exceptions: [
        exception({
          approvedBy: 'carol',
          approvedAs: 'group:security-approvers',
          approvedAt: '2026-11-20T00:00:00Z',
        }),
      ],
      code: 'unapproved',
      message: 'says carol approved it, but nothing proves it: it is not signed',
    },
    {
      name: 'expired',
      now: at('2026-12-13T00:00:00Z'),
      code: 'expired',
      message: 'expired 3 days ago (2026-12-10T00:00:00Z)',
    },
    {
      name: 'at the very moment it expires',
      now: at('2026-12-10T00:00:00Z'),
      code: 'expired',
      message: 'expired 0 seconds ago',
    },
    {
      name: 'not yet in force',
      exceptions: [approved({ starts: '2026-12-01T00:00:00Z' })],
      code: 'pending',
      message: 'starts in 9 days (2026-12-01T00:00:00Z)',
    },
    {
      name: 'revoked in the object',
      exceptions: [
        approved({ revoked: { by: 'erin', at: '2026-11-21T00:00:00Z', reason: 'the image is fixed' } }),
      ],
      code: 'revoked',
      message: 'was revoked by erin (the image is fixed)',
    },
    {
      name: 'another namespace',
      object: inNamespace('other'),
      code: 'scope',
      message: 'its scope is namespace shop, not other',
    },
    {
      name: 'another name',
      exceptions: [approved({ scope: { namespaces: ['shop'], names: ['cart'] } })],
      code: 'scope',
      message: 'its scope is name cart, not checkout',
    },
    {
      name: 'another resource',
      exceptions: [approved({ scope: { namespaces: ['shop'], resources: ['pods'] } })],
      code: 'scope',
      message: 'its scope is resource pods, not deployments.apps',
    },
    {
      name: 'other labels',
      exceptions: [approved({ scope: { namespaces: ['shop'], selector: { matchLabels: { app: 'cart' } } } })],
      code: 'scope',
      message: 'its selector does not fit the labels of the object',
    },
    {
      name: 'a scope of cluster-scoped objects',
      exceptions: [approved({ scope: { names: ['checkout'] } })],
      code: 'scope',
      message: 'it names no namespace, so it covers cluster-scoped objects only',
    },
    {
      name: 'a name still to be made up',
      object: {
        ...deployment(),
        metadata: { generateName: 'checkout', namespace: 'shop', annotations: claim() },
      },
      code: 'scope',
      message: 'its scope is name checkout, not checkout…',
    },
    {
      name: 'a policy that allows none',
      terms: { allowed: false },
      code: 'not-allowed',
      message: 'privileged-containers allows no exceptions',
    },
    {
      name: 'an approver of another policy',
      terms: { approvers: ['group:other-approvers'] },
      code: 'approver',
      message:
        'carol approved it as group:security-approvers, but for privileged-containers only group:other-approvers may',
    },
    {
      name: 'a policy that names no approvers',
      terms: { approvers: [] },
      code: 'approver',
      message: 'only nobody may',
    },
    {
      name: 'longer than the policy allows',
      terms: { maxDuration: '7d' },
      code: 'duration',
      message: 'lasts 19 days, but privileged-containers allows at most 7 days',
    },
    {
      name: 'longer than any may last',
      settings: { maxDuration: DAY },
      code: 'duration',
      message: 'allows at most 1 day',
    },
    {
      name: 'the approver uses it',
      user: CAROLS,
      code: 'self-approved',
      message: 'carol approved it and so may not use it',
    },
    {
      name: 'another account of the approver uses it',
      settings: { people: { carol: ['carol', 'carol-admin'] } },
      user: { ...ALICE, username: 'carol-admin' },
      code: 'self-approved',
      message: 'carol approved it and so may not use it',
    },
    {
      name: 'who asked has approved',
      exceptions: [approved({ requestedBy: 'carol' })],
      code: 'self-approved',
      message: 'carol approved what they asked for themselves',
    },
    {
      name: 'another account of who asked has approved',
      exceptions: [approved({ requestedBy: 'carol-admin' })],
      settings: { people: { carol: ['carol', 'carol-admin'] } },
      code: 'self-approved',
      message: 'carol approved what they asked for themselves',
    },
    {
      name: 'changed after it was signed',
      exceptions: [
        { ...approved(), spec: { ...(approved().spec as JsonObject), expires: '2026-12-11T00:00:00Z' } },
      ],
      code: 'signature',
      message: 'was changed after it was signed',
    },
    {
      name: 'signed for another name',
      exceptions: [{ ...approved({}, { name: 'other' }), metadata: { name: 'checkout' } }],
      code: 'signature',
      message: 'was changed after it was signed',
    },
    {
      name: 'signed by somebody else',
      exceptions: [approved({ approvedBy: 'carol' }, { by: DAVE, as: 'group:developers' })],
      code: 'approver',
      message: 'says carol approved it, but dave signed it',
    },
    {
      name: 'signed by a right the signer does not have',
      exceptions: [approved({}, { by: DAVE, as: 'group:security-approvers' })],
      code: 'approver',
      message: 'is signed as group:security-approvers, which dave (key dave-2026) is not',
    },
    {
      name: 'approved in the future',
      exceptions: [approved({}, { when: NOW + DAY })],
      code: 'pending',
      message: 'was approved in the future',
    },
    {
      name: 'made for another cluster',
      settings: { audience: 'production' },
      code: 'audience',
      message: 'names no audience, and only what is made for production counts here',
    },
    {
      name: 'a policy that is not there',
      exceptions: [approved({ policies: [{ name: 'privileged-containers' }, { name: 'privilegd' }] })],
      code: 'rule',
      message: 'no policy privilegd is in force here',
    },
    {
      name: 'a rule that is not there',
      exceptions: [approved({ policies: [{ name: 'privileged-containers', rules: ['x'] }] })],
      code: 'rule',
      message: 'privileged-containers has no rule x',
    },
  ])('$name', ({
    exceptions = [approved()],
    settings,
    object = deployment(claim()),
    user,
    terms,
    now,
    code,
    message,
  }) => {
    const decision = judged({
      object,
      exemptions: exemptionsOf(register(exceptions, settings)),
      ...(user === undefined ? {} : { user }),
      ...(now === undefined ? {} : { now }),
      policies: policySet(policy('privileged-containers', terms)),
    });
    expect(decision.allowed).toBe(false);
    expect(decision.denial?.message).toContain(message);
    expect(decision.exemption?.claims[0]).toMatchObject({ result: 'refused', code });
  });

  test.each<Refused>([
    {
      name: 'no token',
      annotations: carry('x'),
      code: 'malformed',
      message: 'Exception grant x… does not hold: is no compact JWS',
    },
    {
      name: 'alg none',
      annotations: carry(
        `${Buffer.from('{"alg":"none","typ":"warder-grant+jws","kid":"carol-2026"}').toString('base64url')}.${token().split('.')[1]}.`,
      ),
      code: 'signature',
      message: 'is signed with none, only EdDSA (Ed25519) is accepted',
    },
    {
      name: 'alg HS256 with the public key as secret',
      annotations: carry(
        `${Buffer.from('{"alg":"HS256","typ":"warder-grant+jws","kid":"carol-2026"}').toString('base64url')}.${token().split('.').slice(1).join('.')}`,
      ),
      code: 'signature',
      message: 'is signed with HS256',
    },
    {
      name: 'another payload under the signature',
      annotations: carry(
        token().replace(/\.[^.]+\./, `.${token({ expires: NOW + 11 * DAY }).split('.')[1]}.`),
      ),
      code: 'signature',
      message: 'is not what the key carol-2026 signed',
    },
    {
      name: 'a key of the same name',
      annotations: carry(token({}, ROGUE)),
      code: 'signature',
      message: 'is not what the key carol-2026 signed',
    },
    {
      name: 'an unknown key',
      annotations: carry(token({}, signer('x-1', 'carol', []))),
      code: 'key',
      message: 'is signed by a key nobody here knows: x-1',
    },
    {
      name: 'a key that may not sign any more',
      annotations: carry(token({}, OLD)),
      code: 'key',
      message: 'but the key carol-2025 signs only until',
    },
    {
      name: 'an approval in place of a grant',
      annotations: carry(String((approved().spec as JsonObject).signature)),
      code: 'malformed',
      message: 'is a warder-approval+jws, expected a warder-grant+jws',
    },
    {
      name: 'expired',
      annotations: carry(token({ expires: NOW - 3 * DAY }, CAROL, NOW - 9 * DAY)),
      code: 'expired',
      message: 'expired 3 days ago',
    },
    {
      name: 'another object',
      annotations: carry(
        token({ object: { resource: 'deployments.apps', namespace: 'shop', name: 'cart' } }),
      ),
      code: 'scope',
      message: 'its scope is name cart, not checkout',
    },
    {
      name: 'another namespace',
      annotations: carry(
        token({ object: { resource: 'deployments.apps', namespace: 'other', name: 'checkout' } }),
      ),
      code: 'scope',
      message: 'its scope is namespace other, not shop',
    },
    {
      name: 'a glob in place of a name',
      annotations: carry(token({ object: { resource: 'deployments.apps', namespace: 'shop', name: '*' } })),
      code: 'malformed',
      message: 'must name one thing',
    },
    {
      name: 'in the name of another',
      annotations: carry(token({ approvedBy: 'erin' })),
      code: 'approver',
      message: "says erin, but the key carol-2026 is carol's",
    },
    {
      name: 'a group the signer is not in',
      annotations: carry(token({ approvedBy: 'dave' }, DAVE)),
      code: 'approver',
      message: 'is signed as group:security-approvers, which dave (key dave-2026) is not',
    },
    {
      name: 'for another cluster',
      annotations: carry(token({ audience: 'staging' })),
      code: 'audience',
      message: 'was made for staging, not for a cluster without a name',
    },
    {
      name: 'longer than allowed',
      annotations: carry(token({ expires: NOW + 60 * DAY })),
      code: 'duration',
      message: 'lasts 61 days',
    },
    {
      name: 'too long a text',
      annotations: carry(`${token()}${'x'.repeat(9000)}`),
      code: 'malformed',
      message: 'is longer than 8192 characters',
    },
    {
      name: 'another spelling of the signature',
      annotations: carry(`${token().slice(0, -1)}${'AQgw'.includes(token().slice(-1)) ? 'B' : 'x'}=`),
      code: 'signature',
      message: 'is not what the key carol-2026 signed',
    },
  ])('a grant: $name', ({ annotations = {}, code, message }) => {
    const ring = createKeyRing([CAROL, DAVE, OLD]);
    const decision = judged({
      object: deployment(annotations),
      exemptions: exemptionsOf(register([], {}, ring)),
    });
    expect(decision.allowed).toBe(false);
    expect(decision.denial?.message).toContain(message);
    expect(decision.exemption?.claims[0]).toMatchObject({ result: 'refused', code });
  });

  test('a claim that does not hold is told of even where nothing fails', () => {
    const object = deployment(claim('gone'), {
      spec: { template: { spec: { containers: [{ name: 'server', image: 'a:1' }] } } },
    });
    const decision = judged({ object, exemptions: exemptionsOf(register()) });
    expect(decision.allowed).toBe(true);
    expect(decision.warnings).toEqual([
      'exception gone does not hold: there is no PolicyException of this name',
    ]);
  });

  test('hostile claims are shown short and printable, and read in bounded number', () => {
    const decision = judged({
      object: deployment(claim(`\u001b[31m${'x'.repeat(500)},${'y,'.repeat(500)}`)),
      exemptions: exemptionsOf(register()),
    });
    expect(decision.exemption?.claims.length).toBe(16);
    expect(decision.denial?.message).not.toContain('\u001b');
  });
});

describe('grants that objects carry', () => {
  const exemptions = exemptionsOf(register([], {}, createKeyRing([...RING.keys, OLD])));

  test('work without any other state, through any API version', () => {
    expect(judged({ object: deployment(carry(token())), exemptions }).allowed).toBe(true);
    expect(
      judged({ object: { ...deployment(carry(token())), apiVersion: 'apps/v1beta1' }, exemptions }).allowed,
    ).toBe(true);
  });

  test('of a key that was replaced stay valid, with both keys known', () => {
    expect(judged({ object: deployment(carry(token({}, OLD, NOW - 9 * DAY))), exemptions }).allowed).toBe(
      true,
    );
    expect(judged({ object: deployment(carry(token())), exemptions }).allowed).toBe(true);
  });

  test('are verified once and still expire', () => {
    const carried = deployment(carry(token()));
    expect(judged({ object: carried, exemptions }).allowed).toBe(true);
    expect(judged({ object: carried, exemptions, now: NOW + 10 * DAY }).denial?.message).toContain(
      'expired 0 seconds ago',
    );
    expect(judged({ object: carried, exemptions }).allowed).toBe(true);
  });

  test.each([
    { name: 'a grant', spec: { grant: '01JD0000000000000000000000' } },
    { name: 'a key', spec: { key: 'carol-2026' } },
  ])('end when $name is revoked', ({ spec }) => {
    const revocation = {
      apiVersion: 'warder.dev/v1',
      kind: 'Revocation',
      metadata: { name: 'r' },
      spec: { ...spec, by: 'erin', at: '2026-11-21T00:00:00Z', reason: 'lost laptop' },
    };
    const decision = judged({
      object: deployment(carry(token())),
      exemptions: exemptionsOf(register([revocation])),
    });
    expect(decision.denial?.message).toContain('was revoked by erin (lost laptop)');
  });

  test('made for this cluster hold here', () => {
    const named = exemptionsOf(register([], { audience: 'production' }));
    expect(
      judged({ object: deployment(carry(token({ audience: 'production' }))), exemptions: named }).allowed,
    ).toBe(true);
  });
});
