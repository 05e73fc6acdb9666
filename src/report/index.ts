export { renderCheckJunit } from './check-junit.js';
export { type ExplanationOptions, renderExplanation } from './explanation.js';
export { type CheckedObject, type CheckReport, checkedObject, type ObjectSource } from './findings.js';
export { renderJson } from './json.js';
export { renderMarkdown } from './markdown.js';
export { renderSarif } from './sarif.js';
export { alignColumns, count, createStyle, type Style } from './style.js';
export { renderSuitesJson, renderSuitesJunit, renderSuitesText, totalsOf } from './suites.js';
export { renderText } from './text.js';
