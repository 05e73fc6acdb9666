// Which of the bundled policies are in force where nobody chose any: those a new user's cluster can live with.
import { field } from '../kubernetes/index.js';
import type { PolicySource } from './dialects/dialect.js';

/** `extended` on a bundled policy: good, but only for those who ask for its file or folder. */
export const SET_LABEL = 'warder.dev/set';

/** Whether a bundled policy belongs to the default set. */
export function isInDefaultSet({ value }: PolicySource): boolean {
  return field(field(field(value, 'metadata'), 'labels'), SET_LABEL) !== 'extended';
}

/**
 * Whether nothing in a file can be of the default set, told from its text alone: as many documents carry the label as are policies.
 * Parsing the two thirds of the bundled policies that are not switched on takes longer than starting the server.
 */
export function isAllExtended(text: string): boolean {
  const policies = text.match(/^(?:- | {2}(?:- )?| {4})?kind: Policy$/gm)?.length ?? 0;
  const extended = text.match(/\bwarder\.dev\/set: extended\b/g)?.length ?? 0;
  return policies > 0 && policies === extended;
}
