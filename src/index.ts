// The library: judge reviews with policies, from a program of your own.
export {
  DEFAULT_SETTINGS,
  type Decision,
  type EngineSettings,
  type JudgeInput,
  judge,
  type RuleResult,
  ruleResults,
  type Violation,
} from './engine/index.js';
export {
  type ClusterContext,
  contextFromObjects,
  decodeReview,
  EMPTY_CONTEXT,
  type JsonObject,
  type JsonValue,
  type Review,
  readDocuments,
  syntheticReview,
} from './kubernetes/index.js';
export {
  formatProblem,
  type LoadOptions,
  type LoadResult,
  loadPolicies,
  type PolicySet,
  type PolicySource,
  type Problem,
} from './policy/index.js';
