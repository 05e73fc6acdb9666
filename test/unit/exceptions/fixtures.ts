// Keys, policies, exceptions and requests for the tests of exceptions and break-glass.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { DEFAULT_SETTINGS, type Decision, type Exemptions, judge } from '../../../src/engine/index.js';
import {
  applyClaims,
  createKeyRing,
  createRegister,
  DEFAULT_EXCEPTION_SETTINGS,
  DEFAULT_OWNERS,
  type ExceptionRegister,
  type ExceptionSettings,
  guardException,
  guardKinds,
  type KeyRing,
  readExceptionDocuments,
  type SigningKey,
  signDocument,
  signGrant,
  type TokenRequest,
} from '../../../src/exceptions/index.js';
import {
  createResourceMapper,
  EMPTY_CONTEXT,
  type GroupVersionKind,
  type JsonObject,
  type JsonValue,
  type Operation,
  parseTime,
  syntheticReview,
  type UserInfo,
} from '../../../src/kubernetes/index.js';
import { loadPolicies, type PolicySet } from '../../../src/policy/index.js';

export const at = (time: string): number => parseTime(time) ?? Number.NaN;
export const NOW = at('2026-11-21T12:00:00Z');
export const DAY = 86_400_000;

export const source = (value: JsonValue) => ({
  file: 'test.yaml',
  value,
  positionOf: () => ({ line: 1, column: 1 }),
});

/** A policy that forbids privileged containers, with exceptions on terms. */
export const policy = (
  name = 'privileged-containers',
  exceptions: JsonObject = {},
  action = 'deny',
): JsonObject => ({
  apiVersion: 'warder.dev/v1',
  kind: 'Policy',
  metadata: { name },
  spec: {
    title: 'No container runs privileged',
    description: 'd',
    severity: 'critical',
    podTemplates: true,
    action,
    rules: [
      {
        name: 'privileged',
        each: '$.spec.containers[*]',
        require: { path: 'securityContext.privileged', notEquals: true },
        message: 'container {item.name} runs privileged',
      },
      {
        name: 'tagged',
        each: '$.spec.containers[*]',
        require: { path: 'image', contains: ':' },
        message: 'container {item.name} has no tag',
      },
    ],
    exceptions: { allowed: true, maxDuration: '30d', approvers: ['group:security-approvers'], ...exceptions },
  },
});

export function policySet(...documents: readonly JsonObject[]): PolicySet {
  const { set, problems } = loadPolicies((documents.length === 0 ? [policy()] : documents).map(source));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return set;
}

export interface Signer extends SigningKey {
  readonly privateKey: KeyObject;
}

export function signer(
  id: string,
  user: string,
  groups: readonly string[],
  part: Partial<SigningKey> = {},
): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return { id, user, groups, publicKey, privateKey, from: 0, until: Number.POSITIVE_INFINITY, ...part };
}

export const CAROL = signer('carol-2026', 'carol', ['security-approvers']);
export const DAVE = signer('dave-2026', 'dave', ['developers']);

export const RING: KeyRing = createKeyRing([CAROL, DAVE]);

/** The user who brings a request. */
export const ALICE: UserInfo = { username: 'alice', groups: ['developers', 'system:authenticated'] };
export const CAROLS: UserInfo = { username: 'carol', groups: ['security-approvers', 'system:authenticated'] };

/** A PolicyException as somebody writes it; unapproved. */
export function exception(spec: JsonObject = {}, name = 'checkout'): JsonObject {
  return {
    apiVersion: 'warder.dev/v1',
    kind: 'PolicyException',
    metadata: { name },
    spec: {
      policies: [{ name: 'privileged-containers', rules: ['privileged'] }],
      scope: { namespaces: ['shop'], names: ['checkout'] },
      reason: 'the vendor has no other image yet',
      ticket: 'SEC-7',
      requestedBy: 'alice',
      expires: '2026-12-10T00:00:00Z',
      ...spec,
    },
  };
}

/** The same approved and signed. */
export function approved(
  spec: JsonObject = {},
  {
    by = CAROL,
    as = 'group:security-approvers',
    when = NOW - DAY,
    name = 'checkout',
    audience = undefined as string | undefined,
  } = {},
): JsonObject {
  const stated = { approvedBy: by.user, approvedAs: as, approvedAt: new Date(when).toISOString() };
  const document = exception({ ...stated, ...spec }, name);
  const signature = signDocument(
    document,
    { user: by.user, as, at: when, keyId: by.id },
    audience,
    by.privateKey,
  );
  return { ...document, spec: { ...(document.spec as JsonObject), signature } };
}

export const tokenRequest = (part: Partial<TokenRequest> = {}): TokenRequest => ({
  id: '01JD0000000000000000000000',
  policies: [{ name: 'privileged-containers', rules: ['privileged'] }],
  object: { resource: 'deployments.apps', namespace: 'shop', name: 'checkout' },
  images: [],
  reason: 'the vendor has no other image yet',
  ticket: 'SEC-7',
  requestedBy: 'alice',
  approvedBy: 'carol',
  approvedAs: 'group:security-approvers',
  audience: undefined,
  starts: undefined,
  expires: NOW + 10 * DAY,
  ...part,
});

export const token = (part: Partial<TokenRequest> = {}, by = CAROL, when = NOW - DAY): string =>
  signGrant(tokenRequest(part), when, by.id, by.privateKey);

export function register(
  documents: readonly JsonObject[] = [],
  settings: Partial<ExceptionSettings> = {},
  ring = RING,
): ExceptionRegister {
  const all = { ...DEFAULT_EXCEPTION_SETTINGS, ...settings };
  const keys = ring.keys.map((key) => ({
    id: key.id,
    user: key.user,
    groups: key.groups,
    publicKey: key.publicKey.export({ type: 'spki', format: 'pem' }) as string,
    ...(key.from === 0 ? {} : { from: new Date(key.from).toISOString() }),
    ...(Number.isFinite(key.until) ? { until: new Date(key.until).toISOString() } : {}),
  }));
  const keySet = { apiVersion: 'warder.dev/v1', kind: 'KeySet', metadata: { name: 'keys' }, spec: { keys } };
  const read = readExceptionDocuments([keySet, ...documents].map(source), all);
  if (read.problems.length > 0) throw new Error(JSON.stringify(read.problems));
  return createRegister(read.grants, read.ring, all);
}

export const exemptionsOf = (known: ExceptionRegister, owners = DEFAULT_OWNERS): Exemptions => ({
  guard: (input) =>
    [guardException(input, known), guardKinds(input, owners)].filter((outcome) => outcome !== undefined),
  exempt: (outcomes, input) => applyClaims(outcomes, input, known),
});

/** A Deployment with one privileged container. */
export const deployment = (annotations: JsonObject = {}, part: JsonObject = {}): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'checkout', namespace: 'shop', labels: { app: 'checkout' }, annotations },
  spec: {
    template: {
      spec: {
        containers: [
          { name: 'server', image: 'example.com/server:1', securityContext: { privileged: true } },
        ],
      },
    },
  },
  ...part,
});

export interface Judged {
  readonly object: JsonObject;
  readonly exemptions: Exemptions;
  readonly user?: UserInfo;
  readonly policies?: PolicySet;
  readonly now?: number;
  readonly operation?: Operation;
  readonly oldObject?: JsonObject;
  readonly origin?: 'admission' | 'audit';
}

export function judged(input: Judged): Decision {
  const {
    object,
    exemptions,
    user = ALICE,
    policies = policySet(),
    now = NOW,
    operation,
    oldObject,
    origin = 'admission',
  } = input;
  const review = syntheticReview(object, {
    origin,
    userInfo: user,
    ...(operation === undefined ? {} : { operation }),
    ...(oldObject === undefined ? {} : { oldObject }),
    uid: 'u1',
    mapper: { resourceOf: (kind) => resourceOf(kind) },
  });
  return judge({
    review,
    policies,
    context: EMPTY_CONTEXT,
    settings: DEFAULT_SETTINGS,
    now,
    decisionId: '01JD1111111111111111111111',
    deadline: undefined,
    exemptions,
  });
}

const MAPPER = createResourceMapper();
const CLUSTER_SCOPED = ['PolicyException', 'BreakGlass', 'Policy'];

function resourceOf(kind: GroupVersionKind) {
  const found = MAPPER.resourceOf(kind);
  if (kind.group !== 'warder.dev') return found;
  const plural: Readonly<Record<string, string>> = { BreakGlass: 'breakglasses' };
  return {
    ...found,
    resource: plural[kind.kind] ?? found.resource,
    namespaced: !CLUSTER_SCOPED.includes(kind.kind),
  };
}
