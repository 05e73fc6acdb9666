export type { Decision, PolicyOutcome, ResultKind, RuleFinding, RuleResult, Violation } from './decision.js';
export { type EngineSettings, type JudgeInput, judge } from './judge.js';
export { describeSubject, showDuration } from './message.js';
export { ruleResults } from './results.js';
export { DEFAULT_CONTROL_PLANE_USERS, DEFAULT_EXCLUDED_NAMESPACES, DEFAULT_SETTINGS } from './settings.js';
