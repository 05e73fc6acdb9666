// The definition of PolicyException. What the API server can check by itself it checks even while Warder is down.
import type { Definition } from '../policy/index.js';
import { exceptionSchema } from './schema.js';

export const EXCEPTION_DEFINITION: Definition = {
  kind: 'PolicyException',
  plural: 'policyexceptions',
  shortNames: ['wex'],
  schema: exceptionSchema,
  columns: [
    { name: 'Policies', type: 'string', jsonPath: '.spec.policies[*].name' },
    { name: 'Requested By', type: 'string', jsonPath: '.spec.requestedBy' },
    { name: 'Approved By', type: 'string', jsonPath: '.spec.approvedBy' },
    { name: 'Expires', type: 'date', jsonPath: '.spec.expires' },
    { name: 'Reason', type: 'string', jsonPath: '.spec.reason', wide: true },
    { name: 'Ticket', type: 'string', jsonPath: '.spec.ticket', wide: true },
  ],
  validations: [
    {
      rule: '!has(self.approvedBy) || self.approvedBy != self.requestedBy',
      message: 'nobody approves what they asked for themselves',
    },
    {
      rule: '!has(self.approvedBy) || has(self.signature) || (has(self.approvedAs) && has(self.approvedAt))',
      message: 'an approval says by which right and when',
    },
    {
      rule: 'has(self.scope.namespaces) || has(self.scope.names)',
      message: 'the scope names namespaces, or objects where they are cluster-scoped',
    },
    { rule: 'self.requestedBy == oldSelf.requestedBy', message: 'who asked cannot be changed' },
    { rule: '!has(oldSelf.revoked) || has(self.revoked)', message: 'what was revoked stays revoked' },
  ],
};
