// All exceptions known at one time, with what they are judged by. Immutable and swapped whole, like the policy set.
import type { GeneralTerms } from './authorise.js';
import type { Claim } from './claims.js';
import type { Grant, Refusal } from './grant.js';
import { createKeyRing, type KeyRing } from './key-ring.js';
import { createPeople, type People } from './people.js';
import { createTokenVerifier, type TokenResult } from './token.js';

export interface ExceptionSettings extends GeneralTerms {
  /** Warnings start this long before a grant expires, in milliseconds. */
  readonly warnBefore: number;
  /** The name that grants and approvals must be made for; undefined: none has one. */
  readonly audience: string | undefined;
  /** Whether a file that only says who approved an exception is believed. */
  readonly trustFiles: boolean;
  /** Accounts by person. */
  readonly people: Readonly<Record<string, readonly string[]>>;
  /** Who may state another's name as requester: a delivery pipeline. `user:NAME`, `group:NAME`. */
  readonly delegates: readonly string[];
}

const DAY = 86_400_000;

export const DEFAULT_EXCEPTION_SETTINGS: ExceptionSettings = {
  approvers: [],
  maxDuration: 90 * DAY,
  warnBefore: 7 * DAY,
  audience: undefined,
  trustFiles: false,
  people: {},
  delegates: [],
};

export interface ExceptionRegister {
  readonly grants: readonly Grant[];
  readonly ring: KeyRing;
  readonly settings: ExceptionSettings;
  readonly people: People;
  /** The grant a claim refers to, or why there is none. */
  resolve(claim: Claim): TokenResult;
}

/** A register of grants by name; tokens are verified with the keys of the ring. */
export function createRegister(
  grants: readonly Grant[] = [],
  ring: KeyRing = createKeyRing(),
  settings: ExceptionSettings = DEFAULT_EXCEPTION_SETTINGS,
): ExceptionRegister {
  const byName = new Map(grants.map((grant) => [grant.id, { ok: true, grant } as const]));
  const verifyToken = createTokenVerifier(ring, settings.audience);
  const unknown: Refusal = { code: 'unknown', message: 'there is no PolicyException of this name' };
  return {
    grants,
    ring,
    settings,
    people: createPeople(settings.people),
    resolve: ({ kind, text }) =>
      kind === 'token' ? verifyToken(text) : (byName.get(text) ?? { ok: false, refusal: unknown }),
  };
}
