// An emergency window: whether it is open, and for whom and what. It locks itself by time alone, on every replica.

import type { MissedWindow } from '../engine/index.js';
import { type GrantScope, hasRight, outsideScope, type Refusal } from '../exceptions/index.js';
import { formatTime, matchesGlobs, type Review, roughDuration, type UserInfo } from '../kubernetes/index.js';
import type { Verdict } from './schema.js';

export interface BreakGlassSettings {
  /** Groups whose members are emergency identities; none: there is no break-glass. */
  readonly groups: readonly string[];
  /** Groups that an emergency identity may have besides, globs. Any other makes it somebody's normal account. */
  readonly sharedGroups: readonly string[];
  /** Longest time a window is open, in milliseconds, whatever it says itself. */
  readonly maxDuration: number;
  /** Who may decide on review items, `group:NAME`, `user:NAME`; nobody decides on their own. */
  readonly reviewers: readonly string[];
  /** Policies (names) whose denials stand even in an emergency. */
  readonly except: readonly string[];
}

const HOUR = 3_600_000;

export const DEFAULT_BREAK_GLASS_SETTINGS: BreakGlassSettings = {
  groups: [],
  sharedGroups: ['system:authenticated'],
  maxDuration: 4 * HOUR,
  reviewers: [],
  except: [],
};

/** Who opened a window, and how that is known. */
export type Opening =
  | { readonly ok: true; readonly how: 'signature' | 'admission' }
  | { readonly ok: false; readonly message: string };

export interface Resolution {
  readonly item: string;
  readonly verdict: Verdict;
  readonly by: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly note: string;
}

export interface Window {
  readonly id: string;
  readonly reason: string;
  readonly incident: string;
  readonly openedBy: string;
  /** Milliseconds since the epoch, the end already bounded by the longest time allowed. */
  readonly opens: number;
  readonly locks: number;
  readonly scope: GrantScope;
  readonly opening: Opening;
  readonly resolutions: readonly Resolution[];
  readonly source: string;
}

/** Whether a window is open at `now` (milliseconds since the epoch). */
export function isOpen({ opens, locks, opening }: Window, now: number): boolean {
  return opening.ok && now >= opens && now < locks;
}

/**
 * Why a user is no emergency identity; undefined where they are. An account that is also in a group of everyday work is a
 * normal account with an emergency badge: what is done with it cannot be told from everyday work.
 */
export function refuseIdentity(
  { username, groups }: UserInfo,
  settings: BreakGlassSettings,
): string | undefined {
  if (settings.groups.length === 0) return 'no group of emergency identities is configured';
  if (!groups.some((group) => settings.groups.includes(group)))
    return `${username} is no emergency identity: not in ${settings.groups.join(' or ')}`;
  const other = groups.find(
    (group) => !settings.groups.includes(group) && !matchesGlobs(settings.sharedGroups, group),
  );
  return other === undefined
    ? undefined
    : `${username} is also in ${other}: an emergency identity must be distinct from the normal one`;
}

/** Why a window does not let a request pass; undefined where it does. */
export function refuseRequest(
  window: Window,
  review: Review,
  now: number,
  settings: BreakGlassSettings,
): Refusal | undefined {
  const { opening, opens, locks, openedBy } = window;
  if (!opening.ok) return { code: 'unapproved', message: opening.message };
  if (now < opens) return { code: 'pending', message: `opens at ${formatTime(opens)}` };
  if (now >= locks)
    return { code: 'expired', message: `locked ${roughDuration(now - locks)} ago (${formatTime(locks)})` };
  if (review.userInfo.username !== openedBy)
    return { code: 'approver', message: `was opened by ${openedBy}, who alone may act in it` };
  const identity = refuseIdentity(review.userInfo, settings);
  return identity === undefined
    ? outsideScope(window.scope, review)
    : { code: 'approver', message: identity };
}

/** The open window a request falls into; the one that locks last where there are several. */
export function windowFor(
  windows: readonly Window[],
  review: Review,
  now: number,
  settings: BreakGlassSettings,
): Window | undefined {
  let found: Window | undefined;
  for (const window of windows) {
    if (window.openedBy !== review.userInfo.username) continue;
    if (refuseRequest(window, review, now, settings) !== undefined) continue;
    if (found === undefined || window.locks > found.locks) found = window;
  }
  return found;
}

/**
 * The window somebody may have counted on, and why it does not let them pass: the last one they opened themselves, else one of
 * somebody else that is open here. Undefined where there is none.
 */
export function missedWindow(
  windows: readonly Window[],
  review: Review,
  now: number,
  settings: BreakGlassSettings,
): MissedWindow | undefined {
  const own = windows.filter((window) => window.openedBy === review.userInfo.username);
  const last = own.sort((a, b) => b.locks - a.locks)[0] ?? pausesRemediation(windows, review, now);
  const refusal = last === undefined ? undefined : refuseRequest(last, review, now, settings);
  return last === undefined || refusal === undefined ? undefined : { id: last.id, message: refusal.message };
}

/** Whether remediation is paused for an object: an open window covers it, so somebody is at work there. */
export function pausesRemediation(
  windows: readonly Window[],
  review: Review,
  now: number,
): Window | undefined {
  return windows.find((window) => isOpen(window, now) && outsideScope(window.scope, review) === undefined);
}

/** Whether somebody may decide on the items of a window; why not otherwise. */
export function refuseReviewer(
  window: Pick<Window, 'id' | 'openedBy'>,
  { username, groups }: UserInfo,
  settings: BreakGlassSettings,
  same: (a: string, b: string) => boolean,
): string | undefined {
  if (same(username, window.openedBy))
    return `${username} opened ${window.id}: somebody else has to decide on what was done`;
  if (settings.reviewers.some((right) => hasRight(right, username, groups))) return undefined;
  const who =
    settings.reviewers.length === 0 ? 'nobody, since none is configured' : settings.reviewers.join(' or ');
  return `${username} may not decide on what was done in ${window.id}: only ${who}`;
}
