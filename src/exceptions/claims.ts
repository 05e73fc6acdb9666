// What an object claims: an annotation is a claim, never a permission.
import { field, type JsonObject, type Review } from '../kubernetes/index.js';

export const EXCEPTION_ANNOTATION = 'warder.dev/exception';
export const GRANT_ANNOTATION = 'warder.dev/exception-grant';

/** A name of a PolicyException, or a signed grant. */
export interface Claim {
  readonly kind: 'exception' | 'token';
  readonly text: string;
}

/** More claims than this on one object are not read; nobody needs as many, and each costs time. */
const MAX_CLAIMS = 16;
const MAX_LENGTH = 64 * 1024;

function split(value: unknown, kind: Claim['kind'], into: Claim[]): void {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return;
  for (const text of value.split(/[\s,]+/, MAX_CLAIMS + 1)) if (text !== '') into.push({ kind, text });
}

const NONE: readonly Claim[] = Object.freeze([]);

/** The claims of an object, at most sixteen; those of the old object on DELETE, which has no new one. */
export function claimsOf(review: Review): readonly Claim[] {
  const object: JsonObject | null = review.operation === 'DELETE' ? review.oldObject : review.object;
  if (object === null) return NONE;
  const annotations = field(field(object, 'metadata'), 'annotations');
  const [names, grants] = [field(annotations, EXCEPTION_ANNOTATION), field(annotations, GRANT_ANNOTATION)];
  if (names === undefined && grants === undefined) return NONE;
  const claims: Claim[] = [];
  split(names, 'exception', claims);
  split(grants, 'token', claims);
  return claims.slice(0, MAX_CLAIMS);
}

/** As much of a claim as can be shown: printable and short. A token names itself only by its beginning. */
export function showClaim({ kind, text }: Claim): string {
  const printable = text.replace(/[^ -~]/g, '?');
  if (kind === 'token') return `grant ${printable.slice(0, 12)}…`;
  return printable.length > 80 ? `${printable.slice(0, 80)}…` : printable;
}
