export { compareText } from './compare-text.js';
export type {
  Action,
  CompiledAuditAnnotation,
  CompiledBinding,
  CompiledCondition,
  CompiledPolicy,
  CompiledRule,
  DialectName,
  ExceptionTerms,
  ExcludeEntry,
  MatchConstraints,
  MatchEntry,
  ParamResolution,
  ParamSource,
  PolicyDescription,
  ResourceRule,
  RuleFailure,
  RuleOutcome,
  Scope,
  Severity,
  Stage,
  Trace,
  TracedPart,
} from './compiled.js';
export { PASS, SEVERITIES } from './compiled.js';
export { customResourceDefinition, type Definition, POLICY_DEFINITION } from './crd.js';
export { isAllExtended, isInDefaultSet } from './default-set.js';
export type { Dialect, LoadOptions, PolicySource } from './dialects/dialect.js';
export { compileSelector } from './dialects/warder/match.js';
export { labelSelectorSchema, policySchema } from './dialects/warder/schema.js';
export { formatProblems, type LoadResult, loadPolicies } from './load.js';
export { nearestName } from './nearest-name.js';
export { type Candidate, createPolicySet, type PolicySet } from './policy-set.js';
export { formatProblem, type Problem, type SourcePosition } from './problem.js';
export { coversRequest, matchesResourceRule } from './resource-rule.js';
export {
  createRiskTable,
  higherRisk,
  type RatedChange,
  type RatedField,
  RISKS,
  type Risk,
  type RiskRow,
  type RiskTable,
  rateChange,
} from './risk.js';
export { DEFAULT_RISKS } from './risk-defaults.js';
export { checkSchema, type SchemaResult } from './schema-problems.js';
