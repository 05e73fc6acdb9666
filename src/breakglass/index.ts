export { BREAK_GLASS_DEFINITION } from './crd.js';
export { readWindows, type WindowContext } from './documents.js';
export { createExemptions, type ExemptionSettings, type ExemptionState } from './exemptions.js';
export { type ItemChange, type ReviewItem, reviewItemOf } from './item.js';
export {
  appendItemLine,
  type ItemFile,
  itemDigest,
  itemLine,
  parseItems,
  type ReviewState,
  readItems,
  resolutionLine,
  reviewStates,
  type SignedResolution,
} from './items.js';
export { signResolution, verifyResolution } from './resolution.js';
export { type Rollback, rollbackOf } from './rollback.js';
export {
  type BreakGlassDocument,
  type BreakGlassSpec,
  breakGlassSchema,
  VERDICTS,
  type Verdict,
} from './schema.js';
export { type GovernanceConfig, type GovernanceSettings, governanceSettings } from './settings.js';
export {
  type ClusterDocuments,
  emptyState,
  readExemptionState,
  type StateSettings,
  windowContext,
  withClusterDocuments,
} from './state.js';
export {
  type BreakGlassSettings,
  DEFAULT_BREAK_GLASS_SETTINGS,
  isOpen,
  pausesRemediation,
  type Resolution,
  refuseIdentity,
  refuseReviewer,
  type Window,
} from './window.js';
