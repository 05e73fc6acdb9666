// Everything that may exempt, read from documents at once: keys, revocations, exceptions, emergencies.
import { createRegister, type ExceptionSettings, readExceptionDocuments } from '../exceptions/index.js';
import type { PolicySource, Problem } from '../policy/index.js';
import { readWindows, type WindowContext } from './documents.js';
import type { ExemptionState } from './exemptions.js';
import type { BreakGlassSettings } from './window.js';

export interface StateSettings {
  readonly exceptions: ExceptionSettings;
  readonly breakGlass: BreakGlassSettings;
}

/** A state in which nobody is exempt. */
export function emptyState({ exceptions }: StateSettings): ExemptionState {
  return { register: createRegister([], undefined, exceptions), windows: [] };
}

/** What decisions on review items are checked against. */
export function windowContext(
  { register }: Pick<ExemptionState, 'register'>,
  settings: BreakGlassSettings,
): WindowContext {
  const { audience, trustFiles } = register.settings;
  return { ring: register.ring, audience, trustFiles, settings, people: register.people };
}

/** The state that documents of files make. With any problem the caller should keep what it had: a revocation may be missing. */
export function readExemptionState(
  sources: readonly PolicySource[],
  settings: StateSettings,
): { readonly state: ExemptionState; readonly problems: readonly Problem[] } {
  const { ring, grants, problems } = readExceptionDocuments(sources, settings.exceptions);
  const register = createRegister(grants, ring, settings.exceptions);
  const context = windowContext({ register }, settings.breakGlass);
  const read = readWindows(sources, 'file', context);
  return { state: { register, windows: read.windows }, problems: [...problems, ...read.problems] };
}
