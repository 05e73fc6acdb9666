// What is overdue: reviews, temporary objects, owners that are gone, things nobody uses, API versions that go, exceptions that
// outlived their use. The same form as drift, always for a person to decide.
import { type EngineSettings, type Exemptions, judge } from '../engine/index.js';
import { EXCEPTION_ANNOTATION, GRANT_ANNOTATION } from '../exceptions/index.js';
import { type Finding, findingId, fingerprintOf, NOBODY_KNOWN } from '../findings/index.js';
import {
  type ClusterContext,
  field,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseSettingDuration,
  parseTime,
  roughDuration,
  syntheticReview,
} from '../kubernetes/index.js';
import type { PolicySet } from '../policy/index.js';
import { lastAppliedOf } from './drift/additions.js';
import { kindOf, type LiveObjects, nameIn } from './drift/live.js';
import { managersOf } from './drift/managed-fields.js';

export interface LifecycleContext {
  readonly live: LiveObjects;
  readonly policies: PolicySet;
  /** The policies that know which API versions go. */
  readonly apiVersions: PolicySet;
  readonly context: ClusterContext;
  readonly settings: EngineSettings;
  readonly exemptions: Exemptions;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly nextId: (now: number) => string;
}

const textOf = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');

/** An annotation, or a label of the same name. */
function noted(object: JsonObject, name: string): string {
  const metadata = field(object, 'metadata');
  return (
    textOf(field(field(metadata, 'annotations'), name)) || textOf(field(field(metadata, 'labels'), name))
  );
}

function findingOf(object: JsonObject, rule: string, message: string): Finding {
  const about = {
    ...kindOf(object),
    namespace: nameIn(object, 'namespace'),
    name: nameIn(object, 'name'),
    uid: nameIn(object, 'uid'),
  };
  const by = managersOf(object)[0];
  return {
    id: findingId('overdue', about, [rule]),
    kind: 'overdue',
    class: 'review',
    rule,
    evidence: [message],
    object: about,
    path: '',
    desired: '',
    live: '',
    risk: 'none',
    by: by === undefined ? NOBODY_KNOWN : { ...NOBODY_KNOWN, manager: by.manager, time: by.time },
    source: undefined,
    fingerprint: fingerprintOf(about.uid, message),
  };
}

const DAY = 86_400_000;

/** A date or time as people write it; undefined where it is neither. */
function timeOf(text: string): number | undefined {
  const time = parseTime(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  return typeof time === 'number' && Number.isFinite(time) ? time : undefined;
}

function staleReview(object: JsonObject, now: number): string | undefined {
  const [last, every] = [noted(object, 'warder.dev/last-reviewed'), noted(object, 'warder.dev/review-every')];
  if (last === '') return undefined;
  const at = timeOf(last);
  if (at === undefined) return `warder.dev/last-reviewed is ${last}, expected a date such as 2026-11-20`;
  const span = every === '' ? undefined : parseSettingDuration(every);
  if (span !== undefined && !span.ok)
    return `warder.dev/review-every is ${every}, expected a length of time such as 90d`;
  const due = at + (span?.milliseconds ?? 365 * DAY);
  return now < due
    ? undefined
    : `was last reviewed on ${last}: its review has been due for ${roughDuration(now - due)}`;
}

function expired(object: JsonObject, now: number): string | undefined {
  const expires = noted(object, 'warder.dev/expires');
  if (expires === '') return undefined;
  const at = timeOf(expires);
  if (at === undefined) return `warder.dev/expires is ${expires}, expected a date or time`;
  return now < at ? undefined : `was to go on ${expires}, ${roughDuration(now - at)} ago`;
}

function lostOwner(
  object: JsonObject,
  uids: ReadonlySet<string>,
  { live }: LifecycleContext,
): string | undefined {
  const owners = field(field(object, 'metadata'), 'ownerReferences');
  if (!Array.isArray(owners)) return undefined;
  for (const owner of owners) {
    const { group } = kindOf(isJsonObject(owner) ? owner : {});
    const [kind, name, uid] = [
      textOf(field(owner, 'kind')),
      textOf(field(owner, 'name')),
      textOf(field(owner, 'uid')),
    ];
    if (uid !== '' && !uids.has(uid) && live.knows(group, kind))
      return `its owner ${kind} ${name} is gone: what collects garbage should have taken it along`;
  }
  return undefined;
}

/** Kinds that are there to be used, and what uses them says so by name. */
const USABLE: Readonly<Record<string, string>> = {
  '/ConfigMap': 'unused-config-map',
  '/Secret': 'unused-secret',
  '/PersistentVolumeClaim': 'unused-volume-claim',
};
const GIVEN = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt', 'istio-ca-root-cert']);
const TECHNICAL_SECRETS = new Set([
  'kubernetes.io/service-account-token',
  'helm.sh/release.v1',
  'bootstrap.kubernetes.io/token',
]);

const MAX_NAME = 253;

/** Every text of an object but its own names and bookkeeping: one of them may be a reference. */
function textsOf(object: JsonObject, into: Set<string>): void {
  const walk = (value: JsonValue, depth: number): void => {
    if (typeof value === 'string') {
      if (value.length <= MAX_NAME) into.add(value);
      // Arguments and configuration name things as well: --config-map=shop/settings.
      else return;
      for (const part of value.split(/[=/,:\s]+/)) if (part !== value) into.add(part);
    } else if (depth > 64) return;
    else if (Array.isArray(value)) for (const item of value) walk(item, depth + 1);
    else if (isJsonObject(value)) for (const item of Object.values(value)) walk(item, depth + 1);
  };
  for (const [key, value] of Object.entries(object)) {
    if (key === 'metadata') {
      walk(field(value, 'ownerReferences') ?? null, 0);
      const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...annotations } = (field(
        value,
        'annotations',
      ) ?? {}) as JsonObject; // an object or nothing
      walk(annotations, 0);
    } else if (key !== 'status' && key !== 'kind' && key !== 'apiVersion') walk(value, 0);
  }
}

function isUsable(object: JsonObject): boolean {
  const { group, kind } = kindOf(object);
  if (USABLE[`${group}/${kind}`] === undefined || GIVEN.has(nameIn(object, 'name'))) return false;
  if (
    TECHNICAL_SECRETS.has(textOf(object.type)) ||
    field(field(object, 'metadata'), 'ownerReferences') !== undefined
  )
    return false;
  // A part of an application that says so is one that the application may read through the API, by a name in its code.
  const labels = field(field(object, 'metadata'), 'labels');
  return field(labels, 'app.kubernetes.io/part-of') === undefined;
}

/** Whether a StatefulSet would use a claim of this name: it makes them by a pattern, as in data-web-0. */
function isClaimedByPattern(object: JsonObject, { live }: LifecycleContext): boolean {
  const [namespace, name] = [nameIn(object, 'namespace'), nameIn(object, 'name')];
  return live.objects.some((candidate) => {
    if (candidate.kind !== 'StatefulSet' || nameIn(candidate, 'namespace') !== namespace) return false;
    const templates = field(field(candidate, 'spec'), 'volumeClaimTemplates');
    return (Array.isArray(templates) ? templates : []).some(
      (template) =>
        isJsonObject(template) &&
        name.startsWith(`${nameIn(template, 'name')}-${nameIn(candidate, 'name')}-`),
    );
  });
}

function unused(context: LifecycleContext): readonly Finding[] {
  const { live } = context;
  // A dump without workloads would make everything look unused.
  if (!live.knows('', 'Pod') && !live.knows('apps', 'Deployment')) return [];
  const used = new Map<string, Set<string>>();
  for (const object of live.objects) {
    const namespace = nameIn(object, 'namespace');
    const texts = used.get(namespace) ?? new Set<string>();
    textsOf(object, texts);
    used.set(namespace, texts);
  }
  const everywhere = used.get('') ?? new Set<string>();
  return live.objects.filter(isUsable).flatMap((object) => {
    const { group, kind } = kindOf(object);
    const [namespace, name] = [nameIn(object, 'namespace'), nameIn(object, 'name')];
    if (used.get(namespace)?.has(name) === true || everywhere.has(name)) return [];
    if (kind === 'PersistentVolumeClaim' && isClaimedByPattern(object, context)) return [];
    return [
      findingOf(
        object,
        USABLE[`${group}/${kind}`] ?? 'unused',
        `nothing in ${namespace} names it; whether an application reads it through the API nobody can see here`,
      ),
    ];
  });
}

/** API versions that an object is written in: those of its managers, and of the manifest that was applied. */
function writtenIn(object: JsonObject): ReadonlyMap<string, string> {
  const versions = new Map<string, string>();
  const entries = field(field(object, 'metadata'), 'managedFields');
  for (const entry of Array.isArray(entries) ? entries : []) {
    const version = textOf(field(entry, 'apiVersion'));
    if (version !== '' && !versions.has(version)) versions.set(version, textOf(field(entry, 'manager')));
  }
  const applied = textOf(lastAppliedOf(object)?.apiVersion);
  if (applied !== '') versions.set(applied, 'the applied manifest');
  return versions;
}

function goingVersions(object: JsonObject, context: LifecycleContext): readonly Finding[] {
  const { apiVersions, settings, now, nextId, live } = context;
  const found: Finding[] = [];
  for (const [apiVersion, writer] of writtenIn(object)) {
    const review = syntheticReview({ ...object, apiVersion }, { origin: 'audit', mapper: live.mapper });
    const decision = judge({
      ...{ review, policies: apiVersions, context: context.context, settings, now },
      ...{ decisionId: nextId(now), deadline: undefined },
    });
    for (const { message, rule } of decision.violations.slice(0, 1))
      found.push(findingOf(object, `api-version-${rule}`, `${message} (written by ${writer})`));
  }
  return found;
}

function claims(object: JsonObject, context: LifecycleContext): readonly Finding[] {
  if (noted(object, EXCEPTION_ANNOTATION) === '' && noted(object, GRANT_ANNOTATION) === '') return [];
  const { policies, settings, exemptions, now, nextId, live } = context;
  const decision = judge({
    review: syntheticReview(object, { origin: 'audit', mapper: live.mapper }),
    ...{ policies, context: context.context, settings, now, exemptions },
    ...{ decisionId: nextId(now), deadline: undefined },
  });
  return (decision.exemption?.claims ?? []).flatMap(({ id, result, message, unneeded: rules }) => {
    if (result === 'refused')
      return [findingOf(object, 'exception-does-not-hold', `claims exception ${id}, which ${message}`)];
    if (result === 'unneeded')
      return [
        findingOf(
          object,
          'exception-unneeded',
          `claims exception ${id} and does without: ${rules.join(', ')} pass anyway`,
        ),
      ];
    return [];
  });
}

/** Everything overdue, in the order of the objects. Pure; never throws. */
export function findOverdue(context: LifecycleContext): readonly Finding[] {
  const { live, now } = context;
  const uids = new Set(live.objects.map((object) => nameIn(object, 'uid')));
  const found = live.objects.flatMap((object) => {
    const rules: readonly (readonly [string, string | undefined])[] = [
      ['stale-review', staleReview(object, now)],
      ['expired', expired(object, now)],
      ['owner-gone', lostOwner(object, uids, context)],
    ];
    const own = rules.flatMap(([rule, message]) =>
      message === undefined ? [] : [findingOf(object, rule, message)],
    );
    return [...own, ...goingVersions(object, context), ...claims(object, context)];
  });
  return [...found, ...unused(context)];
}

/**
 * The order in which objects can be taken down: what is owned before its owner, what names something before what it names. Objects
 * that need one another come in the order given.
 */
export function decommissioningOrder(
  findings: readonly Finding[],
  live: LiveObjects,
): readonly Finding['object'][] {
  const going = findings.filter(
    ({ rule }) => rule === 'expired' || rule === 'owner-gone' || rule.startsWith('unused-'),
  );
  const objects = [
    ...new Map(
      going.map(({ object }) => [`${object.kind}/${object.namespace}/${object.name}`, object]),
    ).values(),
  ];
  const bodies = objects.map(
    ({ group, kind, namespace, name }) => live.find(group, kind, namespace, name) ?? {},
  );
  const texts = bodies.map((body) => {
    const into = new Set<string>();
    textsOf(body, into);
    return into;
  });
  const needs = (a: number, b: number): boolean => {
    const [from, to] = [objects[a], objects[b]];
    if (a === b || from === undefined || to === undefined) return false;
    if (to.kind === 'Namespace' && to.group === '') return from.namespace === to.name;
    return (to.namespace === '' || from.namespace === to.namespace) && texts[a]?.has(to.name) === true;
  };
  const order: Finding['object'][] = [];
  const left = new Set(objects.keys());
  while (left.size > 0) {
    // What nothing that is left needs; where all need one another, the first.
    const free = [...left].find((at) => ![...left].some((other) => needs(other, at))) ?? [...left][0];
    if (free === undefined) break;
    left.delete(free);
    const object = objects[free];
    if (object !== undefined) order.push(object);
  }
  return order;
}
