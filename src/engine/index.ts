export type { Decision, PolicyOutcome, ResultKind, RuleFinding, RuleResult, Violation } from './decision.js';
export { type EngineSettings, type JudgeInput, judge } from './judge.js';
export { describeSubject, showDuration } from './message.js';
export { ruleResults } from './results.js';
