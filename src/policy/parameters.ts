// Parameters of a policy: declared with defaults in the document, set from configuration without copying the file.
import { isJsonObject, type JsonValue } from '../kubernetes/index.js';

export type ParameterType = 'string' | 'number' | 'boolean' | 'list' | 'map';

export interface ParameterDeclaration {
  readonly type: ParameterType;
  readonly default: JsonValue;
  readonly description: string;
}

function hasType(value: JsonValue, type: ParameterType): boolean {
  switch (type) {
    case 'list':
      return Array.isArray(value);
    case 'map':
      return isJsonObject(value);
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type;
  }
}

/** What is wrong with one parameter: of its declaration (its default) or of the value given for it. */
export interface ParameterProblem {
  readonly name: string;
  readonly in: 'declaration' | 'value';
  readonly message: string;
}

export interface ResolvedParameters {
  readonly values: Readonly<Record<string, JsonValue>>;
  readonly problems: readonly ParameterProblem[];
}

/** Defaults overlaid with the values given; unknown names and wrong types are problems. */
export function resolveParameters(
  declared: Readonly<Record<string, ParameterDeclaration>>,
  given: Readonly<Record<string, JsonValue>>,
): ResolvedParameters {
  const values: Record<string, JsonValue> = Object.create(null);
  const problems: ParameterProblem[] = [];
  for (const [name, { type, default: fallback }] of Object.entries(declared)) {
    if (!hasType(fallback, type))
      problems.push({ name, in: 'declaration', message: `the default is not a ${type}` });
    values[name] = fallback;
  }
  for (const [name, value] of Object.entries(given)) {
    const declaration = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (declaration === undefined) {
      const known = Object.keys(declared).join(', ') || 'none';
      problems.push({
        name,
        in: 'value',
        message: `the policy declares no such parameter; it declares: ${known}`,
      });
    } else if (hasType(value, declaration.type)) values[name] = value;
    else problems.push({ name, in: 'value', message: `must be a ${declaration.type}` });
  }
  return { values, problems };
}
