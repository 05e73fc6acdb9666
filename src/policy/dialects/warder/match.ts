// `match` and `exclude` of a Policy, compiled: resource names resolved, defaults filled in.
import type { LabelSelector, Operation } from '../../../kubernetes/index.js';
import type { ExcludeEntry, MatchConstraints, MatchEntry, ResourceRule } from '../../compiled.js';
import type { ExcludeDocument, LabelSelectorDocument, MatchDocument, PolicyDocument } from './schema.js';

/** A resource as `match` names it: `plural[.group][/subresource]`, `*` for all. */
interface ResourceName {
  readonly group: string;
  readonly resource: string;
}

/** Kinds that carry a pod template, as resource names; a policy with `podTemplates` reaches all of them. */
const POD_TEMPLATE_CARRIERS: readonly ResourceName[] = [
  { group: '', resource: 'podtemplates' },
  { group: '', resource: 'replicationcontrollers' },
  { group: 'apps', resource: 'replicasets' },
  { group: 'apps', resource: 'deployments' },
  { group: 'apps', resource: 'statefulsets' },
  { group: 'apps', resource: 'daemonsets' },
  { group: 'batch', resource: 'jobs' },
  { group: 'batch', resource: 'cronjobs' },
];

const DEFAULT_OPERATIONS: readonly Operation[] = ['CREATE', 'UPDATE'];
const ANY_OPERATION: readonly '*'[] = ['*'];
const PODS: MatchDocument = { resources: ['pods'] };

/** Splits `deployments.apps/scale` into the group apps and the resource deployments/scale. */
export function parseResourceName(text: string): ResourceName {
  const slash = text.indexOf('/');
  const main = slash < 0 ? text : text.slice(0, slash);
  const subResource = slash < 0 ? '' : text.slice(slash);
  const dot = main.indexOf('.');
  const plural = dot < 0 ? main : main.slice(0, dot);
  const group = dot < 0 ? (main === '*' ? '*' : '') : main.slice(dot + 1);
  return { group, resource: `${plural}${subResource}` };
}

/** A label selector with nothing left out. */
export function compileSelector(selector: LabelSelectorDocument | undefined): LabelSelector | undefined {
  if (selector === undefined) return undefined;
  return {
    matchLabels: selector.matchLabels ?? {},
    matchExpressions: (selector.matchExpressions ?? []).map(({ key, operator, values }) => ({
      key,
      operator,
      values: values ?? [],
    })),
  };
}

function resourceRule(
  { group, resource }: ResourceName,
  operations: ResourceRule['operations'],
): ResourceRule {
  return { groups: [group], versions: ['*'], resources: [resource], operations, scope: '*', names: [] };
}

/** With `podTemplates`, naming pods names every kind that carries a template for one. */
function reachedBy(name: ResourceName, podTemplates: boolean): readonly ResourceName[] {
  return podTemplates && name.group === '' && name.resource === 'pods'
    ? [name, ...POD_TEMPLATE_CARRIERS]
    : [name];
}

function compileRules(
  names: readonly string[] | undefined,
  operations: ResourceRule['operations'],
  podTemplates: boolean,
): readonly ResourceRule[] {
  if (names === undefined) return [];
  return names
    .map(parseResourceName)
    .flatMap((name) => reachedBy(name, podTemplates))
    .map((name) => resourceRule(name, operations));
}

function compileEntry(entry: MatchDocument, podTemplates: boolean): MatchEntry {
  return {
    rules: compileRules(entry.resources, entry.operations ?? DEFAULT_OPERATIONS, podTemplates),
    namespaces: entry.namespaces ?? [],
    namespaceSelector: compileSelector(entry.namespaceSelector),
    objectSelector: compileSelector(entry.objectSelector),
  };
}

/** Operations alone also exclude: `{operations: [DELETE]}` means every resource. */
function compileExclude(entry: ExcludeDocument, podTemplates: boolean): ExcludeEntry {
  const resources = entry.resources ?? (entry.operations === undefined ? undefined : ['*/*']);
  return {
    rules: compileRules(resources, entry.operations ?? ANY_OPERATION, podTemplates),
    namespaces: entry.namespaces ?? [],
    namespaceSelector: compileSelector(entry.namespaceSelector),
    objectSelector: compileSelector(entry.objectSelector),
    names: entry.names ?? [],
    users: entry.users ?? [],
    groups: entry.groups ?? [],
    serviceAccounts: entry.serviceAccounts ?? [],
  };
}

/** The match constraints of a Policy; a policy for pod templates that names no resource means pods. */
export function compileMatch(spec: PolicyDocument['spec']): MatchConstraints {
  const entries = spec.match ?? (spec.podTemplates ? [PODS] : []);
  return {
    any: entries.map((entry) => compileEntry(entry, spec.podTemplates)),
    exclude: (spec.exclude ?? []).map((entry) => compileExclude(entry, spec.podTemplates)),
    matchPolicy: spec.matchPolicy,
  };
}
