export { type GrantState, inactivity, isActive, stateAt } from './active.js';
export { applyClaims } from './apply.js';
export { type ApprovalContext, signDocument, verifyDocument } from './approval.js';
export { effectiveTerms, type GeneralTerms, refuseByPolicy } from './authorise.js';
export { claimsOf, EXCEPTION_ANNOTATION, GRANT_ANNOTATION } from './claims.js';
export { EXCEPTION_DEFINITION } from './crd.js';
export {
  compileScope,
  type ExceptionDocuments,
  grantOf,
  OWN_API_VERSION,
  readClusterExceptions,
  readExceptionDocuments,
} from './documents.js';
export {
  type Denied,
  type DraftOptions,
  draftException,
  draftName,
  parseDenial,
  referencesOf,
} from './draft.js';
export type { Approval, Grant, GrantScope, PolicyReference, Refusal, RefusalCode } from './grant.js';
export { guardException, requestSource } from './guard.js';
export { DEFAULT_OWNERS, guardKinds, type OwnerSettings } from './guard-kinds.js';
export { signJws, verifyJws } from './jws.js';
export { createKeyRing, type KeyRing, readPublicKey, refuseSigner, type SigningKey } from './key-ring.js';
export { createPeople, hasRight, type People } from './people.js';
export {
  createRegister,
  DEFAULT_EXCEPTION_SETTINGS,
  type ExceptionRegister,
  type ExceptionSettings,
} from './register.js';
export {
  type ExceptionDocument,
  type ExceptionSpec,
  exceptionSchema,
  keySetSchema,
  revocationSchema,
  scopeSchema,
  timeSchema,
} from './schema.js';
export { coversFinding, outsideScope } from './scope.js';
export { createTokenVerifier, refuseAudience, signGrant, type TokenRequest, verifyGrant } from './token.js';
