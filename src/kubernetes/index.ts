export { type ClusterContext, EMPTY_CONTEXT, type MissingLookup } from './cluster-context.js';
export { type FieldPath, formatFieldPath } from './field-path.js';
export {
  formatApiVersion,
  type GroupVersionKind,
  type GroupVersionResource,
  parseApiVersion,
  type UserInfo,
} from './identity.js';
export { field, isJsonObject, type JsonObject, type JsonValue } from './json.js';
export {
  type LabelSelector,
  labelsOf,
  matchesSelector,
  type SelectorOperator,
  type SelectorRequirement,
  selectsEverything,
} from './label-selector.js';
export { OPERATIONS, type Operation, type Review, type ReviewOrigin } from './review.js';
