// Everything that may exempt, read from documents at once: keys, revocations, exceptions, emergencies.
import {
  createRegister,
  type ExceptionSettings,
  readClusterExceptions,
  readExceptionDocuments,
} from '../exceptions/index.js';
import type { JsonObject } from '../kubernetes/index.js';
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

/** What is written in the cluster, which admission has seen: one that is malformed there is left out and told. */
export interface ClusterDocuments {
  readonly exceptions: readonly JsonObject[];
  readonly emergencies: readonly JsonObject[];
}

/** A state with what is written in the cluster besides. Keys and revocations come from files only. */
export function withClusterDocuments(
  state: ExemptionState,
  documents: ClusterDocuments,
  settings: StateSettings,
): { readonly state: ExemptionState; readonly problems: readonly Problem[] } {
  const { register } = state;
  const { audience, trustFiles } = register.settings;
  const read = readClusterExceptions(documents.exceptions, { ring: register.ring, audience, trustFiles });
  const grants = [...register.grants, ...read.grants];
  const whole = createRegister(grants, register.ring, settings.exceptions);
  const sources = documents.emergencies.map((value) => ({
    file: 'cluster',
    value,
    positionOf: () => ({ line: 1, column: 1 }),
  }));
  const opened = readWindows(sources, 'cluster', windowContext({ register: whole }, settings.breakGlass));
  return {
    state: { register: whole, windows: [...state.windows, ...opened.windows] },
    problems: [...read.problems, ...opened.problems],
  };
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
