export { renderCheckHtml } from './check-html.js';
export { renderCheckJunit } from './check-junit.js';
export {
  type DriftFormat,
  type DriftReport,
  differenceOf,
  placeOf,
  renderDrift,
  whoOf,
} from './drift.js';
export { type ExplanationOptions, renderExplanation } from './explanation.js';
export { type CheckedObject, type CheckReport, checkedObject, type ObjectSource } from './findings.js';
export { escapeHtml, type HtmlReport, renderHtml } from './html.js';
export { renderJson } from './json.js';
export { renderMarkdown } from './markdown.js';
export { type ReportedPlan, renderPlanMarkdown } from './plan.js';
export { policyReports, type ReportDialect } from './policy-report.js';
export { renderSarif } from './sarif.js';
export { alignColumns, count, createStyle, type Style } from './style.js';
export { renderSuitesJson, renderSuitesJunit, renderSuitesText, totalsOf } from './suites.js';
export { type GroupBy, renderText } from './text.js';
