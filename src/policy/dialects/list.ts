// Every dialect Warder reads. Order does not matter: no document is claimed twice.
import type { Dialect } from './dialect.js';
import { gatekeeperDialect } from './gatekeeper/index.js';
import { kyvernoDialect } from './kyverno/index.js';
import { validatingAdmissionPolicyDialect } from './validating-admission-policy/index.js';
import { warderDialect } from './warder/index.js';

export const DIALECTS: readonly Dialect[] = [
  warderDialect,
  validatingAdmissionPolicyDialect,
  kyvernoDialect,
  gatekeeperDialect,
];
