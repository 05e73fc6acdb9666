// A zod schema as the structural schema a CustomResourceDefinition takes: one type a field, no unions, nothing left open by
// accident. Source of truth: apiextensions.k8s.io/v1, https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources.
import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../kubernetes/index.js';

const KEPT = [
  'description',
  'pattern',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'exclusiveMinimum',
] as const;

/** Anything at all: what a structural schema cannot say, Warder's own reader checks. */
const ANYTHING: JsonObject = { 'x-kubernetes-preserve-unknown-fields': true };

function enumOf({ const: only, enum: several }: JsonObject): JsonObject {
  if (only !== undefined) return { enum: [only] };
  return several === undefined ? {} : { enum: several };
}

function convertObject({ properties, required, additionalProperties }: JsonObject): JsonObject {
  const fields = isJsonObject(properties) ? Object.entries(properties) : [];
  const convertible = fields.filter(([, field]) => isJsonObject(field) && field.not === undefined);
  if (fields.length > 0) {
    const entries = convertible.map(([name, field]) => [name, convert(field)] as const);
    return {
      type: 'object',
      properties: Object.fromEntries(entries),
      ...(required === undefined ? {} : { required }),
    };
  }
  const values = isJsonObject(additionalProperties) ? convert(additionalProperties) : {};
  return { type: 'object', additionalProperties: Object.keys(values).length === 0 ? ANYTHING : values };
}

/** One schema, with its references resolved by the caller. */
function convert(schema: JsonValue): JsonObject {
  if (!isJsonObject(schema) || schema.$ref !== undefined) return ANYTHING;
  const kept = Object.fromEntries(
    KEPT.flatMap((key) => (schema[key] === undefined ? [] : [[key, schema[key]]])),
  );
  switch (schema.type) {
    case 'object':
      return { ...kept, ...convertObject(schema) };
    case 'array':
      return { ...kept, type: 'array', items: convert(schema.items ?? {}) };
    case 'string':
    case 'number':
    case 'integer':
    case 'boolean':
      return { ...kept, type: schema.type, ...enumOf(schema) };
    default:
      return typeof kept.description === 'string' ? { description: kept.description, ...ANYTHING } : ANYTHING;
  }
}

/** The structural schema of what a document may hold as people write it. */
export function structuralSchema(schema: z.ZodType): JsonObject {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return convert(json as unknown as JsonValue); // JSON Schema is JSON
}
