// Builders for reviews and compiled policies, so that a test states only what it is about.

import type { EngineSettings, JudgeInput } from '../../../src/engine/index.js';
import { EMPTY_CONTEXT, type JsonObject, type Review } from '../../../src/kubernetes/index.js';
import {
  type CompiledPolicy,
  type CompiledRule,
  createPolicySet,
  PASS,
  type RuleFailure,
} from '../../../src/policy/index.js';

const POD: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
};

export function podReview(overrides: Partial<Review> = {}): Review {
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  return {
    origin: 'admission',
    uid: 'u1',
    operation: 'CREATE',
    kind,
    resource: overrides.resource ?? resource,
    subResource: '',
    requestKind: kind,
    requestResource: overrides.resource ?? resource,
    requestSubResource: overrides.subResource ?? '',
    name: 'web',
    namespace: 'shop',
    object: POD,
    oldObject: null,
    userInfo: { username: 'alice', groups: ['developers'] },
    dryRun: false,
    options: null,
    request: {},
    ...overrides,
  };
}

export const failure = (overrides: Partial<RuleFailure> = {}): RuleFailure => ({
  path: ['spec', 'containers', 0, 'image'],
  found: 'nginx',
  expected: 'a tag',
  message: 'container "c" has no tag',
  fix: 'name a tag',
  ...overrides,
});

export function rule(name: string, overrides: Partial<CompiledRule> = {}): CompiledRule {
  return { name, severity: 'medium', reason: 'Forbidden', evaluate: () => PASS, ...overrides };
}

export const failing = (name: string, failures: readonly RuleFailure[] = [failure()]): CompiledRule =>
  rule(name, { evaluate: () => ({ kind: 'fail', failures }) });

const ANY = { rules: [], namespaces: [], namespaceSelector: undefined, objectSelector: undefined };

export function policy(name: string, overrides: Partial<CompiledPolicy> = {}): CompiledPolicy {
  return {
    id: `warder/${name}`,
    name,
    dialect: 'warder',
    source: { file: `${name}.yaml`, line: 1, column: 1 },
    description: {
      title: name,
      description: name,
      category: '',
      severity: 'medium',
      references: [],
      owner: '',
      version: '',
      review: undefined,
    },
    match: { any: [ANY], exclude: [], matchPolicy: 'Equivalent' },
    subject: 'object',
    conditions: [],
    rules: [],
    bindings: [{ name: '', match: undefined, params: undefined, stages: [], actions: ['deny'] }],
    judgesDeleting: false,
    failurePolicy: 'Fail',
    exceptions: { allowed: true, maxDuration: undefined, approvers: [] },
    reads: { requester: false, oldObject: false },
    document: {},
    fingerprint: name,
    ...overrides,
  };
}

export const bound = (actions: CompiledPolicy['bindings'][number]['actions']): CompiledPolicy['bindings'] => [
  { name: '', match: undefined, params: undefined, stages: [], actions },
];

const SETTINGS: EngineSettings = {
  excludedNamespaces: ['kube-system'],
  controlPlaneUsers: ['system:serviceaccount:kube-system:*'],
  forcedAction: undefined,
};

export function input(
  policies: readonly CompiledPolicy[],
  overrides: Partial<Omit<JudgeInput, 'settings'>> & { readonly settings?: Partial<EngineSettings> } = {},
): JudgeInput {
  return {
    review: podReview(),
    policies: createPolicySet(policies),
    context: EMPTY_CONTEXT,
    now: Date.UTC(2026, 10, 20),
    decisionId: '01TEST',
    deadline: undefined,
    ...overrides,
    settings: { ...SETTINGS, ...overrides.settings },
  };
}
