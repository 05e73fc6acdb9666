export type { Decision, PolicyOutcome, ResultKind, RuleFinding, RuleResult, Violation } from './decision.js';
export { type EngineSettings, type JudgeInput, judge } from './judge.js';
