export {
  type Attribution,
  FINDING_CLASSES,
  type Finding,
  type FindingClass,
  type FindingKind,
  type FindingObject,
  findingId,
  fingerprintOf,
  NOBODY_KNOWN,
} from './finding.js';
