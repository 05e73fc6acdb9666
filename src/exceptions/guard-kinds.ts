// Admission of Warder's own policies and of the definitions of its kinds: whoever can change those can switch it off.
import {
  builtInOutcome,
  builtInPolicy,
  type JudgeInput,
  type Objection,
  type PolicyOutcome,
} from '../engine/index.js';
import { isJsonObject, matchesGlobs, type Review } from '../kubernetes/index.js';
import { loadPolicies } from '../policy/index.js';
import { requestSource } from './guard.js';
import { hasRight } from './people.js';

/** Who may change what Warder itself is made of: `group:NAME`, `user:NAME`. */
export interface OwnerSettings {
  /** May change definitions of Warder's kinds, and everything below. */
  readonly administrators: readonly string[];
  /** May create and change Policy objects. */
  readonly policyAuthors: readonly string[];
}

export const DEFAULT_OWNERS: OwnerSettings = { administrators: ['group:system:masters'], policyAuthors: [] };

const POLICY = builtInPolicy(
  'warder-kinds',
  "Warder's own objects are changed by those who may",
  'Whoever can change what Warder runs on can switch it off.',
  ['administrator', 'author', 'form'],
);

const isDefinition = ({ resource, subResource, name, object, oldObject }: Review): boolean => {
  if (resource.group !== 'apiextensions.k8s.io' || resource.resource !== 'customresourcedefinitions')
    return false;
  if (subResource !== '') return false;
  const groups = [object, oldObject].map((definition) =>
    isJsonObject(definition?.spec) ? definition.spec.group : '',
  );
  return name.endsWith('.warder.dev') || groups.includes('warder.dev');
};

const isPolicy = ({ resource }: Review): boolean =>
  resource.group === 'warder.dev' && resource.resource === 'policies';

function refuseUnless(
  rights: readonly string[],
  { userInfo }: Review,
  rule: string,
  what: string,
): readonly Objection[] {
  const { username, groups } = userInfo;
  if (rights.some((right) => hasRight(right, username, groups))) return [];
  const expected = rights.length === 0 ? 'nobody' : rights.join(' or ');
  return [{ rule, message: `${username} may not change ${what}: only ${expected} may` }];
}

/** A policy object has to compile: a broken one would leave the last good set in force without anybody noticing. */
function formObjections({ object, operation }: Review): readonly Objection[] {
  if (operation === 'DELETE' || object === null) return [];
  return loadPolicies([requestSource(object)])
    .problems.filter(({ level }) => level === 'error')
    .map(({ field, message }) => ({
      rule: 'form',
      message: `${field === '' ? 'the policy' : field} ${message}`,
    }));
}

/** Judges a request on a Policy or on the definition of one of Warder's kinds; undefined for any other. */
export function guardKinds(
  { review, settings }: JudgeInput,
  owners: OwnerSettings,
): PolicyOutcome | undefined {
  const { administrators, policyAuthors } = owners;
  if (isDefinition(review)) {
    // The API server itself keeps definitions in order: stored versions, finalizers.
    if (matchesGlobs(settings.controlPlaneUsers, review.userInfo.username)) return builtInOutcome(POLICY, []);
    const what = `the definition ${review.name}`;
    return builtInOutcome(POLICY, refuseUnless(administrators, review, 'administrator', what));
  }
  if (!isPolicy(review)) return undefined;
  const author = refuseUnless(
    [...administrators, ...policyAuthors],
    review,
    'author',
    `the policy ${review.name}`,
  );
  return builtInOutcome(POLICY, [...author, ...formObjections(review)]);
}
