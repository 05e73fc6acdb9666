// `matchConstraints` of a policy and `matchResources` of a binding, compiled.
import type { ExcludeEntry, MatchConstraints, MatchEntry, ResourceRule } from '../../compiled.js';
import { compileSelector } from '../warder/match.js';
import type { MatchResourcesDocument } from './schema.js';

type RuleDocument = NonNullable<MatchResourcesDocument['resourceRules']>[number];

const compileRule = (rule: RuleDocument): ResourceRule => ({
  groups: rule.apiGroups,
  versions: rule.apiVersions,
  resources: rule.resources,
  operations: rule.operations,
  scope: rule.scope ?? '*',
  names: rule.resourceNames ?? [],
});

const NOBODY = { names: [], users: [], groups: [], serviceAccounts: [] };
const ANYWHERE = { namespaces: [], namespaceSelector: undefined, objectSelector: undefined };

/** What the API server never asks a policy about, lest a policy lock out its own repair. */
const UNTOUCHABLE: ExcludeEntry = {
  ...NOBODY,
  ...ANYWHERE,
  rules: [
    {
      groups: ['admissionregistration.k8s.io'],
      versions: ['*'],
      resources: [
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
        'mutatingadmissionpolicies',
        'mutatingadmissionpolicybindings',
        'validatingwebhookconfigurations',
        'mutatingwebhookconfigurations',
      ],
      operations: ['*'],
      scope: '*',
      names: [],
    },
  ],
};

/** Compiles match resources; rules that are not given mean all. Equivalent by default, as the API server has it. */
export function compileMatchResources(document: MatchResourcesDocument): MatchConstraints {
  const entry: MatchEntry = {
    rules: (document.resourceRules ?? []).map(compileRule),
    namespaces: [],
    namespaceSelector: compileSelector(document.namespaceSelector),
    objectSelector: compileSelector(document.objectSelector),
  };
  const excluded = (document.excludeResourceRules ?? []).map(compileRule);
  return {
    any: [entry],
    exclude: [UNTOUCHABLE, ...(excluded.length === 0 ? [] : [{ ...NOBODY, ...ANYWHERE, rules: excluded }])],
    matchPolicy: document.matchPolicy ?? 'Equivalent',
  };
}
