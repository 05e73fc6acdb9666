// Which of the bundled policies are in force where nobody chose any: those a new user's cluster can live with.
import { field } from '../kubernetes/index.js';
import type { PolicySource } from './dialects/dialect.js';

/** `extended` on a bundled policy: good, but only for those who ask for its file or folder. */
export const SET_LABEL = 'warder.dev/set';

/** Whether a bundled policy belongs to the default set. */
export function isInDefaultSet({ value }: PolicySource): boolean {
  return field(field(field(value, 'metadata'), 'labels'), SET_LABEL) !== 'extended';
}
