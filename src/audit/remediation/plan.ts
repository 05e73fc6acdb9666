// A plan that brings live objects back to what is stated: ordered, each step with its exact patch, the reason, the risk and the way
// back. Signed off by its id, which changes with anything in it. Nothing secret is ever in a plan.
import { createHash } from 'node:crypto';
import type { Finding, FindingClass } from '../../findings/index.js';
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type PatchOperation,
  patchBetween,
  type ResourceMapper,
  redactObject,
  sameJson,
} from '../../kubernetes/index.js';
import type { Risk } from '../../policy/index.js';
import { asStated } from '../drift/classify.js';
import type { Drift } from '../drift/drift.js';
import { kindOf, nameIn } from '../drift/live.js';

export interface PlanStep {
  readonly step: number;
  readonly action: 'patch' | 'create';
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
    /** Path of the object at the API server. */
    readonly path: string;
    /** The live object may not have moved since; empty for what is to be created. */
    readonly resourceVersion: string;
  };
  /** JSON Patch (RFC 6902); empty for `create`. */
  readonly patch: readonly PatchOperation[];
  /** The object to create; null for `patch`. */
  readonly manifest: JsonObject | null;
  /** JSON Patch that takes the step back; null where what it would need is secret, or the way back is to delete. */
  readonly rollback: readonly PatchOperation[] | null;
  readonly risk: Risk;
  readonly reason: readonly string[];
  readonly findings: readonly string[];
}

/** What a plan leaves to people, and why. */
export interface ManualItem {
  readonly finding: string;
  readonly object: string;
  readonly why: string;
}

export interface Plan {
  /** Of everything below: an approval of it approves exactly this. */
  readonly id: string;
  readonly apiVersion: 'warder.dev/v1';
  readonly kind: 'RemediationPlan';
  readonly made: string;
  readonly steps: readonly PlanStep[];
  readonly manual: readonly ManualItem[];
}

/** What others need comes first: an order that also works on an empty cluster. */
const TIERS: readonly (readonly string[])[] = [
  ['Namespace', 'CustomResourceDefinition', 'PriorityClass', 'StorageClass', 'RuntimeClass'],
  ['NetworkPolicy', 'ResourceQuota', 'LimitRange'],
  ['ServiceAccount', 'ClusterRole', 'Role', 'ClusterRoleBinding', 'RoleBinding'],
  ['ConfigMap', 'Secret', 'PersistentVolume', 'PersistentVolumeClaim'],
  ['Service'],
  ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod'],
  ['Ingress', 'HTTPRoute', 'Gateway', 'HorizontalPodAutoscaler', 'PodDisruptionBudget'],
];
const tierOf = (kind: string): number => {
  const found = TIERS.findIndex((kinds) => kinds.includes(kind));
  return found < 0 ? TIERS.length : found;
};
const RISK_ORDER: readonly Risk[] = ['high', 'medium', 'low', 'none'];

/** Whether showing a value would show a secret. */
const isSecretValue = (value: JsonValue | undefined): boolean =>
  value !== undefined && !sameJson(redactObject(value), value);
const holdsSecret = (operations: readonly PatchOperation[]): boolean =>
  operations.some(({ value }) => isSecretValue(value));

/** Later items of a list first, so that taking one out does not move those that are still to go. */
function inOrder(drifts: readonly Drift[]): readonly Drift[] {
  const added = drifts.filter(({ kind }) => kind === 'added');
  const last = ({ path }: Drift): number => Number(path.findLast((step) => typeof step === 'number') ?? 0);
  return [...drifts.filter(({ kind }) => kind !== 'added'), ...added.sort((a, b) => last(b) - last(a))];
}

/** The live object with every difference undone. */
function restored(live: JsonObject, drifts: readonly Drift[]): JsonObject {
  let object = live;
  for (const drift of inOrder(drifts)) object = asStated({ ...drift, live: object });
  return object;
}

function pathOf(
  object: JsonObject,
  namespace: string,
  mapper: ResourceMapper,
): { readonly collection: string; readonly name: string } {
  const { group, version, kind } = kindOf(object);
  const { resource, namespaced } = mapper.resourceOf({ group, version, kind });
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return {
    collection: `${root}${namespaced ? `/namespaces/${namespace}` : ''}/${resource}`,
    name: nameIn(object, 'name'),
  };
}

interface Judged {
  readonly drift: Drift;
  readonly finding: Finding;
}

const worst = (items: readonly Judged[]): Risk =>
  RISK_ORDER.find((risk) => items.some(({ finding }) => finding.risk === risk)) ?? 'none';

const reasonsOf = (items: readonly Judged[]): readonly string[] =>
  items.map(({ finding: { path, kind, evidence } }) => `${path === '' ? kind : path}: ${evidence[0] ?? ''}`);

const label = ({ object: { kind, namespace, name } }: Finding): string =>
  `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;

type Step = Omit<PlanStep, 'step'>;

function patchStep(items: readonly Judged[], mapper: ResourceMapper): Step | { readonly why: string } {
  const live = items[0]?.drift.live ?? {};
  if (live.kind === 'Secret') return { why: 'a Secret: apply it again from where its values are kept' };
  const target = restored(
    live,
    items.map(({ drift }) => drift),
  );
  const patch = patchBetween(live, target);
  if (holdsSecret(patch)) return { why: 'the stated value is secret: apply the manifest again' };
  const rollback = patchBetween(target, live);
  const namespace = items[0]?.drift.namespace ?? '';
  const { collection, name } = pathOf(live, namespace, mapper);
  const metadata = isJsonObject(live.metadata) ? live.metadata : {};
  const resourceVersion = typeof metadata.resourceVersion === 'string' ? metadata.resourceVersion : '';
  const guard: readonly PatchOperation[] =
    resourceVersion === '' ? [] : [{ op: 'test', path: '/metadata/resourceVersion', value: resourceVersion }];
  return {
    action: 'patch',
    object: {
      apiVersion: String(live.apiVersion),
      kind: String(live.kind),
      namespace: collection.includes('/namespaces/') ? namespace : '',
      name,
      path: `${collection}/${name}`,
      resourceVersion,
    },
    patch: [...guard, ...patch],
    manifest: null,
    rollback: holdsSecret(rollback) ? null : rollback,
    risk: worst(items),
    reason: reasonsOf(items),
    findings: items.map(({ finding }) => finding.id),
  };
}

function createStep(item: Judged, mapper: ResourceMapper): Step | { readonly why: string } {
  const desired = item.drift.desired ?? {};
  if (isSecretValue(desired)) return { why: 'it holds what is secret: apply the manifest again' };
  const { namespace } = item.drift;
  const { collection, name } = pathOf(desired, namespace, mapper);
  const namespaced = collection.includes('/namespaces/');
  const metadata = isJsonObject(desired.metadata) ? desired.metadata : {};
  const manifest = namespaced ? { ...desired, metadata: { ...metadata, namespace } } : desired;
  return {
    action: 'create',
    object: {
      apiVersion: String(desired.apiVersion),
      kind: String(desired.kind),
      namespace: namespaced ? namespace : '',
      name,
      path: `${collection}/${name}`,
      resourceVersion: '',
    },
    patch: [],
    manifest,
    rollback: null,
    risk: item.finding.risk,
    reason: reasonsOf([item]),
    findings: [item.finding.id],
  };
}

export interface PlanOptions {
  readonly mapper: ResourceMapper;
  /** Classes that are brought back; what is known and allowed never is. */
  readonly classes: readonly Exclude<FindingClass, 'known-and-allowed'>[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The plan for differences and the findings they were judged to be, pairwise. */
export function makePlan(drifts: readonly Drift[], findings: readonly Finding[], options: PlanOptions): Plan {
  const wanted: Judged[] = findings.flatMap((finding, index) => {
    const drift = drifts[index];
    const included = options.classes.some((name) => name === finding.class);
    return drift === undefined || !included ? [] : [{ drift, finding }];
  });
  const steps: Step[] = [];
  const manual: ManualItem[] = [];
  const put = (made: Step | { readonly why: string }, items: readonly Judged[]): void => {
    if (!('why' in made)) steps.push(made);
    else
      for (const { finding } of items)
        manual.push({ finding: finding.id, object: label(finding), why: made.why });
  };
  const byObject = new Map<JsonObject, Judged[]>();
  for (const item of wanted) {
    const { kind, live } = item.drift;
    if (kind === 'missing') put(createStep(item, options.mapper), [item]);
    else if (kind === 'orphan' || kind === 'unmanaged')
      put({ why: 'nobody stated it: state it, or delete it by hand' }, [item]);
    else if (live !== undefined) byObject.set(live, [...(byObject.get(live) ?? []), item]);
  }
  for (const items of byObject.values()) put(patchStep(items, options.mapper), items);
  const rank = ({ object, risk }: Step): string =>
    [tierOf(object.kind), RISK_ORDER.indexOf(risk), object.path]
      .map((part) => String(part).padStart(2, '0'))
      .join('\0');
  const ordered = steps
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
    .map((step, index) => ({ step: index + 1, ...step }));
  const body = { steps: ordered, manual };
  return {
    id: planId(body),
    apiVersion: 'warder.dev/v1',
    kind: 'RemediationPlan',
    made: new Date(options.now).toISOString(),
    ...body,
  };
}

/** The id of what a plan would do. */
export function planId({ steps, manual }: Pick<Plan, 'steps' | 'manual'>): string {
  const text = canonicalJson({ steps, manual } as unknown as JsonValue); // plain data
  return `plan-${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}
