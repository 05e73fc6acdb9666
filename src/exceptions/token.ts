// Grants that an object carries: signed by an approver's key, bound to policy, rule, object and expiry. They need no cluster
// state. The claims are those of RFC 7519 where there is one.
import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { JsonObject, JsonValue } from '../kubernetes/index.js';
import type { Approval, Grant, GrantScope, PolicyReference, Refusal } from './grant.js';
import { signJws, verifyJws } from './jws.js';
import { type KeyRing, refuseSigner } from './key-ring.js';

export const GRANT_TYPE = 'warder-grant+jws';

/** A name that stands for itself: a grant is bound to one object. */
const exact = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^*?]+$/, 'must name one thing, without * or ?');
const seconds = z.number().int().positive();
const text = z.string().min(1).max(1024);

const claimsSchema = z.strictObject({
  v: z.literal(1),
  jti: text,
  iss: text,
  as: text,
  sub: text,
  aud: text.optional(),
  iat: seconds,
  nbf: seconds.optional(),
  exp: seconds,
  policies: z
    .array(z.strictObject({ name: text, rules: z.array(text).min(1).optional() }))
    .min(1)
    .max(64),
  object: z.strictObject({ resource: exact, namespace: exact.optional(), name: exact }),
  images: z.array(text).min(1).max(64).optional(),
  reason: text,
  ticket: text.optional(),
});
type Claims = z.infer<typeof claimsSchema>;

/** What a token is made from. Times are milliseconds since the epoch; tokens hold whole seconds. */
export interface TokenRequest {
  readonly id: string;
  readonly policies: readonly PolicyReference[];
  readonly object: { readonly resource: string; readonly namespace: string; readonly name: string };
  readonly images: readonly string[];
  readonly reason: string;
  readonly ticket: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly approvedAs: string;
  readonly audience: string | undefined;
  readonly starts: number | undefined;
  readonly expires: number;
}

const inSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** Signs a grant. `now` becomes its time of issue. */
export function signGrant(request: TokenRequest, now: number, keyId: string, privateKey: KeyObject): string {
  const { resource, namespace, name } = request.object;
  const claims = {
    v: 1,
    jti: request.id,
    iss: request.approvedBy,
    as: request.approvedAs,
    sub: request.requestedBy,
    ...(request.audience === undefined ? {} : { aud: request.audience }),
    iat: inSeconds(now),
    ...(request.starts === undefined ? {} : { nbf: inSeconds(request.starts) }),
    exp: inSeconds(request.expires),
    policies: request.policies.map((policy) => ({
      name: policy.name,
      ...(policy.rules.length === 0 ? {} : { rules: policy.rules }),
    })),
    object: { resource, ...(namespace === '' ? {} : { namespace }), name },
    ...(request.images.length === 0 ? {} : { images: request.images }),
    reason: request.reason,
    ...(request.ticket === '' ? {} : { ticket: request.ticket }),
  } satisfies JsonObject;
  return signJws(GRANT_TYPE, keyId, claims, privateKey);
}

/** Why something made for one audience is not for another; undefined where it is. */
export function refuseAudience(made: JsonValue | undefined, here: string | undefined): Refusal | undefined {
  if (made === undefined && here === undefined) return undefined;
  if (made === here) return undefined;
  const message =
    made === undefined
      ? `names no audience, and only what is made for ${here} counts here`
      : `was made for ${String(made)}, not for ${here ?? 'a cluster without a name'}`;
  return { code: 'audience', message };
}

function scopeOf({ object, images = [] }: Claims): GrantScope {
  return {
    resources: [object.resource],
    namespaces: object.namespace === undefined ? [] : [object.namespace],
    names: [object.name],
    selector: undefined,
    images,
  };
}

function grantOf(claims: Claims, approval: Approval, revoked: Grant['revoked']): Grant {
  return {
    id: claims.jti,
    kind: 'token',
    policies: claims.policies.map(({ name, rules = [] }) => ({ name, rules })),
    scope: scopeOf(claims),
    reason: claims.reason,
    ticket: claims.ticket ?? '',
    requestedBy: claims.sub,
    approval,
    starts: (claims.nbf ?? 0) * 1000,
    expires: claims.exp * 1000,
    revoked,
    source: 'carried by the object',
  };
}

/** A token as a grant, or why it is none. Whether it is in force is asked each time it is used. */
export type TokenResult =
  | { readonly ok: true; readonly grant: Grant }
  | { readonly ok: false; readonly refusal: Refusal };

/** Verifies the signature, the claims, the signer and the audience of a token. */
export function verifyGrant(token: string, ring: KeyRing, audience: string | undefined): TokenResult {
  const verified = verifyJws(
    token,
    GRANT_TYPE,
    (id) =>
      ring.find(id)?.publicKey ?? {
        code: 'key',
        message: `is signed by a key nobody here knows: ${id.slice(0, 80)}`,
      },
  );
  if (!verified.ok) return verified;
  const parsed = claimsSchema.safeParse(verified.payload);
  const key = ring.find(verified.keyId);
  if (!parsed.success || key === undefined) {
    const issue = parsed.error?.issues[0];
    const message = `has a claim ${issue?.path.join('.') ?? ''} that does not fit: ${issue?.message ?? ''}`;
    return { ok: false, refusal: { code: 'malformed', message } };
  }
  const claims = parsed.data;
  const at = claims.iat * 1000;
  const wrong =
    claims.iss === key.user
      ? (refuseSigner(key, at, claims.as) ?? refuseAudience(claims.aud, audience))
      : ({
          code: 'approver',
          message: `says ${claims.iss}, but the key ${key.id} is ${key.user}'s`,
        } as const);
  if (wrong !== undefined) return { ok: false, refusal: wrong };
  const approval: Approval = { ok: true, by: claims.iss, as: claims.as, at, how: 'signature', key: key.id };
  return { ok: true, grant: grantOf(claims, approval, ring.revocationOf(claims.jti, key.id)) };
}

const MAX_CACHED = 1024;

/**
 * A verifier that remembers what it has seen, tokens that do not hold too: a signature takes a hundred microseconds to check,
 * a look-up a twentieth of one. Times are not part of what is remembered.
 */
export function createTokenVerifier(
  ring: KeyRing,
  audience: string | undefined,
): (token: string) => TokenResult {
  const seen = new Map<string, TokenResult>();
  return (token) => {
    const known = seen.get(token);
    if (known !== undefined) return known;
    const result = verifyGrant(token, ring, audience);
    if (seen.size >= MAX_CACHED) seen.delete(seen.keys().next().value ?? '');
    seen.set(token, result);
    return result;
  };
}
