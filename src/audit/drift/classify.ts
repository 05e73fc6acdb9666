// Known and allowed, a violation, or a case for review: the class of each difference, the rule that decided, and the evidence.
import { type ExemptionState, isOpen, type Window } from '../../breakglass/index.js';
import { type Decision, type EngineSettings, type Exemptions, judge } from '../../engine/index.js';
import { EXCEPTION_ANNOTATION, isActive, outsideScope } from '../../exceptions/index.js';
import {
  type Attribution,
  type Finding,
  type FindingClass,
  findingId,
  fingerprintOf,
  NOBODY_KNOWN,
} from '../../findings/index.js';
import {
  type ClusterContext,
  type FieldPath,
  field,
  formatFieldPath,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  matchesGlobs,
  type ResourceMapper,
  type Review,
  redactAt,
  redactObject,
  syntheticReview,
} from '../../kubernetes/index.js';
import { type PolicySet, type Risk, type RiskTable, rateChange } from '../../policy/index.js';
import type { Drift } from './drift.js';
import type { History } from './history.js';
import { kindOf, nameIn } from './live.js';

/** Whose changes are the delivery's: users and groups, globs, and names of field managers. */
export interface Pipeline {
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly managers: readonly string[];
}

export interface ClassifyContext {
  readonly policies: PolicySet;
  readonly context: ClusterContext;
  readonly settings: EngineSettings;
  readonly exemptions: Exemptions;
  readonly state: ExemptionState;
  readonly risks: RiskTable;
  readonly mapper: ResourceMapper;
  readonly history: History;
  readonly pipeline: Pipeline;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly nextId: (now: number) => string;
}

interface Verdict {
  readonly class: FindingClass;
  readonly rule: string;
  readonly evidence: readonly string[];
}

const isField = ({ kind }: Drift): boolean => kind === 'changed' || kind === 'removed' || kind === 'added';

/** Whether one path leads to the other. */
function related(a: FieldPath, b: FieldPath): boolean {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) if (String(a[at]) !== String(b[at])) return false;
  return true;
}

/** What concerns a difference: anything about a whole object, else what is above or below the field. */
const concerns = (drift: Drift, path: FieldPath | undefined): boolean =>
  !isField(drift) || (path !== undefined && path.length > 0 && related(path, drift.path));

/**
 * The live object with every exception that is in force and covers it claimed. What is there already needs no claim to be
 * known: the approval is what counts, and the claim only says where it is to be found.
 */
function withClaims(object: JsonObject, review: Review, { state, now }: ClassifyContext): JsonObject {
  const names = state.register.grants
    .filter(
      (grant) =>
        grant.kind === 'exception' && isActive(grant, now) && outsideScope(grant.scope, review) === undefined,
    )
    .map(({ id }) => id);
  if (names.length === 0) return object;
  const metadata = field(object, 'metadata');
  const annotations = field(metadata, 'annotations');
  const known = field(annotations, EXCEPTION_ANNOTATION);
  const claimed = [...(typeof known === 'string' ? [known] : []), ...names].join(',');
  return {
    ...object,
    metadata: {
      ...(isJsonObject(metadata) ? metadata : {}),
      annotations: { ...(isJsonObject(annotations) ? annotations : {}), [EXCEPTION_ANNOTATION]: claimed },
    },
  };
}

/** The live object, judged as the audit judges it. */
function judgeLive(object: JsonObject, context: ClassifyContext): Decision {
  const { policies, settings, exemptions, now, nextId, mapper } = context;
  const plain = syntheticReview(object, { origin: 'audit', mapper });
  const review = syntheticReview(withClaims(object, plain, context), { origin: 'audit', mapper });
  return judge({
    review,
    policies,
    context: context.context,
    settings,
    now,
    decisionId: nextId(now),
    deadline: undefined,
    exemptions,
  });
}

/** The request that would have made the difference, for scopes and risks. */
function requestOf(drift: Drift, { mapper }: ClassifyContext): Review {
  const object = drift.live ?? drift.desired ?? {};
  const { namespace: defaultNamespace } = drift;
  if (drift.kind === 'missing')
    return syntheticReview(object, { origin: 'audit', operation: 'DELETE', mapper, defaultNamespace });
  if (!isField(drift)) return syntheticReview(object, { origin: 'audit', mapper, defaultNamespace });
  return syntheticReview(object, { origin: 'audit', operation: 'UPDATE', mapper, defaultNamespace });
}

/** An object with a value put in, or taken out, at a path; everything beside the way is shared. */
function withValue(object: JsonValue | undefined, path: FieldPath, value: JsonValue | undefined): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return value ?? null;
  if (typeof step === 'number') {
    const list: readonly JsonValue[] = Array.isArray(object) ? object : [];
    if (rest.length === 0 && value === undefined) return list.filter((_, index) => index !== step);
    const copy = [...list];
    copy[Math.min(step, copy.length)] = withValue(list[step], rest, value);
    return copy;
  }
  const entries = isJsonObject(object) ? Object.entries(object).filter(([key]) => key !== step) : [];
  if (rest.length === 0 && value === undefined) return Object.fromEntries(entries);
  return Object.fromEntries([...entries, [step, withValue(field(object, step), rest, value)]]);
}

/** The live object as it would be with the stated value. */
export const asStated = (drift: Drift): JsonObject => {
  const object = withValue(drift.live, drift.path, drift.wanted);
  return isJsonObject(object) ? object : {};
};

function riskOf(drift: Drift, context: ClassifyContext): Risk {
  const { mapper, risks } = context;
  if (!isField(drift)) return rateChange(requestOf(drift, context), risks).risk;
  const object = drift.live ?? {};
  const oldObject = asStated(drift);
  const { namespace: defaultNamespace } = drift;
  const review = syntheticReview(object, {
    origin: 'audit',
    operation: 'UPDATE',
    oldObject,
    mapper,
    defaultNamespace,
  });
  return rateChange(review, risks).risk;
}

/** The window in which a change was made: by whom it was opened for, in its scope, in its time. */
function windowOf(
  drift: Drift,
  by: Attribution,
  context: ClassifyContext,
): { window: Window; sure: boolean } | undefined {
  const { state, history, now } = context;
  const review = requestOf(drift, context);
  const at = by.time === '' ? now : Date.parse(by.time);
  for (const window of state.windows) {
    if (!isOpen(window, at) || outsideScope(window.scope, review) !== undefined) continue;
    if (by.person === window.openedBy) return { window, sure: true };
    // Without any log nobody is known, and place and time are all there is to go by.
    if (by.person === '' && history.size === 0 && by.time !== '') return { window, sure: false };
  }
  return undefined;
}

function excepted(drift: Drift, decision: Decision): Verdict | undefined {
  const claims = decision.exemption?.claims.filter(({ result }) => result === 'excepted') ?? [];
  for (const claim of claims) {
    for (const { policy, findings } of decision.outcomes) {
      for (const { rule, kind, failures } of findings) {
        const label = `${policy.name}/${rule.name}`;
        if (kind !== 'excepted' || !claim.excepted.includes(label)) continue;
        if (!failures.some(({ path }) => concerns(drift, path))) continue;
        const until =
          claim.expires === undefined ? '' : ` until ${new Date(claim.expires).toISOString().slice(0, 16)}Z`;
        return {
          class: 'known-and-allowed',
          rule: `exception ${claim.id}`,
          evidence: [`exception ${claim.id}, approved by ${claim.approvedBy}, covers ${label}${until}`],
        };
      }
    }
  }
  return undefined;
}

function broken(drift: Drift, decision: Decision): Verdict | undefined {
  const violations = decision.violations.filter(({ path }) => !isField(drift) || concernsText(drift, path));
  const [worst] = violations;
  if (worst === undefined) return undefined;
  return {
    class: 'violation',
    rule: `${worst.policy}/${worst.rule}`,
    evidence: [
      ...new Set(violations.map(({ policy, rule, message }) => `${policy}/${rule}: ${message}`)),
    ].slice(0, 10),
  };
}

/** As {@link concerns}, for a path as people read it. */
function concernsText(drift: Drift, path: string): boolean {
  if (path === '') return false;
  const own = formatFieldPath(drift.path);
  const below = (long: string, short: string): boolean =>
    long === short || long.startsWith(`${short}.`) || long.startsWith(`${short}[`);
  return below(path, own) || below(own, path);
}

const isPipelines = (
  { person, groups, manager }: Attribution,
  { users, groups: wanted, managers }: Pipeline,
): boolean =>
  matchesGlobs(users, person) ||
  groups.some((group) => matchesGlobs(wanted, group)) ||
  (person === '' && manager !== '' && matchesGlobs(managers, manager));

const whoIs = ({ person, manager }: Attribution): string => {
  if (person !== '') return person;
  return manager === '' ? 'somebody unknown' : `somebody with ${manager}`;
};

const DID: Readonly<Record<Drift['kind'], string>> = {
  changed: 'changed it',
  removed: 'took it out',
  added: 'added it',
  missing: 'deleted it',
  orphan: 'made it, and nothing states it any more',
  unmanaged: 'made it beside the delivery',
  overdue: 'left it',
};

function classify(
  drift: Drift,
  risk: Risk,
  by: Attribution,
  decision: Decision | undefined,
  context: ClassifyContext,
): Verdict {
  const inside = windowOf(drift, by, context);
  if (inside !== undefined) {
    const { id, incident, openedBy } = inside.window;
    const who = inside.sure
      ? `${openedBy} ${DID[drift.kind]} in break-glass ${id} (${incident})`
      : `done within break-glass ${id} (${incident}) of ${openedBy}, by time and scope: no decision log names the person`;
    return { class: 'known-and-allowed', rule: `break-glass ${id}`, evidence: [who] };
  }
  const allowed = decision === undefined ? undefined : excepted(drift, decision);
  if (allowed !== undefined) return allowed;
  const violation = decision === undefined ? undefined : broken(drift, decision);
  if (violation !== undefined) return violation;
  const byPipeline = isPipelines(by, context.pipeline);
  if (risk === 'high' && !byPipeline && drift.kind !== 'orphan' && drift.kind !== 'unmanaged')
    return {
      class: 'violation',
      rule: 'high-risk-outside-pipeline',
      evidence: [`high-risk, and ${whoIs(by)} ${DID[drift.kind]} outside the delivery pipeline`],
    };
  const said = byPipeline
    ? `${whoIs(by)} of the pipeline ${DID[drift.kind]}`
    : `${whoIs(by)} ${DID[drift.kind]}`;
  return { class: 'review', rule: 'no-policy-speaks', evidence: [`${said}; no policy speaks about it`] };
}

const MAX_SHOWN = 300;

/** A value safe to show, as JSON text; a text as it is. */
function show(root: JsonObject | undefined, path: FieldPath, value: JsonValue | undefined): string {
  if (value === undefined) return '';
  const safe = root === undefined ? redactObject(value) : redactAt(root, path, value);
  const text = typeof safe === 'string' ? safe : JSON.stringify(safe);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

function attribute(drift: Drift, object: Finding['object'], history: History): Attribution {
  const known = history.whoDid(drift.kind, object, drift.path, drift.found);
  const manager = drift.manager?.manager ?? '';
  const time = drift.manager?.time ?? '';
  return { ...(known.person === '' ? NOBODY_KNOWN : known), manager, time: time === '' ? known.time : time };
}

/** Every difference as a finding, each object judged once. */
export function classifyDrift(drifts: readonly Drift[], context: ClassifyContext): readonly Finding[] {
  const decisions = new Map<JsonObject, Decision>();
  const decisionOn = (object: JsonObject): Decision => {
    const known = decisions.get(object) ?? judgeLive(object, context);
    decisions.set(object, known);
    return known;
  };
  return drifts.map((drift) => {
    const subject = drift.live ?? drift.desired ?? {};
    const object = {
      ...kindOf(subject),
      namespace: drift.namespace === '' ? nameIn(subject, 'namespace') : drift.namespace,
      name: nameIn(subject, 'name'),
      uid: nameIn(subject, 'uid'),
    };
    const risk = riskOf(drift, context);
    const by = attribute(drift, object, context.history);
    const decision = drift.live === undefined ? undefined : decisionOn(drift.live);
    const verdict = classify(drift, risk, by, decision, context);
    return {
      id: findingId(drift.kind, object, drift.path),
      kind: drift.kind,
      ...verdict,
      object,
      path: formatFieldPath(drift.path),
      desired: drift.live === undefined ? '' : show(asStated(drift), drift.path, drift.wanted),
      live: show(drift.live, drift.path, drift.found),
      risk,
      by,
      source: drift.source,
      fingerprint: fingerprintOf(object.uid, JSON.stringify([drift.wanted ?? null, drift.found ?? null])),
    };
  });
}
