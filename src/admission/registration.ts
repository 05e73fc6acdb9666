// The ValidatingWebhookConfiguration that a policy set needs: only kinds, operations and scopes some policy reads are sent. Source
// of truth: k8s.io/api/admissionregistration/v1 types.go.
import type { JsonObject } from '../kubernetes/index.js';
import { type CompiledPolicy, compareText, type PolicySet, type ResourceRule } from '../policy/index.js';

/** How the API server reaches the webhook. */
export type ClientTarget =
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port: number }
  | { readonly kind: 'url'; readonly url: string };

export interface RegistrationOptions {
  readonly name: string;
  readonly target: ClientTarget;
  /** PEM of the authorities that signed the webhook's certificate; undefined: somebody else puts it in. */
  readonly caBundle: string | undefined;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Namespaces whose objects are never sent: the control plane's and Warder's own. */
  readonly excludedNamespaces: readonly string[];
  /** 1 to 30. */
  readonly timeoutSeconds: number;
}

/** What is always sent to the entry that fails closed: nobody changes Warder's own kinds unseen. */
const OWN_RULES: readonly JsonObject[] = [
  {
    apiGroups: ['warder.dev'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources: ['*'],
    scope: '*',
  },
  {
    apiGroups: ['apiextensions.k8s.io'],
    apiVersions: ['*'],
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    resources: ['customresourcedefinitions'],
    scope: 'Cluster',
  },
];

/** Requests that are many, say nothing about configuration, and must not wait for anybody. */
const CONDITIONS: readonly JsonObject[] = [
  {
    name: 'not-a-lease',
    expression: "!(request.resource.group == 'coordination.k8s.io' && request.resource.resource == 'leases')",
  },
  { name: 'not-an-event', expression: "request.resource.resource != 'events'" },
  {
    name: 'not-a-node-heartbeat',
    expression: "!(request.resource.resource == 'nodes' && request.?subResource.orValue('') == 'status')",
  },
];

const EVERYTHING: ResourceRule = {
  groups: ['*'],
  versions: ['*'],
  resources: ['*/*'],
  operations: ['*'],
  scope: '*',
  names: [],
};

const rulesOf = ({ match }: CompiledPolicy): readonly ResourceRule[] => {
  if (match.any.length === 0) return [EVERYTHING];
  return match.any.flatMap(({ rules }) => (rules.length === 0 ? [EVERYTHING] : rules));
};

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort(compareText);

/** Rules of the same group, operations and scope become one; versions are left open, since the engine looks at them. */
function merged(rules: readonly ResourceRule[]): readonly JsonObject[] {
  const byKey = new Map<string, { readonly rule: ResourceRule; readonly resources: Set<string> }>();
  for (const rule of rules) {
    const key = JSON.stringify([sorted(rule.groups), sorted(rule.operations), rule.scope]);
    const known = byKey.get(key) ?? { rule, resources: new Set<string>() };
    for (const resource of rule.resources) known.resources.add(resource);
    byKey.set(key, known);
  }
  return [...byKey.entries()]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, { rule, resources }]) => ({
      apiGroups: sorted(rule.groups),
      apiVersions: ['*'],
      operations: sorted(rule.operations),
      resources: resources.has('*/*') ? ['*/*'] : sorted(resources),
      scope: rule.scope,
    }));
}

/** Whether a cluster should rather refuse a change than let it pass unjudged by this policy. */
const failsClosed = ({ description, bindings, failurePolicy }: CompiledPolicy): boolean =>
  failurePolicy === 'Fail' &&
  (description.severity === 'high' || description.severity === 'critical') &&
  bindings.some(({ actions }) => actions.includes('deny'));

function clientConfig({ target, caBundle }: RegistrationOptions, path: string): JsonObject {
  const ca = caBundle === undefined ? {} : { caBundle: Buffer.from(caBundle).toString('base64') };
  if (target.kind === 'url') return { url: `${target.url.replace(/\/$/, '')}${path}`, ...ca };
  const { namespace, name, port } = target;
  return { service: { namespace, name, port, path }, ...ca };
}

function webhook(
  name: string,
  failurePolicy: 'Fail' | 'Ignore',
  rules: readonly JsonObject[],
  options: RegistrationOptions,
): JsonObject {
  const excluded = options.excludedNamespaces.filter((namespace) => !/[*?]/.test(namespace));
  return {
    name,
    admissionReviewVersions: ['v1'],
    clientConfig: clientConfig(options, '/validate'),
    failurePolicy,
    matchPolicy: 'Equivalent',
    sideEffects: 'None',
    timeoutSeconds: options.timeoutSeconds,
    namespaceSelector: {
      matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: excluded }],
    },
    matchConditions: CONDITIONS,
    rules,
  };
}

/**
 * The registration for a policy set: one entry that fails closed, for policies of severity high or critical that deny and for
 * Warder's own kinds, and one that fails open for the rest. What the first is sent is judged by every policy, so that the
 * second is only for what is left.
 */
export function registrationOf(set: PolicySet, options: RegistrationOptions): JsonObject {
  const [closed, open] = [
    set.policies.filter(failsClosed),
    set.policies.filter((policy) => !failsClosed(policy)),
  ];
  const closedRules = merged(closed.flatMap(rulesOf));
  const known = new Set(closedRules.map((rule) => JSON.stringify(rule)));
  const openRules = merged(open.flatMap(rulesOf)).filter((rule) => !known.has(JSON.stringify(rule)));
  const entries = [webhook('validate.warder.dev', 'Fail', [...OWN_RULES, ...closedRules], options)];
  if (openRules.length > 0) entries.push(webhook('advise.warder.dev', 'Ignore', openRules, options));
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: {
      name: options.name,
      labels: { 'app.kubernetes.io/name': 'warder', 'app.kubernetes.io/managed-by': 'warder' },
      annotations: { 'warder.dev/policy-set': set.digest, ...options.annotations },
    },
    webhooks: entries,
  };
}
