// Exceptions and emergencies together, as the engine asks for them.
import type { Exempted, Exemptions, JudgeInput, PolicyOutcome, WindowUse } from '../engine/index.js';
import {
  applyClaims,
  type ExceptionRegister,
  guardException,
  guardKinds,
  type OwnerSettings,
} from '../exceptions/index.js';
import { formatTime } from '../kubernetes/index.js';
import { guardBreakGlass } from './guard.js';
import { type BreakGlassSettings, missedWindow, type Window, windowFor } from './window.js';

/** Everything that may exempt, at one time. Swapped whole on every reload. */
export interface ExemptionState {
  readonly register: ExceptionRegister;
  readonly windows: readonly Window[];
}

export interface ExemptionSettings {
  readonly breakGlass: BreakGlassSettings;
  readonly owners: OwnerSettings;
  /** A time it is known to be past, milliseconds since the epoch: that of the last record of the log. */
  readonly notBefore?: number;
}

const NOTHING: readonly PolicyOutcome[] = Object.freeze([]);

function useOf({ id, incident, openedBy, locks }: Window, { except }: BreakGlassSettings): WindowUse {
  return { id, incident, openedBy, expires: locks, except };
}

function windowNote({ id, incident, expires }: WindowUse): string {
  return `break-glass ${id} (${incident}) until ${formatTime(expires)}: every change is recorded and will be reviewed`;
}

/**
 * Exemptions over a state that may be swapped. A clock that steps back opens nothing again: time here never runs backwards.
 */
export function createExemptions(current: () => ExemptionState, settings: ExemptionSettings): Exemptions {
  const { breakGlass, owners } = settings;
  let latest = settings.notBefore ?? Number.NEGATIVE_INFINITY;
  const forward = (input: JudgeInput): JudgeInput => {
    if (input.now >= latest) {
      latest = input.now;
      return input;
    }
    return { ...input, now: latest };
  };
  return {
    guard(given) {
      // Nobody asks in an audit, so there is nobody to check.
      if (given.review.origin === 'audit') return NOTHING;
      if (
        given.review.resource.group !== 'warder.dev' &&
        given.review.resource.group !== 'apiextensions.k8s.io'
      )
        return NOTHING;
      const { register } = current();
      const outcome =
        guardException(given, register) ??
        guardBreakGlass(given, breakGlass, register.people) ??
        guardKinds(given, owners);
      return outcome === undefined ? NOTHING : [outcome];
    },
    exempt(outcomes, given): Exempted | undefined {
      const { register, windows } = current();
      const input = forward(given);
      const claimed = applyClaims(outcomes, input, register);
      if (windows.length === 0) return claimed;
      const base = claimed ?? { outcomes, claims: [], window: undefined, missed: undefined, notes: [] };
      const { review, now } = input;
      const window = windowFor(windows, review, now, breakGlass);
      if (window !== undefined) {
        const use = useOf(window, breakGlass);
        return { ...base, window: use, notes: [windowNote(use), ...base.notes] };
      }
      const missed = missedWindow(windows, review, now, breakGlass);
      return missed === undefined ? claimed : { ...base, missed };
    },
  };
}
