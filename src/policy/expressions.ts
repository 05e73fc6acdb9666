// The seam between Warder's own policies and CEL: which names are in scope, what they stand for, how a result reads.
import {
  Activation,
  BOOL,
  type Budget,
  CelError,
  type CelValue,
  compile,
  createBudget,
  DYN,
  type Environment,
  explain,
  extendEnvironment,
  type Input,
  Lazy,
  type Program,
  STRING,
  toJson,
  trace,
  validatingAdmissionEnvironment,
} from '../cel/index.js';
import { type FieldPath, formatFieldPath, type JsonValue, redactText } from '../kubernetes/index.js';
import type { CompiledCondition, Scope, Trace } from './compiled.js';
import { type Explained, explainedParts, partOf, sentenceOf } from './explanations.js';
import { createRiskTable, type RiskTable } from './risk.js';
import { DEFAULT_RISKS } from './risk-defaults.js';
import { CHANGE_STRUCTS, CHANGE_TYPE, changeVariable } from './risk-variable.js';
import { parseTemplate } from './template.js';

/** An expression that is true, false or in error for one item of a rule. */
export interface BooleanExpression {
  evaluate(scope: Scope, item: JsonValue | null, path: FieldPath): boolean | { readonly error: string };
  /** Why it is false, for people; only asked when it is. */
  explain(scope: Scope, item: JsonValue | null, path: FieldPath): Explained;
  /** What every part came to. */
  trace(scope: Scope, item: JsonValue | null, path: FieldPath): Trace;
}

/** A message with the values of one item put in. */
export type Interpolation = (scope: Scope, item: JsonValue | null, path: FieldPath) => string;

type Compiled<Key extends string, T> = ({ readonly ok: true } & { readonly [K in Key]: T }) | Refused;
interface Refused {
  readonly ok: false;
  readonly message: string;
}

/** Compiles the expressions of one policy, whose variables and parameters are in scope everywhere. */
export interface PolicyExpressions {
  boolean(source: string): Compiled<'expression', BooleanExpression>;
  condition(name: string, source: string): Compiled<'condition', CompiledCondition>;
  interpolation(template: string): Compiled<'interpolation', Interpolation>;
  /** Whether an expression says the same in every other policy that is self-contained: no variables, no parameters. */
  readonly selfContained: boolean;
  /** What all expressions compiled so far read besides the object. */
  reads(): { readonly requester: boolean; readonly oldObject: boolean };
}

export interface VariableDefinition {
  readonly name: string;
  readonly expression: string;
}

/** What is in scope of every expression: Kubernetes' variables, and those of a rule. */
const BASE: Environment = extendEnvironment(validatingAdmissionEnvironment({ authorizer: false }), {
  variables: [
    { name: 'item', type: DYN, json: true },
    { name: 'path', type: STRING },
    { name: 'change', type: CHANGE_TYPE, json: true, lazy: true },
  ],
  structs: CHANGE_STRUCTS,
});

const DEFAULT_RISK_TABLE = createRiskTable(DEFAULT_RISKS);

/** Slots of the activation that every evaluation fills; extending an environment keeps them. */
const slotOf = (name: string): number => {
  const variable = BASE.variables.get(name);
  if (variable === undefined) throw new TypeError(`${name} is not declared`);
  return variable.slot;
};
const SLOTS = {
  object: slotOf('object'),
  oldObject: slotOf('oldObject'),
  request: slotOf('request'),
  params: slotOf('params'),
  namespaceObject: slotOf('namespaceObject'),
  item: slotOf('item'),
  path: slotOf('path'),
  change: slotOf('change'),
} as const;

/** One policy's evaluation of one review: the activation its expressions share, and what they may cost together. */
interface Evaluation {
  readonly activation: Activation;
  readonly budget: Budget;
}

interface CompiledVariable {
  readonly name: string;
  readonly slot: number;
  readonly program: Program;
}

interface Frame {
  readonly environment: Environment;
  readonly variables: readonly CompiledVariable[];
  /** Every expression that decides something, for what the policy reads as a whole. */
  readonly programs: Program[];
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly risks: RiskTable;
  /** Whether any expression asks what changes; set while compiling, so that nothing is made ready for those that do not. */
  readsChange: boolean;
}

const readsChange = (program: Program): boolean =>
  program.references.some(({ variable }) => variable === 'change');

/** The Namespace object of a request as CEL sees it: null where there is none or none is known. */
function namespaceObject(scope: Scope): CelValue {
  const { review, context } = scope;
  if (review.namespace === '') return null;
  const namespace = context.namespace(review.namespace);
  return (namespace ?? null) as CelValue; // JSON is read in place
}

/** The evaluation that all expressions of a policy share while one review is judged; made when first needed. */
function evaluationOf(scope: Scope, frame: Frame): Evaluation {
  if (scope.expressions !== undefined) return scope.expressions as Evaluation; // set below and nowhere else
  const slots = new Array<Input>(frame.environment.slots).fill(undefined);
  slots[SLOTS.object] = scope.object as CelValue; // JSON is read in place, here and below
  slots[SLOTS.oldObject] = scope.oldObject as CelValue;
  slots[SLOTS.request] = scope.review.request as CelValue;
  slots[SLOTS.params] = frame.parameters as CelValue;
  slots[SLOTS.namespaceObject] = namespaceObject(scope);
  if (frame.readsChange)
    slots[SLOTS.change] = new Lazy(() => changeVariable(scope.review, frame.risks) as CelValue);
  const activation = new Activation(frame.environment, slots);
  const { deadline, clock } = scope;
  const budget = createBudget(deadline === undefined ? {} : { deadline: { now: clock, at: deadline } });
  for (const { slot, program } of frame.variables) {
    slots[slot] = new Lazy(() => program.evaluate(activation, budget));
  }
  const evaluation = { activation, budget };
  scope.expressions = evaluation;
  return evaluation;
}

function run(
  program: Program,
  frame: Frame,
  scope: Scope,
  item: JsonValue | null,
  path: FieldPath,
): CelValue | CelError {
  const { activation, budget } = evaluationOf(scope, frame);
  activation.slots[SLOTS.item] = item as CelValue; // JSON is read in place
  activation.slots[SLOTS.path] = formatFieldPath([...scope.objectPath, ...path]);
  return program.evaluate(activation, budget);
}

/** Why an expression is false; the first part about the object itself gives the field, the others are told. */
function explainFalse(
  program: Program,
  frame: Frame,
  scope: Scope,
  item: JsonValue | null,
  path: FieldPath,
): Explained {
  run(program, frame, scope, item, path);
  const { activation, budget } = evaluationOf(scope, frame);
  const variables = new Map(frame.variables.map((variable) => [variable.name, variable.program]));
  const parts = explain(program, activation, budget, { variables });
  return explainedParts(parts, scope, path);
}

/** What every part of an expression came to, and what decided where it is false. */
function traceOf(
  source: string,
  program: Program,
  frame: Frame,
  scope: Scope,
  item: JsonValue | null,
  path: FieldPath,
): Trace {
  scope.expressions = undefined; // what is shown to people is not charged to what was judged
  const value = truth(run(program, frame, scope, item, path));
  const { activation, budget } = evaluationOf(scope, frame);
  const variables = new Map(frame.variables.map((variable) => [variable.name, variable.program]));
  const parts = partOf(trace(program, activation, budget, { variables }), scope, path).children;
  const base = { label: '', item: path.length === 0 ? undefined : path, source: source.trim(), parts };
  if (typeof value !== 'boolean') return { ...base, result: 'error', because: [value.error] };
  const blamed = value ? [] : explain(program, activation, budget, { variables });
  return {
    ...base,
    result: value ? 'true' : 'false',
    because: blamed.map((part) => sentenceOf(part, scope, path)),
  };
}

function truth(value: CelValue | CelError): boolean | { readonly error: string } {
  if (typeof value === 'boolean') return value;
  if (value instanceof CelError) return { error: value.message };
  return { error: `must be true or false, found ${JSON.stringify(toJson(value))}` };
}

/** How a value reads inside a sentence: texts as they are, lists with commas, nothing as `unset`. */
function textOf(value: CelValue | CelError): string {
  if (value instanceof CelError) return 'unset';
  const json = toJson(value);
  if (json === null) return 'unset';
  if (typeof json === 'string') return redactText(json);
  if (Array.isArray(json)) return json.map((part) => textOf(part as CelValue)).join(', '); // JSON is a CEL value
  return redactText(JSON.stringify(json));
}

function programOf(
  environment: Environment,
  source: string,
  expectedTypes?: readonly (typeof BOOL)[],
): Compiled<'program', Program> {
  const compiled = compile(environment, source, expectedTypes === undefined ? {} : { expectedTypes });
  if (compiled.ok) return compiled;
  const [first] = compiled.problems;
  return {
    ok: false,
    message: first === undefined ? 'does not compile' : `${first.message}\n${first.snippet}`,
  };
}

const BOOLEAN = [BOOL, DYN] as readonly (typeof BOOL)[]; // any CelType may stand here

function booleanOf(frame: Frame, source: string): Compiled<'expression', BooleanExpression> {
  const compiled = programOf(frame.environment, source, BOOLEAN);
  if (!compiled.ok) return compiled;
  const { program } = compiled;
  frame.programs.push(program);
  frame.readsChange ||= readsChange(program);
  return {
    ok: true,
    expression: {
      evaluate: (scope, item, path) => truth(run(program, frame, scope, item, path)),
      explain: (scope, item, path) => explainFalse(program, frame, scope, item, path),
      trace: (scope, item, path) => traceOf(source, program, frame, scope, item, path),
    },
  };
}

function interpolationOf(frame: Frame, template: string): Compiled<'interpolation', Interpolation> {
  const parsed = parseTemplate(template);
  if (!parsed.ok) return parsed;
  const parts: (string | Program)[] = [];
  for (const part of parsed.parts) {
    if (part.kind === 'text') {
      parts.push(part.text);
      continue;
    }
    const compiled = programOf(frame.environment, part.source);
    if (!compiled.ok) return { ok: false, message: `{${part.source}}: ${compiled.message}` };
    frame.readsChange ||= readsChange(compiled.program);
    parts.push(compiled.program);
  }
  return {
    ok: true,
    interpolation: (scope, item, path) =>
      parts
        .map((part) => (typeof part === 'string' ? part : textOf(run(part, frame, scope, item, path))))
        .join(''),
  };
}

const readsRequester = (program: Program): boolean =>
  program.references.some(
    ({ variable, path }) => variable === 'request' && (path.length === 0 || path[0] === 'userInfo'),
  );

const readsOldObject = (program: Program): boolean =>
  readsChange(program) ||
  program.references.some(
    ({ variable, path }) => variable === 'oldObject' || (variable === 'request' && path[0] === 'oldObject'),
  );

export interface PolicyExpressionsResult {
  readonly expressions: PolicyExpressions;
  /** What is wrong with the variables, by their index. */
  readonly problems: readonly { readonly index: number; readonly message: string }[];
}

/** Compiles a policy's variables, each in scope of those after it, and gives what compiles its other expressions. */
export function policyExpressions(
  definitions: readonly VariableDefinition[],
  parameters: Readonly<Record<string, JsonValue>>,
  risks: RiskTable = DEFAULT_RISK_TABLE,
): PolicyExpressionsResult {
  let environment = BASE;
  const variables: CompiledVariable[] = [];
  const programs: Program[] = [];
  const problems: { index: number; message: string }[] = [];
  for (const [index, { name, expression }] of definitions.entries()) {
    const compiled = programOf(environment, expression);
    if (!compiled.ok) {
      problems.push({ index, message: compiled.message });
      // Declared all the same, so that one mistake is reported once and not wherever the variable is used.
      const unknown = { name: `variables.${name}`, type: DYN, lazy: true };
      environment = extendEnvironment(environment, { variables: [unknown] });
      continue;
    }
    const { program } = compiled;
    programs.push(program);
    const declared = {
      name: `variables.${name}`,
      type: program.resultType,
      json: program.resultIsJson,
      lazy: true,
    };
    environment = extendEnvironment(environment, { variables: [declared] });
    variables.push({
      name: declared.name,
      slot: environment.variables.get(declared.name)?.slot ?? -1,
      program,
    });
  }
  const frame: Frame = {
    environment,
    variables,
    programs,
    parameters,
    risks,
    readsChange: programs.some(readsChange),
  };
  const expressions: PolicyExpressions = {
    boolean: (source) => booleanOf(frame, source),
    condition(name, source) {
      const compiled = booleanOf(frame, source);
      if (!compiled.ok) return compiled;
      const { expression } = compiled;
      return {
        ok: true,
        condition: {
          name,
          evaluate: (scope) => expression.evaluate(scope, null, []),
          trace: (scope) => ({ ...expression.trace(scope, null, []), label: name, item: undefined }),
        },
      };
    },
    interpolation: (template) => interpolationOf(frame, template),
    selfContained: definitions.length === 0 && Object.keys(parameters).length === 0,
    reads: () => ({ requester: programs.some(readsRequester), oldObject: programs.some(readsOldObject) }),
  };
  return { expressions, problems };
}
