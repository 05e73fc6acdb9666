// Reads the cases of @bufbuild/cel-spec (google/cel-spec v0.25, as JSON) into Warder's types and values.

import type {
  SerializedIncrementalTest,
  SerializedIncrementalTestSuite,
} from '@bufbuild/cel-spec/testdata/tests.js';
import type { JsonObject } from '@bufbuild/protobuf';
import { children, type Expr } from '../../src/cel/ast.js';
import * as cel from '../../src/cel/index.js';
import type { Library, Overload } from '../../src/cel/library.js';
import { parse } from '../../src/cel/parser.js';

/** A case of the suite and the names of the suites around it. */
export interface SpecCase {
  readonly section: string;
  readonly name: string;
  readonly test: SerializedIncrementalTest;
}

/** All cases below a suite; the first level of names is the section. */
export function specCases(suite: SerializedIncrementalTestSuite): SpecCase[] {
  const collect = (inner: SerializedIncrementalTestSuite, path: readonly string[]): SpecCase[] => [
    ...(inner.tests ?? []).map((test, index) => ({
      section: path[0] ?? suite.name,
      name: [...path, test.original.name ?? `${index}: ${test.original.expr}`].join('/'),
      test,
    })),
    ...(inner.suites ?? []).flatMap((child) => collect(child, [...path, child.name])),
  ];
  return collect(suite, []);
}

/** Thrown where a case needs protobuf messages, which Warder's CEL does not have. */
export class NeedsProtobuf extends Error {}

type Spec = { readonly [key: string]: unknown };
const entries = (value: unknown) => (value ?? []) as readonly Spec[];

const PRIMITIVES = new Map<unknown, cel.CelType>([
  ['INT64', cel.INT],
  ['UINT64', cel.UINT],
  ['DOUBLE', cel.DOUBLE],
  ['STRING', cel.STRING],
  ['BYTES', cel.BYTES],
  ['BOOL', cel.BOOL],
]);

function specType(spec: Spec): cel.CelType {
  const primitive = PRIMITIVES.get(spec.primitive);
  if (primitive !== undefined) return primitive;
  if (spec.wellKnown === 'TIMESTAMP') return cel.TIMESTAMP;
  if (spec.wellKnown === 'DURATION') return cel.DURATION;
  if ('listType' in spec) return cel.listType(specType((spec.listType as Spec).elemType as Spec));
  if ('mapType' in spec) {
    const { keyType, valueType } = spec.mapType as Spec;
    return cel.mapType(specType(keyType as Spec), specType(valueType as Spec));
  }
  if ('null' in spec) return cel.NULL;
  if ('dyn' in spec) return cel.DYN;
  if ('typeParam' in spec) return cel.typeParam(String(spec.typeParam));
  if ('type' in spec) return cel.typeType(specType(spec.type as Spec));
  if ('abstractType' in spec) {
    const { name, parameterTypes } = spec.abstractType as Spec;
    const params = entries(parameterTypes).map(specType);
    return name === 'optional_type'
      ? cel.optionalType(params[0] ?? cel.DYN)
      : cel.opaqueType(String(name), params);
  }
  throw new NeedsProtobuf('message or wrapper type');
}

/** The value of a `cel.expr.Value` in JSON. */
export function specValue(spec: Spec): cel.CelValue {
  const [[kind, value] = ['', undefined]] = Object.entries(spec);
  switch (kind) {
    case 'int64Value':
      return cel.makeInt(BigInt(String(value)));
    case 'uint64Value':
      return cel.makeUint(BigInt(String(value)));
    case 'doubleValue':
      return cel.makeDouble(Number(value));
    case 'stringValue':
    case 'boolValue':
      return value as string | boolean;
    case 'nullValue':
      return null;
    case 'bytesValue':
      return new Uint8Array(Buffer.from(String(value), 'base64'));
    case 'listValue':
      return entries((value as Spec).values).map(specValue);
    case 'mapValue':
      return cel.makeMap(
        entries((value as Spec).entries).map(({ key, value: element }): [cel.CelKey, cel.CelValue] => [
          specValue(key as Spec) as cel.CelKey,
          specValue(element as Spec),
        ]),
      );
    case 'typeValue':
      return cel.opaqueType(String(value));
    case 'objectValue': {
      const { '@type': type, value: text } = value as Spec;
      const parsed = evaluateConstant(type, String(text));
      if (parsed !== undefined) return parsed;
      break;
    }
    default:
  }
  throw new NeedsProtobuf(`value of kind ${kind}`);
}

function evaluateConstant(type: unknown, text: string): cel.CelValue | undefined {
  const name = {
    'type.googleapis.com/google.protobuf.Timestamp': 'timestamp',
    'type.googleapis.com/google.protobuf.Duration': 'duration',
  }[String(type)];
  if (name === undefined) return undefined;
  const compiled = cel.compile(
    cel.createEnvironment({ libraries: [cel.standardLibrary] }),
    `${name}('${text}')`,
  );
  return compiled.ok ? compiled.program.constant : undefined;
}

/** Whether an expression constructs a message or names an enum, which only protobuf declares. */
function namesProtobuf(source: string, container: string, declared: ReadonlySet<string>): boolean {
  const parsed = parse(source, { macros: [] });
  if (!parsed.ok) return false;
  const visit = (expr: Expr): boolean =>
    expr.kind === 'struct' ||
    (expr.kind === 'ident' &&
      !declared.has(expr.name) &&
      /^\.?(?:TestAllTypes|NestedTestAllTypes|GlobalEnum|NullValue|google|cel\.expr|TestRequired|proto)\b/.test(
        expr.name,
      )) ||
    children(expr).some(visit);
  return visit(parsed.expr) || (container.startsWith('google.protobuf') && /\b[A-Z]\w+\{/.test(source));
}

export interface PreparedCase {
  readonly environment: cel.Environment;
  readonly bindings: Readonly<Record<string, cel.CelValue>>;
  readonly unchecked: boolean;
  readonly checkOnly: boolean;
  readonly expected: { readonly value: cel.CelValue } | { readonly type: cel.CelType } | 'error';
}

/** A case ready to run; throws `NeedsProtobuf` where it cannot be. */
export function prepare(test: JsonObject, libraries: readonly Library[]): PreparedCase {
  const spec = test as Spec;
  const container = String(spec.container ?? '');
  const declarations = entries(spec.typeEnv);
  const bindings = Object.entries((spec.bindings ?? {}) as Record<string, Spec>).map(
    ([name, binding]): [string, cel.CelValue] => [name, specValue(binding.value as Spec)],
  );
  const variables = new Map<string, cel.CelType>(bindings.map(([name]) => [name, cel.DYN]));
  const functions = declarations.filter((declaration) => 'function' in declaration).map(specFunction);
  for (const { name, ident } of declarations) {
    if (ident !== undefined) variables.set(String(name), specType((ident as Spec).type as Spec));
  }
  if (namesProtobuf(String(spec.expr), container, new Set(variables.keys())))
    throw new NeedsProtobuf('message or enum');
  const environment = cel.createEnvironment({
    libraries: [...libraries, cel.defineLibrary({ name: 'test', functions })],
    variables: [...variables].map(([name, type]) => ({ name, type })),
    options: { container },
  });
  const checkOnly = spec.checkOnly === true;
  const typed = spec.typedResult as Spec | undefined;
  const value = spec.value ?? typed?.result;
  let expected: PreparedCase['expected'] = { value: true };
  if (value !== undefined) expected = { value: specValue(value as Spec) };
  else if ('evalError' in spec || 'anyEvalErrors' in spec) expected = 'error';
  else if (typed?.deducedType !== undefined) expected = { type: specType(typed.deducedType as Spec) };
  return {
    environment,
    bindings: Object.fromEntries(bindings),
    unchecked: spec.disableCheck === true,
    checkOnly,
    expected,
  };
}

function specFunction(declaration: Spec): ReturnType<typeof cel.fn> {
  const overloads = entries((declaration.function as Spec).overloads).map((spec): Overload => {
    const make = spec.isInstanceFunction === true ? cel.receiver : cel.overload;
    const params = entries(spec.params).map(specType);
    return make(String(spec.overloadId), params, specType(spec.resultType as Spec), () =>
      cel.celError('not implemented'),
    );
  });
  return cel.fn(String(declaration.name), ...overloads);
}

/** A value as text that tells types apart: `1` from `1u` and `1.0`. Maps in the order of their keys. */
export function show(value: cel.CelValue | cel.CelError): string {
  if (value instanceof cel.CelError) return `error: ${value.message}`;
  if (cel.isDouble(value)) return `double ${Object.is(cel.toNumber(value), -0) ? '-0' : cel.toNumber(value)}`;
  if (value instanceof cel.CelType) return `type ${value.name}`;
  if (cel.isBytes(value)) return `bytes ${Buffer.from(value).toString('hex')}`;
  if (cel.isList(value)) return `[${value.map(show).join(', ')}]`;
  if (value instanceof cel.CelOptional)
    return `optional(${value.value === undefined ? '' : show(value.value)})`;
  if (cel.isMap(value)) {
    const shown = cel.mapEntries(value).map(([key, element]) => `${show(key)}: ${show(element)}`);
    return `{${shown.sort().join(', ')}}`;
  }
  return `${cel.typeName(value)} ${typeof value === 'string' ? value : String(cel.toJson(value))}`;
}
