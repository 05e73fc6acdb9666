export { builtInOutcome, builtInPolicy, type Objection } from './built-in.js';
export type { Decision, PolicyOutcome, ResultKind, RuleFinding, RuleResult, Violation } from './decision.js';
export type { Exempted } from './exempt.js';
export type { ClaimUse, ExemptionRecord, MissedWindow, WindowUse } from './exemption.js';
export type { EngineSettings, Exemptions, JudgeInput } from './input.js';
export { judge } from './judge.js';
export { describeSubject, showDuration } from './message.js';
export { ruleResults } from './results.js';
export { DEFAULT_CONTROL_PLANE_USERS, DEFAULT_EXCLUDED_NAMESPACES, DEFAULT_SETTINGS } from './settings.js';
