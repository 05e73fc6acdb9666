// Whose keys are known here, how long each may sign, and what was revoked.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { formatTime } from '../kubernetes/index.js';
import type { Grant, Refusal } from './grant.js';

export interface SigningKey {
  readonly id: string;
  readonly user: string;
  readonly groups: readonly string[];
  readonly publicKey: KeyObject;
  /** What it signs from then and until then is accepted; milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
}

export type Revoked = NonNullable<Grant['revoked']>;

export interface KeyRing {
  readonly keys: readonly SigningKey[];
  find(id: string): SigningKey | undefined;
  /** Who revoked a grant, by the id of the grant or of the key that signed it. */
  revocationOf(grant: string, key?: string): Revoked | undefined;
}

/** One entry of a revocation list. */
export interface Revocation extends Revoked {
  readonly grant: string | undefined;
  readonly key: string | undefined;
}

export function createKeyRing(
  keys: readonly SigningKey[] = [],
  revocations: readonly Revocation[] = [],
): KeyRing {
  const byId = new Map(keys.map((key) => [key.id, key]));
  const [grants, revokedKeys] = [new Map<string, Revoked>(), new Map<string, Revoked>()];
  for (const { grant, key, ...revoked } of revocations) {
    if (grant !== undefined) grants.set(grant, revoked);
    if (key !== undefined) revokedKeys.set(key, revoked);
  }
  return {
    keys,
    find: (id) => byId.get(id),
    revocationOf: (grant, key) => grants.get(grant) ?? (key === undefined ? undefined : revokedKeys.get(key)),
  };
}

/** Reads a public Ed25519 key (PEM). A private one is refused: it has no business in a file of keys. */
export function readPublicKey(
  pem: string,
): { readonly ok: true; readonly key: KeyObject } | { readonly ok: false; readonly message: string } {
  if (pem.includes('PRIVATE KEY'))
    return { ok: false, message: 'is a private key: only its owner may have it. Replace the pair' };
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return { ok: true, key };
    return { ok: false, message: `is a key for ${key.asymmetricKeyType}, expected Ed25519` };
  } catch {
    return { ok: false, message: 'is no public key in PEM' };
  }
}

/** Why a key may not have signed something at a time; undefined where it may. */
export function refuseSigner(key: SigningKey, at: number, as: string): Refusal | undefined {
  if (at < key.from || at >= key.until) {
    const when = at < key.from ? `from ${formatTime(key.from)} on` : `until ${formatTime(key.until)}`;
    return {
      code: 'key',
      message: `was signed at ${formatTime(at)}, but the key ${key.id} signs only ${when}`,
    };
  }
  const isHolder = as === `user:${key.user}` || key.groups.some((group) => as === `group:${group}`);
  if (isHolder) return undefined;
  return { code: 'approver', message: `is signed as ${as}, which ${key.user} (key ${key.id}) is not` };
}
