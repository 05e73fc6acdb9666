// The parameter objects of a binding. Source of truth: k8s.io/apiserver pkg/admission/plugin/policy/generic/policy_dispatcher.go.
import {
  builtInResources,
  type ClusterContext,
  type GroupVersionKind,
  type JsonObject,
  labelsOf,
  type MissingLookup,
  matchesSelector,
  parseApiVersion,
  type Review,
} from '../../../kubernetes/index.js';
import type { ParamResolution, ParamSource } from '../../compiled.js';
import { compileSelector } from '../warder/match.js';
import type { BindingDocument, PolicyDocument } from './schema.js';

type ParamRef = NonNullable<BindingDocument['spec']['paramRef']>;

/** Whether a built-in kind lives in namespaces; undefined for kinds that are not built in. */
const isNamespaced = ({ group, kind }: GroupVersionKind): boolean | undefined =>
  builtInResources().find((known) => known.kind === kind && known.group === group)?.namespaced;

/** Where parameters of a kind are looked for; a kind nobody knows may be of either scope, so the cluster's come first. */
function namespacesOf(gvk: GroupVersionKind, ref: ParamRef, review: Review): readonly string[] {
  if (ref.namespace !== undefined) return [ref.namespace];
  const namespaced = isNamespaced(gvk);
  if (namespaced !== undefined) return [namespaced ? review.namespace : ''];
  return review.namespace === '' ? [''] : ['', review.namespace];
}

/** The object called `name`, the first there is. */
function byName(
  gvk: GroupVersionKind,
  namespaces: readonly string[],
  name: string,
  context: ClusterContext,
  missing: MissingLookup[],
): readonly JsonObject[] {
  for (const namespace of namespaces) {
    const found = context.object(gvk, namespace, name);
    if (found) return [found];
    if (found === undefined) missing.push({ kind: 'object', gvk, namespace, name });
  }
  return [];
}

function bySelector(
  gvk: GroupVersionKind,
  namespaces: readonly string[],
  ref: ParamRef,
  context: ClusterContext,
  missing: MissingLookup[],
): readonly JsonObject[] {
  const selector = compileSelector(ref.selector);
  return namespaces.flatMap((namespace) => {
    const all = context.list(gvk, namespace);
    if (all === undefined) missing.push({ kind: 'list', gvk, namespace });
    return (all ?? []).filter(
      (object) => selector === undefined || matchesSelector(selector, labelsOf(object)),
    );
  });
}

const NO_PARAMETERS: ParamResolution = { kind: 'found', params: [null] };
const CLUSTER_SCOPED: ParamResolution = {
  kind: 'error',
  message:
    'failed to configure binding: cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
};

/** The parameters a binding gives a policy; undefined where the policy takes none. */
export function compileParams(
  paramKind: PolicyDocument['spec']['paramKind'],
  ref: ParamRef | undefined,
): ParamSource | undefined {
  if (paramKind === undefined) return undefined;
  if (ref === undefined) return { resolve: () => NO_PARAMETERS };
  const gvk = { ...parseApiVersion(paramKind.apiVersion), kind: paramKind.kind };
  const { name, parameterNotFoundAction = 'Deny' } = ref;
  return {
    resolve(review, context, missing) {
      const namespaces = namespacesOf(gvk, ref, review);
      if (ref.namespace === undefined && review.namespace === '' && isNamespaced(gvk) === true)
        return CLUSTER_SCOPED;
      const params =
        name === undefined
          ? bySelector(gvk, namespaces, ref, context, missing)
          : byName(gvk, namespaces, name, context, missing);
      if (params.length > 0) return { kind: 'found', params };
      if (parameterNotFoundAction === 'Allow')
        return { kind: 'none', action: 'allow', message: `there is no ${gvk.kind} for it, which it allows` };
      return {
        kind: 'none',
        action: 'deny',
        message:
          'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
      };
    },
  };
}
