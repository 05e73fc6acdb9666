// How a policy's match reads in a table.
import type { CompiledPolicy } from '../policy/index.js';

/** `pods`, `deployments.apps`, `*`: every resource the policy can match, without duplicates. */
export function matchedResources(policy: CompiledPolicy): readonly string[] {
  const names = policy.match.any.flatMap(({ rules }) =>
    rules.length === 0
      ? ['*']
      : rules.flatMap(({ groups, resources }) =>
          groups.flatMap((group) => resources.map((resource) => nameOf(group, resource))),
        ),
  );
  const unique = [...new Set(names)];
  if (policy.subject !== 'pod' || !unique.includes('pods')) return unique;
  const own = unique.filter((name) => !CARRIERS.has(name));
  return own.length === unique.length ? own : [...own, 'and their templates'];
}

const CARRIERS = new Set([
  'podtemplates',
  'replicationcontrollers',
  'replicasets.apps',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
]);

function nameOf(group: string, resource: string): string {
  if (group === '' || group === '*') return resource;
  const slash = resource.indexOf('/');
  return slash < 0 ? `${resource}.${group}` : `${resource.slice(0, slash)}.${group}${resource.slice(slash)}`;
}
