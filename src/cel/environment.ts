// What an expression may use: variables, functions, constants, types, macros, and the rules it is checked by. An
// environment never changes; extending it makes another that shares the numbering of its variables.
import type { FunctionDeclaration, Library, Macro, Overload } from './library.js';
import { PARSE_LIMITS, type ParseLimits } from './limits.js';
import type { StructDeclaration } from './structs.js';
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
  optionalType,
  STRING,
  structType,
  TIMESTAMP,
  TYPE,
  typeType,
  UINT,
} from './types.js';
import type { CelValue } from './values.js';

export interface VariableDeclaration {
  /** A dot is allowed: `variables.limit` declares that path, and not `variables`. */
  readonly name: string;
  readonly type: CelType;
  /**
   * That its value is JSON throughout (plain objects, arrays, strings, numbers, booleans, null), which makes reading
   * it fastest. The caller promises it; anything else in it may be read as if absent.
   */
  readonly json?: boolean;
  /** That an activation may hold a `Lazy` for it. */
  readonly lazy?: boolean;
}

/** How many variables of comprehensions and bindings may be visible at one place of an expression. */
export const LOCAL_SLOTS = 32;

/** A declared variable and where activations hold it. */
export interface Variable extends VariableDeclaration {
  readonly slot: number;
}

export interface Constant {
  readonly name: string;
  readonly type: CelType;
  readonly value: CelValue;
}

export interface EnvironmentOptions {
  /** Names are looked up in this namespace and the ones around it first, as in `a.b`. */
  readonly container?: string;
  /** Whether list elements and map values must be of one type where they are literals, as in Kubernetes. */
  readonly homogeneousLiterals?: boolean;
  /** Whether constant durations, timestamps, patterns and the like are validated when compiled, as in Kubernetes. */
  readonly validateLiterals?: boolean;
  /** Whether `a.?b`, `a[?b]`, `[?a]` and `{?k: v}` parse. */
  readonly optionalSyntax?: boolean;
  /**
   * Whether selecting a field of an optional that holds no map gives none, as in cel-go and so in Kubernetes, instead of
   * the error the specification asks for.
   */
  readonly lenientOptionals?: boolean;
  readonly limits?: ParseLimits;
}

export interface EnvironmentParts {
  readonly variables?: readonly VariableDeclaration[];
  readonly libraries?: readonly Library[];
  readonly structs?: readonly StructDeclaration[];
  readonly options?: EnvironmentOptions;
}

export interface Environment {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Length of an activation. The first `LOCAL_SLOTS` slots are for local variables, the rest are the environment's. */
  readonly slots: number;
  readonly constants: ReadonlyMap<string, Constant>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  readonly structs: ReadonlyMap<string, StructDeclaration>;
  readonly macros: readonly Macro[];
  readonly options: Required<EnvironmentOptions>;
}

const typeConstant = (type: CelType, name = type.name): Constant => ({
  name,
  type: typeType(type),
  value: type,
});

/** The types that expressions may always name. */
const BASIC_TYPES: readonly Constant[] = [
  ...[INT, UINT, DOUBLE, STRING, BYTES, BOOL, NULL, TIMESTAMP, DURATION, LIST_DYN, MAP_DYN].map((type) =>
    typeConstant(type),
  ),
  typeConstant(optionalType(DYN)),
  typeConstant(TYPE),
];

const DEFAULTS: Required<EnvironmentOptions> = {
  container: '',
  homogeneousLiterals: false,
  validateLiterals: false,
  optionalSyntax: true,
  lenientOptionals: false,
  limits: PARSE_LIMITS,
};

const EMPTY: Environment = {
  variables: new Map(),
  slots: LOCAL_SLOTS,
  constants: new Map(BASIC_TYPES.map((constant) => [constant.name, constant])),
  functions: new Map(),
  structs: new Map(),
  macros: [],
  options: DEFAULTS,
};

/** An environment of these parts and nothing else (the standard library too must be among the libraries). */
export function createEnvironment(parts: EnvironmentParts): Environment {
  return extendEnvironment(EMPTY, parts);
}

/**
 * A larger environment. A variable of the same name is replaced but keeps its slot; functions of the same name gain
 * overloads, and an overload of the same id is replaced.
 */
export function extendEnvironment(base: Environment, parts: EnvironmentParts): Environment {
  const variables = new Map(base.variables);
  let slots = base.slots;
  for (const declaration of parts.variables ?? []) {
    variables.set(declaration.name, {
      ...declaration,
      slot: variables.get(declaration.name)?.slot ?? slots++,
    });
  }
  const constants = new Map(base.constants);
  const functions = new Map(base.functions);
  const structs = new Map(base.structs);
  for (const library of parts.libraries ?? []) {
    for (const type of library.types) constants.set(type.name, typeConstant(type.type, type.name));
    for (const constant of library.constants) constants.set(constant.name, constant);
    for (const declared of library.functions) {
      functions.set(declared.name, mergeOverloads(functions.get(declared.name), declared));
    }
  }
  for (const declared of parts.structs ?? []) {
    structs.set(declared.name, declared);
    constants.set(declared.name, typeConstant(structType(declared.name)));
  }
  return {
    variables,
    slots,
    constants,
    functions,
    structs,
    macros:
      parts.libraries === undefined
        ? base.macros
        : [...base.macros, ...parts.libraries.flatMap(({ macros }) => macros)],
    options: { ...base.options, ...parts.options },
  };
}

function mergeOverloads(
  existing: FunctionDeclaration | undefined,
  added: FunctionDeclaration,
): FunctionDeclaration {
  if (existing === undefined) return added;
  const byId = new Map<string, Overload>(existing.overloads.map((overload) => [overload.id, overload]));
  for (const overload of added.overloads) byId.set(overload.id, overload);
  return { name: existing.name, overloads: [...byId.values()] };
}

/** The names a name may stand for in a container, most specific first; a leading dot allows only the bare one. */
export function candidateNames(container: string, name: string): string[] {
  if (name.startsWith('.')) return [name.slice(1)];
  const names: string[] = [];
  for (
    let prefix = container;
    prefix !== '';
    prefix = prefix.slice(0, Math.max(0, prefix.lastIndexOf('.')))
  ) {
    names.push(`${prefix}.${name}`);
  }
  names.push(name);
  return names;
}
