// How the lists of an object are to be compared: by key, as a set, or as a whole. From the table of built-in kinds; lists of
// other kinds are told by what they hold.
import type { GroupVersionKind } from './identity.js';
import { LIST_TYPE_OF_KIND, LIST_TYPES } from './list-type-table.js';

/** What is known of a field: how its items are told apart, and the type below it. */
export interface FieldType {
  /** Fields that tell the items of a list apart. Undefined: it is no such list. */
  readonly keys: readonly string[] | undefined;
  readonly isSet: boolean;
  /** Whether the field is a map whose values have the type, and not of the type itself. */
  readonly isMap: boolean;
  readonly type: ObjectType | undefined;
}

/** The fields of a type that need saying. */
export type ObjectType = ReadonlyMap<string, FieldType>;

const parsed = new Map<number, Map<string, FieldType>>();
const ENTRY = /^(.+?):(?:\[(.*)\]|(\{\}))?(\d*)$/;

function typeOfRow(row: number): ObjectType {
  const known = parsed.get(row);
  if (known !== undefined) return known;
  const fields = new Map<string, FieldType>();
  parsed.set(row, fields); // before its fields: schemas hold schemas
  for (const entry of (LIST_TYPES[row] ?? '').split(' ')) {
    const [, name, keys, map, type] = ENTRY.exec(entry) ?? [];
    if (name === undefined) continue;
    fields.set(name, {
      keys: keys === undefined || keys === '' ? undefined : keys.split(','),
      isSet: keys === '',
      isMap: map !== undefined,
      type: type === undefined || type === '' ? undefined : typeOfRow(Number(type)),
    });
  }
  return fields;
}

const METADATA: FieldType = { keys: undefined, isSet: false, isMap: false, type: typeOfRow(0) };
const METADATA_ONLY: ObjectType = new Map([['metadata', METADATA]]);
const BUILT_IN_GROUP = /^$|^[a-z]+$|\.k8s\.io$/;

/**
 * The type of a kind's objects. Undefined for kinds that are not built in, whose lists have to be told by what they hold;
 * API versions of a kind share it.
 */
export function objectTypeOf({ group, kind }: GroupVersionKind): ObjectType | undefined {
  const key = `${group}/${kind}`;
  const row = Object.hasOwn(LIST_TYPE_OF_KIND, key) ? LIST_TYPE_OF_KIND[key] : undefined;
  if (row !== undefined) return typeOfRow(row);
  return BUILT_IN_GROUP.test(group) ? METADATA_ONLY : undefined;
}
