// A review item: one change made in an emergency, with what somebody needs to adopt it or to roll it back. Nothing secret is in it.
import type { Decision } from '../engine/index.js';
import {
  diffObjects,
  formatFieldPath,
  type JsonValue,
  type Review,
  redactAt,
  resourceNameOf,
} from '../kubernetes/index.js';
import { type Risk, type RiskTable, rateChange } from '../policy/index.js';
import { type Rollback, rollbackOf } from './rollback.js';

export interface ItemChange {
  readonly op: 'add' | 'remove' | 'replace';
  readonly path: string;
  readonly risk: Risk;
  /** Redacted and short; undefined where there was or is nothing. */
  readonly before?: JsonValue | undefined;
  readonly after?: JsonValue | undefined;
}

export interface ReviewItem {
  /** Id of the decision that let the change pass. */
  readonly id: string;
  /** Id of the window. */
  readonly window: string;
  readonly incident: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly user: string;
  readonly operation: Review['operation'];
  /** `plural[.group][/subresource]`. */
  readonly resource: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** `policy/rule` of denials that the window overrode; empty where the change would have been allowed anyway. */
  readonly overridden: readonly string[];
  readonly risk: Risk;
  readonly changes: readonly ItemChange[];
  /** Changes beyond those listed. */
  readonly more: number;
  readonly rollback: Rollback;
}

const MAX_CHANGES = 50;
const MAX_VALUE = 500;

/** A value as a reviewer needs it: redacted, and cut where it is long. */
function show(
  root: Review['object'],
  path: readonly (string | number)[],
  value: JsonValue | undefined,
): JsonValue | undefined {
  if (value === undefined) return undefined;
  const safe = redactAt(root, path, value);
  const text = JSON.stringify(safe);
  return text.length <= MAX_VALUE ? safe : `${text.slice(0, MAX_VALUE)}…`;
}

function changesOf(review: Review, risks: ReadonlyMap<string, Risk>): readonly ItemChange[] {
  const { kind, oldObject, operation, subResource } = review;
  const object = operation === 'DELETE' ? null : review.object;
  return diffObjects(kind, oldObject, object, subResource).map(({ op, path, before, after }) => ({
    op,
    path: formatFieldPath(path),
    risk: risks.get(`${op} ${formatFieldPath(path)}`) ?? 'medium',
    ...(before === undefined ? {} : { before: show(oldObject, path, before) }),
    ...(after === undefined ? {} : { after: show(object, path, after) }),
  }));
}

const apiVersionOf = ({ kind }: Review): string =>
  kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;

/**
 * The item of a decision; undefined where nothing was done in an emergency: no window applies, the request was denied or a
 * dry run, or it changes nothing and needed no override.
 */
export function reviewItemOf(decision: Decision, now: number, table: RiskTable): ReviewItem | undefined {
  const { review, exemption, allowed, id } = decision;
  const window = exemption?.window;
  if (window === undefined || !allowed || review.dryRun) return undefined;
  const rated = rateChange(review, table);
  const overridden = exemption?.overridden ?? [];
  if (review.operation !== 'CONNECT' && rated.fields.length === 0 && overridden.length === 0)
    return undefined;
  const risks = new Map(rated.fields.map(({ op, field, risk }) => [`${op} ${field}`, risk]));
  const changes = changesOf(review, risks);
  return {
    id,
    window: window.id,
    incident: window.incident,
    time: now,
    user: review.userInfo.username,
    operation: review.operation,
    resource: resourceNameOf(review),
    apiVersion: apiVersionOf(review),
    kind: review.kind.kind,
    namespace: review.namespace,
    name: review.name,
    overridden,
    risk: review.operation === 'CONNECT' ? 'high' : rated.risk,
    changes: changes.slice(0, MAX_CHANGES),
    more: Math.max(0, changes.length - MAX_CHANGES),
    rollback: rollbackOf(review),
  };
}
