// A candidate policy set judged beside the live one, after the answer is sent: what would flip is counted before anybody is denied.
import { type Decision, type JudgeInput, judge } from '../engine/index.js';
import type { PolicySet } from '../policy/index.js';
import { type Flip, flipOf } from './replay.js';

export interface ShadowCounts {
  readonly same: number;
  readonly wouldDeny: number;
  readonly wouldAllow: number;
  /** Not judged, because too many were waiting. */
  readonly skipped: number;
}

export interface Shadow {
  /** Judges the same review by the candidate, later; `done` hears what would flip. */
  consider(input: JudgeInput, live: Decision, done: (flip: Flip, candidate: Decision) => void): void;
  counts(): ShadowCounts;
}

const MAX_WAITING = 256;

/** A shadow over a candidate set that may be swapped. It works when the server has nothing else to do, on what it can. */
export function createShadow(
  candidate: () => PolicySet,
  later: (task: () => void) => void = (task) => void setImmediate(task),
): Shadow {
  const counts = { same: 0, wouldDeny: 0, wouldAllow: 0, skipped: 0 };
  let waiting = 0;
  return {
    consider(input, live, done) {
      if (waiting >= MAX_WAITING) {
        counts.skipped++;
        return;
      }
      waiting++;
      later(() => {
        waiting--;
        const decision = judge({ ...input, policies: candidate(), deadline: undefined });
        const flip = flipOf(live, decision);
        if (flip.was === flip.now) counts.same++;
        else if (flip.now === 'denied') counts.wouldDeny++;
        else counts.wouldAllow++;
        done(flip, decision);
      });
    },
    counts: () => ({ ...counts }),
  };
}
