export { type ApplyOptions, type ApplyResult, applyPlan, type StepResult } from './apply.js';
export { type ManualItem, makePlan, type Plan, type PlanOptions, type PlanStep, planId } from './plan.js';
