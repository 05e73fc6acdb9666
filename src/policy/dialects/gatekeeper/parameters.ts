// The parameters of a constraint against the schema of its template: OpenAPI v3 as CustomResourceDefinitions have it.
import { type FieldPath, isJsonObject, type JsonObject, type JsonValue } from '../../../kubernetes/index.js';

type Report = (path: FieldPath, message: string) => void;

const MAX_DEPTH = 50;

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function fitsType(value: JsonValue, schema: JsonObject): boolean {
  if (value === null) return schema.nullable === true;
  const type = typeOf(value);
  if (schema['x-kubernetes-int-or-string'] === true) return type === 'integer' || type === 'string';
  return (
    schema.type === undefined || schema.type === type || (schema.type === 'number' && type === 'integer')
  );
}

const within = (value: number, low: JsonValue | undefined, high: JsonValue | undefined): boolean =>
  (typeof low !== 'number' || value >= low) && (typeof high !== 'number' || value <= high);

/** Checks one value and everything below it. */
export function checkParameters(
  value: JsonValue,
  schema: JsonValue | undefined,
  path: FieldPath,
  report: Report,
  depth = 0,
): void {
  if (!isJsonObject(schema) || depth > MAX_DEPTH) return;
  if (!fitsType(value, schema)) {
    report(path, `must be of type ${String(schema.type ?? 'integer or string')}, found ${typeOf(value)}`);
    return;
  }
  const choices = schema.enum;
  if (Array.isArray(choices) && !choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value)))
    report(path, `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}`);
  if (typeof value === 'number' && !within(value, schema.minimum, schema.maximum))
    report(path, `must be from ${String(schema.minimum ?? '-∞')} to ${String(schema.maximum ?? '∞')}`);
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      checkParameters(item, schema.items, [...path, index], report, depth + 1);
  } else if (isJsonObject(value)) checkObject(value, schema, path, report, depth);
}

function checkObject(
  value: JsonObject,
  schema: JsonObject,
  path: FieldPath,
  report: Report,
  depth: number,
): void {
  const required = Array.isArray(schema.required) ? schema.required : [];
  for (const name of required)
    if (typeof name === 'string' && !Object.hasOwn(value, name)) report([...path, name], 'is required');
  const properties = isJsonObject(schema.properties) ? schema.properties : {};
  for (const [name, item] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    checkParameters(item, own, [...path, name], report, depth + 1);
  }
}
