// What `type(x)` gives for a value. Parameters are not part of it: the type of every list is `list`.
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  LIST_DYN,
  MAP_DYN,
  NULL,
  opaqueType,
  optionalType,
  STRING,
  TIMESTAMP,
  TYPE,
  UINT,
} from './types.js';
import { type CelValue, typeName } from './values.js';

const BY_NAME: ReadonlyMap<string, CelType> = new Map(
  [
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    LIST_DYN,
    MAP_DYN,
    NULL,
    optionalType(DYN),
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
  ].map((type) => [type.name, type]),
);

/** The type of a value as a value. */
export function runtimeType(value: CelValue): CelType {
  const name = typeName(value);
  return BY_NAME.get(name) ?? opaqueType(name);
}
