// Declared object types: JSON objects whose fields are known, as the API server declares requests, namespaces and
// objects with an OpenAPI schema. Source of truth: k8s.io/apiserver/pkg/cel/types.go and pkg/cel/openapi.
import type { CelType } from './types.js';
import type { CelError, CelValue } from './values.js';

export interface FieldDeclaration {
  readonly type: CelType;
  /**
   * Turns the JSON value into a value of `type`, where JSON alone does not say it: a double from an integral number,
   * a timestamp or duration or bytes from a string. Absent where the JSON value already is one.
   */
  readonly convert?: (value: CelValue) => CelValue | CelError;
}

/** An object type by name. A field that is not declared is a compile error `undefined field 'x'`. */
export interface StructDeclaration {
  readonly name: string;
  readonly fields: ReadonlyMap<string, FieldDeclaration>;
}

/** A struct declaration from plain types. */
export function struct(
  name: string,
  fields: Readonly<Record<string, CelType | FieldDeclaration>>,
): StructDeclaration {
  const declared = Object.entries(fields).map(([field, type]): [string, FieldDeclaration] => [
    field,
    'kind' in type ? { type } : type,
  ]);
  return { name, fields: new Map(declared) };
}
