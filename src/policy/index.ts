export type {
  Action,
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
} from './compiled.js';
export { PASS, SEVERITIES } from './compiled.js';
export type { PolicySet } from './policy-set.js';
export { formatProblem, type Problem, type SourcePosition } from './problem.js';
