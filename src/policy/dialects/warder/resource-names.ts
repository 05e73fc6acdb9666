// Resource names in `match` that can never match anything are mistakes worth refusing.
import { builtInResources, type FieldPath } from '../../../kubernetes/index.js';
import { nearestName } from '../../nearest-name.js';
import { parseResourceName } from './match.js';
import type { Report } from './rule.js';
import type { PolicyDocument } from './schema.js';

/** What is wrong with a resource name, undefined where it may match something. Groups of CRDs are not known here. */
function resourceProblem(text: string): string | undefined {
  if (!/^[a-z0-9*][a-z0-9.*-]*(\/[a-z*]+)?$/.test(text)) {
    return `must be plural[.group][/subresource], such as deployments.apps or pods/exec, found ${text}`;
  }
  const { group, resource } = parseResourceName(text);
  const plural = resource.split('/')[0] ?? '';
  if (plural === '*' || group === '*') return undefined;
  const known = builtInResources();
  const inGroup = known.filter((candidate) => candidate.group === group);
  if (inGroup.length === 0 || inGroup.some((candidate) => candidate.resource === plural)) return undefined;
  const elsewhere = known.find((candidate) => candidate.resource === plural && candidate.group !== '');
  if (elsewhere !== undefined)
    return `there is no ${text} in the core group; did you mean ${plural}.${elsewhere.group}?`;
  const near = nearestName(
    plural,
    inGroup.map((candidate) => candidate.resource),
  );
  const place = group === '' ? 'the core group' : `the group ${group}`;
  return `there is no resource ${plural} in ${place}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** Reports resource names that match nothing, and a policy that would match everything by leaving `match` out. */
export function checkResources({ spec }: PolicyDocument, report: Report): void {
  if (spec.match === undefined && !spec.podTemplates) {
    report(['spec'], 'needs `match` (or `podTemplates: true`), else it would judge every request there is');
  }
  for (const part of ['match', 'exclude'] as const) {
    for (const [index, entry] of (spec[part] ?? []).entries()) {
      for (const [position, resource] of (entry.resources ?? []).entries()) {
        const message = resourceProblem(resource);
        const at: FieldPath = ['spec', part, index, 'resources', position];
        if (message !== undefined) report(at, message);
      }
    }
  }
}
