// Whether a grant is in force at a time: the one answer for server, audit and commands.
import { formatTime, roughDuration } from '../kubernetes/index.js';
import type { Grant, Refusal } from './grant.js';

export type GrantState = 'pending' | 'active' | 'expired' | 'revoked';

type Timed = Pick<Grant, 'starts' | 'expires' | 'revoked'>;

/** The state of a grant at `now` (milliseconds since the epoch). What is revoked stays so at any time. */
export function stateAt({ starts, expires, revoked }: Timed, now: number): GrantState {
  if (revoked !== undefined) return 'revoked';
  // Written so that a time that is no number is never in force.
  if (!(now < expires)) return 'expired';
  return now >= starts ? 'active' : 'pending';
}

/** Whether a grant is in force at `now`. */
export function isActive(grant: Timed, now: number): boolean {
  return stateAt(grant, now) === 'active';
}

/** Why a grant is not in force at `now`; undefined where it is. */
export function inactivity(grant: Timed, now: number): Refusal | undefined {
  switch (stateAt(grant, now)) {
    case 'active':
      return undefined;
    case 'pending':
      return {
        code: 'pending',
        message: `starts in ${roughDuration(grant.starts - now)} (${formatTime(grant.starts)})`,
      };
    case 'expired':
      return {
        code: 'expired',
        message: `expired ${roughDuration(now - grant.expires)} ago (${formatTime(grant.expires)})`,
      };
    case 'revoked':
      return {
        code: 'revoked',
        message: `was revoked by ${grant.revoked?.by} (${grant.revoked?.reason})`,
      };
  }
}
