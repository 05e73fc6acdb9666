// `change` as expressions see it: what a request changes and how dangerous that is.
import { listType, STRING, type StructDeclaration, struct, structType } from '../cel/index.js';
import type { JsonValue, Review } from '../kubernetes/index.js';
import { type RatedChange, type RiskTable, rateChange } from './risk.js';

export const CHANGE_STRUCTS: readonly StructDeclaration[] = [
  struct('warder.ChangedField', { path: STRING, op: STRING, risk: STRING }),
  struct('warder.Change', {
    risk: STRING,
    paths: listType(STRING),
    fields: listType(structType('warder.ChangedField')),
  }),
];

export const CHANGE_TYPE = structType('warder.Change');

const values = new WeakMap<RatedChange, JsonValue>();

/** The value of `change` for a review; the same one however many policies ask. */
export function changeVariable(review: Review, table: RiskTable): JsonValue {
  const change = rateChange(review, table);
  const known = values.get(change);
  if (known !== undefined) return known;
  const value = {
    risk: change.risk,
    paths: change.fields.map(({ field }) => field),
    fields: change.fields.map(({ field, op, risk }) => ({ path: field, op, risk })),
  };
  values.set(change, value);
  return value;
}
