// A zod schema's verdict on a document as problems with file, line, field and what was expected.
import { z } from 'zod';
import { type FieldPath, formatFieldPath, isJsonObject, type JsonValue } from '../kubernetes/index.js';
import { type PolicySource, problemAt } from './dialects/dialect.js';
import { nearestName } from './nearest-name.js';
import type { Problem } from './problem.js';

type Issue = z.core.$ZodIssue;

function valueAt(root: JsonValue, path: FieldPath): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isJsonObject(value) && Object.hasOwn(value, step)) value = value[step];
    else return undefined;
  }
  return value;
}

const MAX_SHOWN = 60;

function showValue(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Keys of the schema at `path`, for the hint about a misspelt one. */
function knownKeys(schema: z.ZodType, path: FieldPath): readonly string[] {
  let at: unknown = schema;
  const inner = (value: unknown): unknown => {
    let current = value;
    while (
      current instanceof z.ZodOptional ||
      current instanceof z.ZodDefault ||
      current instanceof z.ZodNullable
    ) {
      current = current.unwrap();
    }
    return current;
  };
  for (const step of path) {
    at = inner(at);
    if (at instanceof z.ZodArray) at = at.element;
    else if (at instanceof z.ZodObject) at = at.shape[String(step)];
    else if (at instanceof z.ZodRecord) at = at.valueType;
    else return [];
  }
  at = inner(at);
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}

/** The message of an issue: what is expected and, where it helps, what was found. */
function sentence(issue: Issue, found: JsonValue | undefined): string {
  switch (issue.code) {
    case 'invalid_type':
      return found === undefined
        ? `is required (${issue.expected})`
        : `must be ${article(issue.expected)}, found ${showValue(found)}`;
    case 'invalid_value': {
      const values = issue.values.map((value) => String(value));
      const near = typeof found === 'string' ? nearestName(found, values) : undefined;
      const hint = near === undefined ? '' : `; did you mean ${near}?`;
      return found === undefined
        ? `is required: ${values.join(', ')}`
        : `must be ${values.length === 1 ? values[0] : `one of ${values.join(', ')}`}, found ${showValue(found)}${hint}`;
    }
    case 'invalid_union':
      return `has the wrong form, found ${showValue(found)}`;
    default:
      return issue.message;
  }
}

function article(type: string): string {
  if (type === 'record') return 'an object';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** A union's own message says little; the branch that came furthest says what is wrong. */
function deepest(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const branches = issue.errors.filter((branch) => branch.length > 0);
  const depth = (branch: readonly Issue[]): number => Math.max(...branch.map((inner) => inner.path.length));
  const best = branches.sort((a, b) => depth(b) - depth(a))[0];
  if (best === undefined || depth(best) === 0) return [issue];
  return best.flatMap((inner) => deepest({ ...inner, path: [...issue.path, ...inner.path] }));
}

function problemsOfIssue(issue: Issue, schema: z.ZodType, source: PolicySource): readonly Problem[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, path);
    return issue.keys.map((key) => {
      const near = nearestName(key, known);
      const hint =
        near === undefined
          ? known.length > 0
            ? `; known here: ${known.join(', ')}`
            : ''
          : `; did you mean ${near}?`;
      const at = [...path, key];
      return problemAt(source, at, formatFieldPath(at), `is not a field of this document${hint}`);
    });
  }
  return [problemAt(source, path, formatFieldPath(path), sentence(issue, valueAt(source.value, path)))];
}

export type SchemaResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks a document against a schema; every problem is listed, each with its place in the file. */
export function checkSchema<T extends z.ZodType>(schema: T, source: PolicySource): SchemaResult<z.infer<T>> {
  const parsed = schema.safeParse(source.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.flatMap(deepest);
  return { ok: false, problems: issues.flatMap((issue) => problemsOfIssue(issue, schema, source)) };
}
