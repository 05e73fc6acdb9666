// CEL's static types and how they are written. Source of truth: google/cel-spec, doc/langdef.md ("Values" and
// "Gradual type checking"), and cel-go's common/types for the notation.
import {
  type CelBytes,
  type CelDoubleValue,
  type CelDuration,
  type CelInt,
  type CelMapValue,
  type CelOpaque,
  type CelOptional,
  type CelTimestamp,
  CelType,
  type CelUint,
  type CelValue,
} from './values.js';

export { CelType, type TypeKind } from './values.js';

export const INT = new CelType<CelInt>('int', 'int');
export const UINT = new CelType<CelUint>('uint', 'uint');
export const DOUBLE = new CelType<CelDoubleValue>('double', 'double');
export const STRING = new CelType<string>('string', 'string');
export const BYTES = new CelType<CelBytes>('bytes', 'bytes');
export const BOOL = new CelType<boolean>('bool', 'bool');
export const NULL = new CelType<null>('null_type', 'null_type');
export const DYN = new CelType<CelValue>('dyn', 'dyn');
export const TIMESTAMP = new CelType<CelTimestamp>('timestamp', 'google.protobuf.Timestamp');
export const DURATION = new CelType<CelDuration>('duration', 'google.protobuf.Duration');
/** The type of types, `type`; `type(T)` is made by `typeType`. */
export const TYPE = new CelType<CelType>('type', 'type');
/** The type given to an expression that did not check, so that one mistake is reported once. */
export const ERROR = new CelType<never>('error', '!error!');

/** `list(element)` */
export function listType<T extends CelValue>(element: CelType<T>): CelType<readonly T[]> {
  return new CelType<readonly T[]>('list', 'list', [element]);
}

/** `map(key, value)` */
export function mapType(key: CelType, value: CelType): CelType<CelMapValue> {
  return new CelType<CelMapValue>('map', 'map', [key, value]);
}

/** `optional_type(content)` */
export function optionalType(content: CelType): CelType<CelOptional> {
  return new CelType<CelOptional>('optional_type', 'optional_type', [content]);
}

/** `type(content)`: the type of an expression that denotes a type. */
export function typeType(content: CelType): CelType<CelType> {
  return new CelType<CelType>('type', 'type', [content]);
}

/**
 * An abstract type of a library, such as `net.IP`. Pass the class of its values as `T`; `name` must be the
 * `typeName` of that class.
 */
export function opaqueType<T extends CelOpaque>(name: string, params: readonly CelType[] = []): CelType<T> {
  return new CelType<T>('opaque', name, params);
}

/** A declared object type with fields, by name; see `StructDeclaration` in `library.ts`. */
export function structType(name: string): CelType<CelMapValue> {
  return new CelType<CelMapValue>('struct', name);
}

/** A type parameter of one overload: the same name within one overload stands for the same type. */
export function typeParam(name: string): CelType<CelValue> {
  return new CelType<CelValue>('typeParam', name);
}

export const LIST_DYN = listType(DYN);
export const MAP_DYN = mapType(DYN, DYN);
export const MAP_STRING_DYN = mapType(STRING, DYN);

/** Whether two types are the same, parameters included. */
export function sameType(left: CelType, right: CelType): boolean {
  return (
    left === right ||
    (left.kind === right.kind &&
      left.name === right.name &&
      left.params.length === right.params.length &&
      left.params.every((param, index) => sameType(param, right.params[index] as CelType)))
  );
}
