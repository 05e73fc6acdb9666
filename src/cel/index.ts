// The Common Expression Language: what the rest of Warder may use of it.
//
//   const environment = createEnvironment({ libraries: [standardLibrary], variables: [{ name: 'object', type: DYN, json: true }] });
//   const compiled = compile(environment, "object.spec.replicas <= 5", { expectedTypes: [BOOL] });
//   if (!compiled.ok) return compiled.problems.map((problem) => printProblem(problem));
//   const result = compiled.program.evaluate(createActivation(environment, { object }), createBudget());
//   if (result instanceof CelError) ...
export {
  Activation,
  BUDGET_EXCEEDED,
  type Budget,
  COST_EXCEEDED,
  COST_LIMITS,
  createActivation,
  createBudget,
  DEADLINE_EXCEEDED,
  type Input,
  Lazy,
} from './activation.js';
export type * from './ast.js';
export type { CheckedExpr, Local, Reference, ResolvedCall } from './checker.js';
export {
  createEnvironment,
  type Environment,
  type EnvironmentOptions,
  type EnvironmentParts,
  extendEnvironment,
  type VariableDeclaration,
} from './environment.js';
export { type ExplainOptions, explain } from './explain/explain.js';
export type { ExplainedPart, ValuePath } from './explain/explained.js';
export { showValue } from './explain/phrase.js';
export { type TraceNode, type TraceOptions, trace } from './explain/trace.js';
export { fromJson, type Json, toJson } from './json.js';
export { type ValidatingAdmissionOptions, validatingAdmissionEnvironment } from './kubernetes-environment.js';
export {
  type AuthorizationAnswer,
  type Authorize,
  createAuthorizer,
  createResourceCheck,
} from './libraries/authorizer-values.js';
export { bindingsLibrary, blockLibrary } from './libraries/bindings.js';
export { optionalLibrary } from './libraries/optional.js';
export { standardLibrary, twoVariableComprehensions } from './libraries/standard.js';
export { defineLibrary, fn, type Library, overload, receiver } from './library.js';
export { makeMap, mapEntries, mapGet, mapHas, mapKeys, mapSize } from './maps.js';
export { printExpr } from './print.js';
export { createProbe, type Probe } from './probe.js';
export { type CompileOptions, type CompileResult, compile, type Program } from './program.js';
export type { VariableReference } from './references.js';
export { compilePattern, type Pattern } from './regex.js';
export { type Problem, printProblem } from './source.js';
export { type FieldDeclaration, type StructDeclaration, struct } from './structs.js';
export * from './types.js';
export * from './values.js';
