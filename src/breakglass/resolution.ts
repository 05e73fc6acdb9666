// A decision on a review item: adopt it or roll it back, signed by somebody who may and did not open the window.
import type { KeyObject } from 'node:crypto';
import {
  type ApprovalContext,
  hasRight,
  refuseAudience,
  refuseSigner,
  signJws,
  verifyJws,
} from '../exceptions/index.js';
import type { JsonObject } from '../kubernetes/index.js';
import type { Resolution } from './window.js';

export const RESOLUTION_TYPE = 'warder-review+jws';

type Stated = Omit<Resolution, 'note'>;

function claimsOf(
  window: string,
  { item, verdict, by, at }: Stated,
  as: string,
  audience: string | undefined,
): JsonObject {
  return {
    v: 1,
    iss: by,
    as,
    ...(audience === undefined ? {} : { aud: audience }),
    iat: Math.floor(at / 1000),
    window,
    item,
    verdict,
  };
}

/** Signs a resolution as somebody with a right to it. */
export function signResolution(
  window: string,
  resolution: Stated,
  as: string,
  audience: string | undefined,
  keyId: string,
  privateKey: KeyObject,
): string {
  return signJws(RESOLUTION_TYPE, keyId, claimsOf(window, resolution, as, audience), privateKey);
}

/** Why a signature does not stand for a resolution; undefined where it does. */
export function verifyResolution(
  signature: string,
  window: string,
  resolution: Stated,
  {
    ring,
    audience,
    settings,
  }: ApprovalContext & { readonly settings: { readonly reviewers: readonly string[] } },
): string | undefined {
  const verified = verifyJws(
    signature,
    RESOLUTION_TYPE,
    (id) =>
      ring.find(id)?.publicKey ?? {
        code: 'key',
        message: `is signed by a key nobody here knows: ${id.slice(0, 80)}`,
      },
  );
  if (!verified.ok) return verified.refusal.message;
  const key = ring.find(verified.keyId);
  const { payload } = verified;
  const as = String(payload.as);
  if (key === undefined || key.user !== resolution.by) return `is not signed by a key of ${resolution.by}`;
  const expected = claimsOf(window, resolution, as, audience);
  const differs = Object.keys({ ...expected, ...payload }).find(
    (claim) => expected[claim] !== payload[claim],
  );
  if (differs !== undefined) return `was signed with another ${differs}`;
  const revoked = ring.revocationOf(resolution.item, key.id);
  if (revoked !== undefined) return `its key was revoked by ${revoked.by}`;
  const refusal = refuseSigner(key, resolution.at, as) ?? refuseAudience(payload.aud, audience);
  if (refusal !== undefined) return refusal.message;
  return settings.reviewers.includes(as) && hasRight(as, key.user, key.groups)
    ? undefined
    : `${as} may not decide on review items`;
}
