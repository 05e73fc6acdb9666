export { canonicalJson } from './canonical-json.js';
export { type ClusterContext, EMPTY_CONTEXT, type MissingLookup } from './cluster-context.js';
export { contextFromObjects } from './context.js';
export {
  findSecrets,
  isSensitiveName,
  looksLikeCredential,
  looksRandom,
  type SecretSpan,
} from './credentials.js';
export { type DecodeResult, decodeReview } from './decode-review.js';
export { diffObjects, type FieldChange } from './diff.js';
export {
  applyPatch,
  type PatchOperation,
  type PatchResult,
  patchBetween,
  pointerOf,
} from './diff-patch.js';
export { type DurationResult, parseGoDuration, parseSettingDuration } from './duration.js';
export { type FieldPath, formatFieldPath } from './field-path.js';
export { matchesGlob, matchesGlobs } from './glob.js';
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
export { type FieldType, type ObjectType, objectTypeOf } from './list-types.js';
export { type JsonProblem, type JsonResult, parseJson, parseJsonText } from './parse-json.js';
export { type PodTemplate, podTemplateOf, podTemplatePath } from './pod-template.js';
export { compareQuantities, parseQuantity, type Quantity, type QuantityResult } from './quantity.js';
export { createRedactor, redactAt, redactObject, redactText } from './redact.js';
export { redactedPaths } from './redacted-paths.js';
export { resourceNameOf } from './resource-name.js';
export {
  type ApiResource,
  builtInResources,
  createResourceMapper,
  guessPlural,
  type ResourceMapper,
} from './resources.js';
export { OPERATIONS, type Operation, type Review, type ReviewOrigin } from './review.js';
export { sameJson } from './same-json.js';
export { NOBODY, type SyntheticReviewOptions, syntheticReview } from './synthetic-review.js';
export { formatTime, parseTime, roughDuration } from './time.js';
export { createUlidGenerator } from './ulid.js';
export {
  readDocuments,
  type TextDocument,
  type TextDocuments,
  type TextPosition,
  type TextProblem,
} from './yaml.js';
