// The definition of BreakGlass. That nobody prolongs an emergency the API server checks even while Warder is down.
import type { Definition } from '../policy/index.js';
import { breakGlassSchema } from './schema.js';

export const BREAK_GLASS_DEFINITION: Definition = {
  kind: 'BreakGlass',
  plural: 'breakglasses',
  shortNames: ['wbg'],
  schema: breakGlassSchema,
  columns: [
    { name: 'Incident', type: 'string', jsonPath: '.spec.incident' },
    { name: 'Opened By', type: 'string', jsonPath: '.spec.openedBy' },
    { name: 'Opened', type: 'date', jsonPath: '.spec.openedAt' },
    { name: 'Duration', type: 'string', jsonPath: '.spec.duration' },
    { name: 'Closed', type: 'date', jsonPath: '.spec.closedAt' },
    { name: 'Reason', type: 'string', jsonPath: '.spec.reason', wide: true },
  ],
  validations: [
    ...(['openedBy', 'openedAt', 'duration', 'incident', 'reason', 'scope'] as const).map((field) => ({
      rule: `self.${field} == oldSelf.${field}`,
      message: `${field} cannot be changed: open another emergency`,
    })),
    {
      rule: '!has(oldSelf.closedAt) || (has(self.closedAt) && timestamp(self.closedAt) <= timestamp(oldSelf.closedAt))',
      message: 'what was closed stays closed',
    },
    {
      rule: 'has(self.scope.namespaces) || has(self.scope.names)',
      message: 'the scope names namespaces, or objects where they are cluster-scoped',
    },
  ],
};
