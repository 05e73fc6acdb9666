// The expressions of one policy of a Kubernetes dialect: compiled over one environment, evaluated over one activation for each
// binding, parameter object and review. Source of truth: k8s.io/apiserver pkg/admission/plugin/{cel,policy/validating}.
import {
  Activation,
  type Budget,
  CelError,
  type CelType,
  type CelValue,
  COST_LIMITS,
  compile,
  createAuthorizer,
  createBudget,
  createResourceCheck,
  DYN,
  type Environment,
  explain,
  extendEnvironment,
  type Input,
  Lazy,
  type Program,
  trace,
} from '../../../cel/index.js';
import type { JsonObject } from '../../../kubernetes/index.js';
import type { Scope, Trace } from '../../compiled.js';
import { type Explained, explainedParts, partOf, sentenceOf } from '../../explanations.js';

/** One policy's evaluation of one review with one parameter object. */
export interface Evaluation {
  readonly activation: Activation;
  readonly budget: Budget;
  /** Match conditions have a budget of their own. */
  readonly conditions: Budget;
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

interface CompiledVariable {
  readonly name: string;
  readonly slot: number;
  readonly program: Program;
}

export type CompiledProgram =
  | { readonly ok: true; readonly program: Program }
  | { readonly ok: false; readonly message: string };

/** Compiles the expressions of one policy and evaluates them. */
export interface Frame {
  compile(source: string, types?: readonly CelType[]): CompiledProgram;
  evaluation(scope: Scope): Evaluation;
  /** Why a program gave false: the field of the object to blame, what is there, what was expected. */
  explain(program: Program, scope: Scope): Explained;
  /** What every part of a program came to, and why where it is false. */
  trace(program: Program, source: string, label: string, scope: Scope): Trace;
  /** Whether no variable or parameter makes an expression mean something else in another policy. */
  readonly selfContained: boolean;
  readonly programs: readonly Program[];
}

function compileIn(environment: Environment, source: string, types?: readonly CelType[]): CompiledProgram {
  const compiled = compile(environment, source, types === undefined ? {} : { expectedTypes: types });
  if (compiled.ok) return compiled;
  const [first] = compiled.problems;
  return {
    ok: false,
    message: first === undefined ? 'does not compile' : `${first.message}\n${first.snippet}`,
  };
}

/** Values of variables beyond Kubernetes' own; a dialect may give its products' own ones. */
export type MoreVariables = (scope: Scope) => Readonly<Record<string, Input>>;

/** The Namespace object of a request; null where there is none or none is known. */
function namespaceObject({ review, context }: Scope): JsonObject | null {
  return review.namespace === '' ? null : (context.namespace(review.namespace) ?? null);
}

/** `authorizer` and `authorizer.requestResource`: without an authorizer at hand, every check is an error that names the question. */
function authorizerValues({ review }: Scope): Readonly<Record<string, Input>> {
  const authorizer = createAuthorizer();
  const { group, resource } = review.resource;
  const { subResource: subresource, namespace, name } = review;
  return {
    authorizer,
    'authorizer.requestResource': createResourceCheck(authorizer, {
      group,
      resource,
      subresource,
      namespace,
      name,
    }),
  };
}

export interface FrameResult {
  readonly frame: Frame;
  /** What is wrong with the variables, by their index. */
  readonly problems: readonly { readonly index: number; readonly message: string }[];
}

/** Compiles a policy's variables, each in scope of those after it. */
export function createFrame(
  base: Environment,
  definitions: readonly NamedExpression[],
  hasParams: boolean,
  more: MoreVariables = () => ({}),
): FrameResult {
  let environment = base;
  const variables: CompiledVariable[] = [];
  const programs: Program[] = [];
  const problems: { index: number; message: string }[] = [];
  for (const [index, { name, expression }] of definitions.entries()) {
    const compiled = compileIn(environment, expression);
    const whole = `variables.${name}`;
    if (!compiled.ok) {
      problems.push({ index, message: compiled.message });
      environment = extendEnvironment(environment, { variables: [{ name: whole, type: DYN, lazy: true }] });
      continue;
    }
    const { program } = compiled;
    const declared = { name: whole, type: program.resultType, json: program.resultIsJson, lazy: true };
    environment = extendEnvironment(environment, { variables: [declared] });
    programs.push(program);
    variables.push({ name: whole, slot: environment.variables.get(whole)?.slot ?? -1, program });
  }
  const variablePrograms = new Map(variables.map(({ name, program }) => [name, program]));

  const evaluationOf = (scope: Scope): Evaluation => {
    if (scope.expressions !== undefined) return scope.expressions as Evaluation; // set below and nowhere else
    const activation = new Activation(environment, new Array<Input>(environment.slots).fill(undefined));
    const given: Readonly<Record<string, Input>> = {
      object: scope.object as CelValue, // JSON is read in place, here and below
      oldObject: scope.oldObject as CelValue,
      request: scope.review.request as CelValue,
      params: scope.params as CelValue,
      namespaceObject: namespaceObject(scope) as CelValue,
      ...authorizerValues(scope),
      ...more(scope),
    };
    for (const [name, value] of Object.entries(given))
      if (environment.variables.has(name)) activation.set(name, value);
    const { deadline, clock } = scope;
    const limits = deadline === undefined ? {} : { deadline: { now: clock, at: deadline } };
    const budget = createBudget(limits);
    const conditions = createBudget({ ...limits, limit: COST_LIMITS.matchConditions });
    for (const { slot, program } of variables)
      activation.slots[slot] = new Lazy((): CelValue | CelError => program.evaluate(activation, budget));
    const evaluation = { activation, budget, conditions };
    scope.expressions = evaluation;
    return evaluation;
  };

  const frame: Frame = {
    compile(source, types) {
      const compiled = compileIn(environment, source, types);
      if (compiled.ok) programs.push(compiled.program);
      return compiled;
    },
    evaluation: evaluationOf,
    explain(program, scope) {
      const { activation } = evaluationOf(scope);
      return explainedParts(
        explain(program, activation, createBudget(), { variables: variablePrograms }),
        scope,
        [],
      );
    },
    trace(program, source, label, scope) {
      const { activation } = evaluationOf(scope);
      const budget = createBudget();
      const value = program.evaluate(activation, budget);
      const parts = partOf(
        trace(program, activation, budget, { variables: variablePrograms }),
        scope,
        [],
      ).children;
      const base = { label, item: undefined, source: source.trim(), parts };
      if (value instanceof CelError) return { ...base, result: 'error', because: [value.message] };
      const blamed =
        value === true ? [] : explain(program, activation, createBudget(), { variables: variablePrograms });
      return {
        ...base,
        result: value === true ? 'true' : 'false',
        because: blamed.map((part) => sentenceOf(part, scope, [])),
      };
    },
    selfContained: definitions.length === 0 && !hasParams,
    programs,
  };
  return { frame, problems };
}
